/** Why a token is refused. Stable: callers turn them into denial codes and counters. */
export type FaultName =
  /** Not a compact JWS with a strict JSON header and claims (RFC 7515 §7.1, RFC 8725 §3). */
  | 'TOKEN_MALFORMED'
  /** Longer than 16 KB. */
  | 'TOKEN_TOO_LARGE'
  /** A JWE: five parts. */
  | 'ENCRYPTED'
  /** `alg` is not among those pinned, or is `none`. */
  | 'ALGORITHM_REFUSED'
  /** The header demands an extension (`crit`, `b64`, `zip`); none is understood (RFC 7515 §4.1.11). */
  | 'EXTENSION_REFUSED'
  /** No key of the set has the token's `kid` and may verify its algorithm. */
  | 'KEY_UNKNOWN'
  /** Several keys could be meant, and trying them all is not done. */
  | 'KEY_AMBIGUOUS'
  | 'SIGNATURE_INVALID'
  | 'ISSUER_WRONG'
  | 'AUDIENCE_WRONG'
  /** Neither `client_id` nor `azp` is one of the clients asked for. */
  | 'CLIENT_WRONG'
  /** `typ` says that the token is for another purpose (RFC 8725 §3.11). */
  | 'TYPE_WRONG'
  | 'EXPIRED'
  /** `nbf` or `iat` lies in the future. */
  | 'NOT_YET_VALID'
  | 'CLAIM_MISSING'
  | 'CLAIM_INVALID'
  /** `exp` − `iat` is more than allowed. */
  | 'LIFETIME_TOO_LONG'

/** A refusal: a value, never thrown. */
export interface TokenFault {
  readonly fault: FaultName
  /**
   * A sentence for the operator, never for the client. Of the token it holds claim names and, for `iss`, `aud`, `typ`,
   * `alg`, `kid` and the client, a value of at most 80 printable ASCII characters.
   */
  readonly reason: string
}

const shownLength = 80

/** A value of an unproven token, made safe for a log line: quoted, printable ASCII, at most 80 characters. */
export function shown(value: string): string {
  const start = value.slice(0, shownLength).replace(/[^\x20-\x7e]|["\\]/g, '?')
  return value.length > shownLength ? `"${start}..."` : `"${start}"`
}
