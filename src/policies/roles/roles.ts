import { z } from 'zod'
import { codes } from '../../codes.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { deny, passBy } from '../../gateway/verdict.ts'
import { atLeastOne } from '../name-list.ts'

/** Roles that a caller must have: any of these, or all of these. */
export type RolesSettings = readonly string[] | { readonly allOf: readonly string[] }

const role = z.string().min(1).max(200)

const settings: z.ZodType<RolesSettings> = z.union([
  atLeastOne(role, 'role').describe('Roles, one of which is enough.'),
  z.strictObject({ allOf: atLeastOne(role, 'role').describe('Roles, all of which the caller must have.') }),
])

/** Requires that the caller has a role: by its credential or by the section `roles`. */
export const roles: Policy<RolesSettings> = definePolicy({
  name: 'roles',
  phases: ['authorize'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: ['caller'],
  writes: [],
  authorizes: true,
  located: true,
  config: settings,
  denials: [codes.ROLE_MISSING],
  setup(config, host) {
    const all = 'allOf' in config ? config.allOf : null
    const any = 'allOf' in config ? null : config
    const where = `${host.where} (${host.sourceOf([])})`
    const passed = passBy(where)
    const wanted = all === null ? `one of the roles ${any!.join(', ')}` : `all of the roles ${all.join(', ')}`
    const refused = deny(codes.ROLE_MISSING, { reason: `${where} asks for ${wanted}` })
    return {
      request({ facts }) {
        const held = facts.caller?.roles ?? none
        if (all !== null) return all.every((name) => held.includes(name)) ? passed : refused
        for (const name of any!) if (held.includes(name)) return passed
        return refused
      },
      whyNot: () => `${where} would allow with ${wanted}`,
    }
  },
})

const none: readonly string[] = []
