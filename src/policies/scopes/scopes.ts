import { z } from 'zod'
import { codes } from '../../codes.ts'
import { insufficientScope } from '../../gateway/insufficient-scope.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { deny, passBy } from '../../gateway/verdict.ts'
import { atLeastOne } from '../name-list.ts'

/** Scopes that a caller must have: all of these, or any of these. */
export type ScopesSettings = readonly string[] | { readonly anyOf: readonly string[] }

const scope = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/,
    'not a scope\nWrite it as it stands in tokens: no spaces, no quotes (RFC 6749 §3.3).',
  )

const settings: z.ZodType<ScopesSettings> = z.union([
  atLeastOne(scope, 'scope').describe('Scopes, all of which the caller must have.'),
  z.strictObject({ anyOf: atLeastOne(scope, 'scope').describe('Scopes, one of which is enough.') }),
])

/** Requires that the credential of the caller was issued for certain scopes. */
export const scopes: Policy<ScopesSettings> = definePolicy({
  name: 'scopes',
  phases: ['authorize'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: ['caller'],
  writes: [],
  authorizes: true,
  located: true,
  config: settings,
  denials: [codes.SCOPE_MISSING],
  setup(config, host) {
    const all = 'anyOf' in config ? null : config
    const any = 'anyOf' in config ? config.anyOf : null
    const where = `${host.where} (${host.sourceOf([])})`
    const passed = passBy(where)
    const refused = (missing: readonly string[], how: string) =>
      deny(codes.SCOPE_MISSING, {
        reason: `the caller lacks ${missing.map((name) => `\`${name}\``).join(how)}, which ${where} asks for`,
        headers: insufficientScope(all ?? any!.slice(0, 1)),
      })
    return {
      request({ facts }) {
        const held = facts.caller?.scopes ?? none
        if (all !== null) {
          // Lists of a handful: a loop is faster than a set.
          for (const name of all)
            if (!held.includes(name))
              return refused(
                all.filter((one) => !held.includes(one)),
                ' and ',
              )
          return passed
        }
        return any!.some((name) => held.includes(name)) ? passed : refused(any!, ' and ')
      },
      whyNot: ({ facts }) => {
        const lacking = (all ?? any!).filter((name) => facts.caller?.scopes.includes(name) !== true)
        return `${where} would allow with ${all === null ? 'one of the scopes' : 'the scopes'} ${lacking.join(', ')}`
      },
    }
  },
})

const none: readonly string[] = []
