import type { Tokens } from '../../../remote/token-endpoint.ts'

/** What a session holds, sealed in the store. */
export interface SessionContent {
  /** Proven when it was taken; its claims name the caller. */
  readonly idToken: string
  /** `kid` of the key that signed it; null for a key without a name. */
  readonly idTokenKey: string | null
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Milliseconds since 1970. */
  readonly accessFrom: number
  readonly accessUntil: number
}

/** The content after a log-in, or after a refresh: what the provider did not give anew stays. */
export function contentOf(
  tokens: Tokens,
  idTokenKey: string | null,
  before: SessionContent | null,
  now: number,
): SessionContent | null {
  const idToken = tokens.idToken ?? before?.idToken
  if (idToken === undefined) return null
  return {
    idToken,
    idTokenKey: tokens.idToken === null ? (before?.idTokenKey ?? null) : idTokenKey,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? before?.refreshToken ?? null,
    accessFrom: now,
    accessUntil: now + tokens.expiresInSeconds * 1000,
  }
}

/** The claims of the ID token, as JSON. */
export function claimsOf({ idToken }: SessionContent): string {
  return Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8')
}

/** When the tokens are to be renewed: when four fifths of their life are over, a minute before the end at most. */
export function renewalAt({ accessFrom, accessUntil }: SessionContent): number {
  return accessUntil - Math.min(60_000, (accessUntil - accessFrom) / 5)
}
