import type { Caller } from '../../../gateway/facts.ts'
import type { Plan } from '../../../gateway/plan.ts'
import { assumedCaller } from '../assumed-caller.ts'
import { mentionedNames } from '../mentioned-names.ts'

/** A kind of caller: a column of the matrix. */
export interface CallerKind {
  readonly name: string
  /** Null for a request without a credential. */
  readonly caller: Caller | null
}

/** Most kinds that are derived: a wider table is read by nobody. */
export const mostKinds = 100

/**
 * The kinds that a configuration speaks of: nobody; each identity with nothing, with each role, with each scope and
 * with all scopes. What comes to the same caller, since the section `roles` gives the role anyway, is one kind.
 */
export function callerKinds({ spec, roles: given }: Plan): CallerKind[] {
  const { roles, scopes } = mentionedNames(spec)
  const kinds: CallerKind[] = [{ name: 'anonymous', caller: null }]
  for (const { name } of spec.identities) {
    const known = new Set<string>()
    const add = (label: string, own: readonly string[], ownRoles: readonly string[]): void => {
      const asked = { as: `${name}/someone`, scopes: own, roles: ownRoles, claims: {} }
      const caller = assumedCaller(asked, spec.identities)!
      const same = JSON.stringify([own, given.of(caller, Date.now()).roles.toSorted()])
      if (known.has(same)) return
      known.add(same)
      kinds.push({ name: label, caller })
    }
    add(name, [], [])
    for (const role of roles) add(`${name} role:${role}`, [], [role])
    for (const scope of scopes) add(`${name} scope:${scope}`, [scope], [])
    if (scopes.length > 1) add(`${name} all scopes`, scopes, [])
  }
  return kinds
}
