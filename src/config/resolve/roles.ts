import { suggest } from '../nearest.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { RoleInput } from '../schema/roles.ts'
import type { RoleSpec } from '../spec.ts'

/** Resolves `roles`: names that are there, and inclusion without a circle. */
export function resolveRoles(
  roles: Readonly<Record<string, RoleInput>>,
  identities: readonly string[],
  report: Report,
): RoleSpec[] {
  const names = Object.keys(roles)
  for (const [name, { includes = [], callers = [], when = [] }] of Object.entries(roles)) {
    const at: Path = ['roles', name]
    for (const [index, included] of includes.entries())
      if (!names.includes(included))
        report.refuse(
          [...at, 'includes', index],
          `there is no role \`${included}\``,
          suggest(included, names, 'role'),
        )
    const named = [
      ...callers.map((caller, index) => [caller.split('/', 1)[0]!, ['callers', index]] as const),
      ...when.map(({ identity }, index) => [identity, ['when', index, 'identity']] as const),
    ]
    for (const [identity, place] of named)
      if (!identities.includes(identity))
        report.refuse(
          [...at, ...place],
          `there is no identity \`${identity}\``,
          suggest(identity, identities, 'identity'),
        )
  }
  return Object.entries(roles).map(([name, { callers = [], when = [] }]) => {
    const includes = includedBy(name, roles)
    if (includes.has(name))
      report.refuseKey(
        ['roles', name],
        `role \`${name}\` includes itself, by way of others`,
        'Take one out of the circle.',
      )
    return {
      name,
      includes: [...includes],
      callers,
      when: when.map(({ identity, claim = null, anyOf = [] }) => ({ identity, claim, anyOf })),
      source: report.tree.keyOf(['roles', name]),
    }
  })
}

/** All roles that one includes, directly and by way of others. */
function includedBy(name: string, roles: Readonly<Record<string, RoleInput>>): Set<string> {
  const found = new Set<string>()
  const left = [...(roles[name]?.includes ?? [])]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next) || !Object.hasOwn(roles, next)) continue
    found.add(next)
    left.push(...(roles[next]!.includes ?? []))
  }
  return found
}
