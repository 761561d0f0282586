import type { JsonObject } from '../engines/json/json.ts'

/** What the control plane publishes of an issuer's keys. Plain data. */
export interface KeySetState {
  /** The JWK set (RFC 7517 §5); null as long as none was ever read. */
  readonly jwks: { readonly keys: readonly JsonObject[] } | null
  /** Digest of the set: the same text, the same keys. '' where there is none. */
  readonly version: string
  /** Until when the set is used, in milliseconds since 1970: what was not confirmed for so long proves nobody. */
  readonly usableUntil: number
  /** Why the last attempt failed, in a sentence for the operator; null when it did not. */
  readonly problem: string | null
}

/** What a data thread asks: whether there is a newer set than the one it knows. */
export const askNewer = 'newer'

/** The answer to `askNewer`. A newer set was published before. */
export interface NewerAnswer {
  /** How long asking again cannot help, in milliseconds. */
  readonly quietMs: number
}
