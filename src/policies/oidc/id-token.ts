import { createHash } from 'node:crypto'
import type { JsonObject } from '../../engines/json/json.ts'
import { isAlgorithm, traitsOf } from '../../engines/jwt/algorithms.ts'
import type { TokenRules } from '../../engines/jwt/rules.ts'
import type { OidcSettings } from './oidc-settings.ts'
import type { Proof, Provider } from './provider.ts'

/** What an ID token has to fit. */
export interface ExpectedLogIn {
  /** Null after a refresh, where there is none. */
  readonly nonce: string | null
  /** After a refresh: the one who logged in. */
  readonly subject: string | null
  readonly accessToken: string
}

/** OpenID Connect Core §2: at most 255 ASCII characters. */
const longestSubject = 255

/** Proves an ID token (OpenID Connect Core §3.1.3.7). */
export async function proveIdToken(
  text: string,
  expected: ExpectedLogIn,
  settings: OidcSettings,
  provider: Provider,
): Promise<Proof> {
  const proof = await provider.prove(text, rulesOf(settings))
  if (!proof.ok) return { ...proof, reason: `The ID token is refused. ${proof.reason}` }
  const wrong = wrongWith(proof.claims, proof.token.algorithm, expected, settings)
  return wrong === null
    ? proof
    : { ok: false, reason: `The ID token is refused. ${wrong}`, unavailable: false }
}

function rulesOf({ issuer, clientId, algorithms, clockToleranceSeconds }: OidcSettings): TokenRules {
  return {
    issuers: [issuer],
    audiences: [clientId],
    clientIds: null,
    algorithms,
    types: null,
    clockToleranceSeconds,
    maxLifetimeSeconds: null,
    requiredClaims: ['sub', 'iat'],
    rfc9068: false,
  }
}

function wrongWith(
  claims: JsonObject,
  algorithm: string,
  { nonce, subject, accessToken }: ExpectedLogIn,
  { clientId }: OidcSettings,
): string | null {
  if (nonce !== null && claims['nonce'] !== nonce) return 'Its "nonce" is not the one of this log-in.'
  const { sub, azp, aud } = claims
  if (typeof sub !== 'string' || sub.length > longestSubject) return 'Its "sub" is too long.'
  if (subject !== null && sub !== subject) return 'Its "sub" is another one than before.'
  if (azp !== undefined && azp !== clientId) return 'Its "azp" is another client.'
  // Made for several, it has to say for whom in the first place.
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined)
    return 'It has several audiences and no "azp".'
  const hash = claims['at_hash']
  if (hash !== undefined && hash !== halfHash(accessToken, algorithm))
    return 'Its "at_hash" is that of another access token.'
  return null
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm uses; Ed25519 uses SHA-512 itself. */
function halfHash(accessToken: string, algorithm: string): string {
  const name = isAlgorithm(algorithm) ? (traitsOf(algorithm).hash ?? 'sha512') : 'sha256'
  const digest = createHash(name).update(accessToken, 'ascii').digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
