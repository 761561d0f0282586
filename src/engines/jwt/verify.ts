import type { JsonObject } from '../json/json.ts'
import { type Algorithm, isAlgorithm } from './algorithms.ts'
import { type FaultName, shown } from './faults.ts'
import type { KeySet, VerificationKey } from './keys.ts'
import { checkClaims, type TokenRules, toleranceOf } from './rules.ts'
import { verifySignature } from './signature.ts'
import type { ParsedToken } from './token.ts'

/** A proven token. */
export interface VerifiedToken {
  readonly ok: true
  readonly claims: JsonObject
  /** The key that signed it: a cached verdict ends when the key leaves the set. */
  readonly key: VerificationKey
  /** When the verdict ends: `exp` and the clock tolerance, in seconds since 1970. */
  readonly expiresAt: number
}

/** A refused token. */
export interface RefusedToken {
  readonly ok: false
  readonly fault: FaultName
  /** For the operator; see `TokenFault`. */
  readonly reason: string
  /**
   * Whether a newer version of the key set might verify it: `KEY_UNKNOWN`, and `SIGNATURE_INVALID` where no key was
   * named by `kid`. The caller may fetch the set anew, seldom.
   */
  readonly mayRefresh: boolean
}

/** What became of a token. */
export type VerifyOutcome = VerifiedToken | RefusedToken

/** Keys tried for one token: a bound on what one request can cost. */
const maxTries = 4

/**
 * Proves a token by the rules and keys of its issuer. What needs no cryptography is checked first, since it is cheap
 * and a forger gains nothing from the answer. Never throws.
 */
export function verifyToken(
  token: ParsedToken,
  keys: KeySet,
  rules: TokenRules,
  nowSeconds: number,
): VerifyOutcome {
  const { algorithm } = token
  if (!isAlgorithm(algorithm) || !rules.algorithms.includes(algorithm))
    return refused('ALGORITHM_REFUSED', `"alg" is ${shown(algorithm)}, which is not one of those pinned.`)
  const broken = checkClaims(token, rules, nowSeconds)
  if (broken !== null) return refused(broken.fault, broken.reason)

  const key = provingKey(token, keys, algorithm)
  if ('fault' in key) return key
  return {
    ok: true,
    claims: token.claims,
    key,
    expiresAt: Number(token.claims['exp']) + toleranceOf(rules),
  }
}

/** The key of the set that made the signature by `algorithm`, which the caller pinned. */
export function provingKey(
  token: Pick<ParsedToken, 'kid' | 'signingInput' | 'signature'>,
  keys: KeySet,
  algorithm: Algorithm,
): VerificationKey | RefusedToken {
  const candidates = keys.candidates(token.kid, algorithm)
  const [first] = candidates
  if (first === undefined) return refused('KEY_UNKNOWN', unknownKey(token.kid, algorithm), true)
  const isNamed = token.kid !== null && first.kid === token.kid
  // Two keys of one name are a fault of the set (RFC 7517 §4.5): which one is meant is not guessed.
  if (candidates.length > (isNamed ? 1 : maxTries))
    return refused('KEY_AMBIGUOUS', `${candidates.length} keys of the set could be meant.`)
  for (const key of candidates) {
    if (verifySignature(token, key, algorithm)) return key
  }
  return refused('SIGNATURE_INVALID', 'No key of the issuer made the signature.', !isNamed)
}

const refused = (fault: FaultName, reason: string, mayRefresh = false): RefusedToken => ({
  ok: false,
  fault,
  reason,
  mayRefresh,
})

const unknownKey = (kid: string | null, algorithm: Algorithm): string =>
  kid === null
    ? `No key of the set may verify ${algorithm}.`
    : `No key of the set has the "kid" ${shown(kid)} and may verify ${algorithm}.`
