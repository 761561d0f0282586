import { suggest } from '../nearest.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { AdminCallerInput } from '../schema/admin-callers.ts'
import type { AdminCallerRule } from '../spec.ts'

const lists = ['callers', 'roles', 'scopes'] as const

/** Resolves `admin.callers`: each rule names an identity that is there, and says by one list whom it means. */
export function resolveAdminCallers(
  rules: readonly AdminCallerInput[],
  identities: readonly string[],
  report: Report,
): AdminCallerRule[] {
  return rules.flatMap((rule, index): AdminCallerRule[] => {
    const at: Path = ['admin', 'callers', index]
    const { identity, role } = rule
    if (!identities.includes(identity)) {
      report.refuse(
        [...at, 'identity'],
        `there is no identity named \`${identity}\``,
        suggest(identity, identities, 'identity'),
      )
    }
    const given = lists.flatMap((by) => (rule[by] === undefined ? [] : [{ by, anyOf: rule[by] }]))
    const [one] = given
    if (one === undefined || given.length > 1) {
      // Without a list, everybody whom the identity knows would administer the gateway.
      report.refuseKey(
        at,
        one === undefined ? 'the rule says of no caller whom it means' : 'the rule says twice whom it means',
        'Write one of `roles: […]`, `scopes: […]` and `callers: […]`.',
      )
      return []
    }
    report.open(report.tree.keyOf(at), `${whom(identity, one)} administer the gateway as ${role}`)
    return [{ identity, role, ...one }]
  })
}

/** Entries of a list that are told. */
const mostTold = 5

/** The rule in words: who reviews what is open must not have to look it up. */
function whom(identity: string, { by, anyOf }: Pick<AdminCallerRule, 'by' | 'anyOf'>): string {
  const more = anyOf.length > mostTold ? `, and ${anyOf.length - mostTold} more` : ''
  const told = `${anyOf.slice(0, mostTold).join(', ')}${more}`
  if (by === 'callers') return `callers ${told} of ${identity}`
  return `callers of ${identity} with one of the ${by} ${told}`
}
