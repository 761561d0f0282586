import type { IdentitySpec } from '../../config/spec.ts'
import type { Caller } from '../../gateway/facts.ts'

/** What somebody says of a caller that a request is judged for. */
export interface AssumedCaller {
  /** `identity/id`, or the identity alone. */
  readonly as: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/** The caller as if a credential had proved it; null where the configuration has no such identity. */
export function assumedCaller(
  { as, scopes, roles, claims }: AssumedCaller,
  identities: readonly IdentitySpec[],
): Caller | null {
  const slash = as.indexOf('/')
  const identity = slash < 0 ? as : as.slice(0, slash)
  const id = slash < 0 ? 'assumed' : as.slice(slash + 1)
  if (id === '' || !identities.some(({ name }) => name === identity)) return null
  // Without a prototype, as the claims of a token.
  const own = Object.freeze(Object.assign(Object.create(null) as Record<string, unknown>, claims))
  return Object.freeze({ id, identity, scopes, roles, claims: own, ambient: false })
}
