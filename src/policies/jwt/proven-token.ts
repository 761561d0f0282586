import type { KeySet } from '../../engines/jwt/keys.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { RevocableCredential } from '../../gateway/policy.ts'
import type { CachedToken } from '../token-cache.ts'

/** A token that was proven, without the token. What may change since then is compared at each use. */
export interface ProvenToken extends CachedToken {
  readonly caller: Caller
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** RFC 7638 thumbprint of the key that signed it. */
  readonly thumbprint: string
  /** `x5t#S256` of the client certificate that it is bound to; null for a bearer token. */
  readonly certificate: string | null
  readonly credential: RevocableCredential
  /** The key set that was last seen to hold the key. */
  keys: KeySet
  /** The version of the revocations that it was last looked up in. */
  revocations: number
}
