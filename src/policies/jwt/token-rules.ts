import type { TokenRules } from '../../engines/jwt/rules.ts'
import type { JwtSettings } from './jwt-settings.ts'

/** Types of tokens for a resource; `''` stands for none. Tokens for other purposes say so (RFC 8725 §3.11). */
const tokenTypes: readonly string[] = ['', 'jwt', 'at+jwt']

/** The rules of the engine for these settings. */
export function rulesOf(settings: JwtSettings): TokenRules {
  return {
    issuers: settings.issuers,
    audiences: settings.audiences,
    // Else the claims that name the client are the preset's: see `Prover`.
    clientIds: settings.audiences === null ? settings.clients : null,
    algorithms: settings.algorithms,
    types: tokenTypes,
    clockToleranceSeconds: settings.clockToleranceSeconds,
    maxLifetimeSeconds: settings.maxLifetimeSeconds,
    requiredClaims: [],
    rfc9068: settings.rfc9068,
  }
}
