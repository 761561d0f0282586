import type { Outcome, PolicySet } from './policy-set.ts'
import { type RequestFacts, valuesOf } from './request-facts.ts'
import type { Asked, Statement } from './statement.ts'

/**
 * Which table of the API Gateway Developer Guide ("How API Gateway resource policies affect authorization workflow",
 * "Policy evaluation outcome tables") decides where there are both kinds of policies: `either` is table A (one account:
 * an allowance of one is enough), `both` is table B (two accounts: both must allow).
 */
export type Combination = 'both' | 'either'

/** What came of all policies. */
export interface Decision {
  readonly allowed: boolean
  /** An explicit denial; false for the implicit one. */
  readonly denied: boolean
  /** The denial, or the allowances that were needed. */
  readonly by: readonly Statement[]
  readonly resource: Outcome['kind'] | null
  readonly identity: Outcome['kind'] | null
}

/** Decides by the resource policies and the identity policies; null for a kind that there is none of. */
export function decide(
  asked: Asked,
  resource: PolicySet | null,
  identity: PolicySet | null,
  combination: Combination,
): Decision {
  const byResource = resource?.evaluate(asked) ?? null
  if (byResource?.kind === 'deny') return denial(byResource.statement, 'deny', null)
  const byIdentity = identity?.evaluate(asked) ?? null
  if (byIdentity?.kind === 'deny') return denial(byIdentity.statement, byResource?.kind ?? null, 'deny')
  const said = [byResource, byIdentity].filter((outcome) => outcome !== null)
  const allowing = said.flatMap(({ kind, statement }) => (kind === 'allow' ? [statement] : []))
  const allowed = allowing.length > 0 && (combination === 'either' || allowing.length === said.length)
  return {
    allowed,
    denied: false,
    by: allowed ? allowing : [],
    resource: byResource?.kind ?? null,
    identity: byIdentity?.kind ?? null,
  }
}

const denial = (
  statement: Statement,
  resource: Outcome['kind'] | null,
  identity: Outcome['kind'] | null,
): Decision => ({ allowed: false, denied: true, by: [statement], resource, identity })

/** A question about a request. */
export function ask(action: string, resource: Asked['resource'], facts: RequestFacts): Asked {
  const known = new Map<string, readonly string[] | null>()
  const values: Asked['values'] = (key) => {
    const found = known.get(key.name)
    if (found !== undefined) return found
    const read = valuesOf(key, facts)
    known.set(key.name, read)
    return read
  }
  return {
    action: action.toLowerCase(),
    resource,
    facts,
    values,
    read: (key) => {
      const list = values(key)
      return list?.length === 1 ? list[0]! : null
    },
  }
}
