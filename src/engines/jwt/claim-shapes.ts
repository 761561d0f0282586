import type { JsonObject, JsonValue } from '../json/json.ts'
import type { FaultName, TokenFault } from './faults.ts'

/** Characters of an identifier: longer ones would fill records and keys of caches. */
const maxTextLength = 2048

/** Claims that are one text wherever they stand (RFC 7519 §4.1, RFC 8693 §4.3, OpenID Connect Core §2). */
const textClaims = ['iss', 'sub', 'jti', 'client_id', 'azp'] as const
/** NumericDate claims (RFC 7519 §2). */
const timeClaims = ['exp', 'nbf', 'iat'] as const

const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxTextLength

const isTime = (value: JsonValue): value is number => typeof value === 'number' && value >= 0

/** The registered claims with a wrong type, whether a rule asks for them or not: who reads them later may not check. */
export function checkShapes(claims: JsonObject): TokenFault | null {
  for (const name of textClaims) {
    const value = claims[name]
    if (value !== undefined && !isText(value))
      return refuse('CLAIM_INVALID', name, `is not a text of 1 to ${maxTextLength} characters`)
  }
  for (const name of timeClaims) {
    const value = claims[name]
    if (value !== undefined && !isTime(value))
      return refuse('CLAIM_INVALID', name, 'is not a number of seconds since 1970')
  }
  const audience = claims['aud']
  if (audience === undefined || isText(audience)) return null
  if (Array.isArray(audience) && audience.length > 0 && audience.every(isText)) return null
  return refuse('CLAIM_INVALID', 'aud', 'is neither a text nor a list of texts')
}

/** A number of seconds of a claim that `checkShapes` has seen; null if absent. */
export function timeOf(claims: JsonObject, name: (typeof timeClaims)[number]): number | null {
  const value = claims[name]
  return typeof value === 'number' ? value : null
}

/** A text of a claim that `checkShapes` has seen; null if absent. */
export function textOf(claims: JsonObject, name: (typeof textClaims)[number]): string | null {
  const value = claims[name]
  return typeof value === 'string' ? value : null
}

/** A fault about one claim. */
export function refuse(fault: FaultName, claim: string, rest: string): TokenFault {
  return { fault, reason: `The claim "${claim}" ${rest}.` }
}
