import type { JsonValue } from '../json/json.ts'
import type { Algorithm } from './algorithms.ts'
import { checkShapes, refuse, textOf, timeOf } from './claim-shapes.ts'
import { shown, type TokenFault } from './faults.ts'
import type { ParsedToken } from './token.ts'

/** What the operator demands of a token. `iss` and `exp` are always required. */
export interface TokenRules {
  /** The issuers accepted, letter for letter. */
  readonly issuers: readonly string[]
  /** One of them has to be in `aud`. Null only where `clientIds` binds the token instead; with both null all fail. */
  readonly audiences: readonly string[] | null
  /** One of them has to be `client_id` or, where there is none, `azp`: Cognito's access tokens have no `aud`. */
  readonly clientIds: readonly string[] | null
  /** The algorithms accepted. Never taken from the token (RFC 8725 §3.1). */
  readonly algorithms: readonly Algorithm[]
  /**
   * The `typ` accepted, without case and without `application/` (RFC 7515 §4.1.9); an empty text stands for a token
   * without `typ`. Null: none or `JWT`. A token for another purpose (`dpop+jwt`, `logout+jwt`) is thus refused.
   */
  readonly types: readonly string[] | null
  /** How far the issuer's clock may be off, in seconds, 0 to 300. */
  readonly clockToleranceSeconds: number
  /** The most that `exp` may lie after `iat`, in seconds; `iat` is required then. Null: no limit. */
  readonly maxLifetimeSeconds: number | null
  /** Claims that have to be present and not null or empty, besides `iss` and `exp`. */
  readonly requiredClaims: readonly string[]
  /** RFC 9068: `typ` is `at+jwt`, whatever `types` says; `sub`, `aud`, `client_id`, `iat` and `jti` are required. */
  readonly rfc9068: boolean
}

const plainTypes: readonly string[] = ['', 'jwt']
const accessTokenTypes: readonly string[] = ['at+jwt']
const accessTokenClaims: readonly string[] = ['aud', 'sub', 'client_id', 'iat', 'jti']
const prefix = 'application/'
const maxToleranceSeconds = 300

/** The tolerance in force: a rule that says more than 300 seconds gets 300. */
export function toleranceOf(rules: TokenRules): number {
  return Math.min(rules.clockToleranceSeconds, maxToleranceSeconds)
}

/** The first rule that the token's claims break; null if they keep all. Looks at no signature. */
export function checkClaims(token: ParsedToken, rules: TokenRules, nowSeconds: number): TokenFault | null {
  return (
    checkShapes(token.claims) ??
    checkIssuer(token, rules) ??
    checkType(token, rules) ??
    checkTimes(token, rules, nowSeconds) ??
    checkAudience(token, rules) ??
    checkClient(token, rules) ??
    checkRequired(token, rules.requiredClaims) ??
    (rules.rfc9068 ? checkRequired(token, accessTokenClaims) : null)
  )
}

function checkIssuer({ claims }: ParsedToken, { issuers }: TokenRules): TokenFault | null {
  const issuer = textOf(claims, 'iss')
  if (issuer === null) return missing('iss')
  return issuers.includes(issuer) ? null : refuse('ISSUER_WRONG', 'iss', `is ${shown(issuer)}`)
}

function checkType({ type }: ParsedToken, rules: TokenRules): TokenFault | null {
  const accepted = rules.rfc9068 ? accessTokenTypes : (rules.types ?? plainTypes)
  const media = type === null ? '' : mediaType(type)
  if (accepted.some((one) => mediaType(one) === media)) return null
  const found = type === null ? 'absent' : shown(type)
  return { fault: 'TYPE_WRONG', reason: `"typ" of the header is ${found}: the token is for another purpose.` }
}

/** RFC 7515 §4.1.9: `application/` may be left out where no other slash follows; media types know no case. */
function mediaType(type: string): string {
  const lower = type.toLowerCase()
  const isShort =
    lower.length > prefix.length && lower.startsWith(prefix) && !lower.includes('/', prefix.length)
  return isShort ? lower.slice(prefix.length) : lower
}

/** Every comparison is written so that a NaN in a rule or a clock refuses. */
function checkTimes({ claims }: ParsedToken, rules: TokenRules, now: number): TokenFault | null {
  const tolerance = toleranceOf(rules)
  const expiry = timeOf(claims, 'exp')
  if (expiry === null) return missing('exp')
  if (!(now < expiry + tolerance))
    return refuse('EXPIRED', 'exp', `lies ${Math.floor(now - expiry)} seconds in the past`)
  const start = timeOf(claims, 'nbf')
  if (start !== null && !(now >= start - tolerance))
    return refuse('NOT_YET_VALID', 'nbf', `lies ${Math.ceil(start - now)} seconds in the future`)
  const issued = timeOf(claims, 'iat')
  if (issued !== null && !(now >= issued - tolerance))
    return refuse('NOT_YET_VALID', 'iat', `lies ${Math.ceil(issued - now)} seconds in the future`)
  if (rules.maxLifetimeSeconds === null) return null
  if (issued === null) return missing('iat')
  return expiry - issued <= rules.maxLifetimeSeconds
    ? null
    : refuse('LIFETIME_TOO_LONG', 'exp', `lies more than ${rules.maxLifetimeSeconds} seconds after "iat"`)
}

function checkAudience({ claims }: ParsedToken, { audiences, clientIds }: TokenRules): TokenFault | null {
  if (audiences === null)
    return clientIds === null
      ? {
          fault: 'AUDIENCE_WRONG',
          reason: 'The rules name no audience and no client: nothing binds the token here.',
        }
      : null
  const audience = claims['aud']
  if (audience === undefined) return missing('aud')
  const fits = (one: JsonValue): boolean => typeof one === 'string' && audiences.includes(one)
  if (Array.isArray(audience) ? audience.some(fits) : fits(audience)) return null
  const found = Array.isArray(audience) ? audience.join(', ') : String(audience)
  return refuse('AUDIENCE_WRONG', 'aud', `is ${shown(found)}`)
}

function checkClient({ claims }: ParsedToken, { clientIds }: TokenRules): TokenFault | null {
  if (clientIds === null) return null
  const client = textOf(claims, 'client_id') ?? textOf(claims, 'azp')
  if (client === null) return missing('client_id')
  return clientIds.includes(client)
    ? null
    : refuse('CLIENT_WRONG', 'client_id', `or "azp" is ${shown(client)}`)
}

function checkRequired({ claims }: ParsedToken, names: readonly string[]): TokenFault | null {
  for (const name of names) {
    const value = claims[name]
    if (value === undefined || value === null || value === '') return missing(name)
  }
  return null
}

const missing = (claim: string): TokenFault => refuse('CLAIM_MISSING', claim, 'is absent')
