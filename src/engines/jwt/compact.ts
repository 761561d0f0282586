import type { JsonObject, JsonValue } from '../json/json.ts'
import { parseStrictJson } from '../json/strict-json.ts'
import { decodeBase64url } from './base64url.ts'
import { shown, type TokenFault } from './faults.ts'

/** A signed text in compact form (RFC 7515 §7.1), taken apart and not verified. */
export interface CompactJws {
  readonly header: JsonObject
  /** `alg`, as the token says: to be compared, never to be obeyed. */
  readonly algorithm: string
  readonly kid: string | null
  /** `typ`, as written. */
  readonly type: string | null
  readonly payload: Buffer
  /** What the signature is over: header and payload as they came, with the dot. */
  readonly signingInput: string
  readonly signature: Buffer
}

/** Characters of a whole token: more than servers take in a header field by default, so no honest one is longer. */
const maxTokenLength = 16 * 1024
/** Characters of `kid`. */
const maxKidLength = 256

const fault = (name: TokenFault['fault'], reason: string): TokenFault =>
  Object.freeze({ fault: name, reason })

const tooLarge = fault('TOKEN_TOO_LARGE', 'The token is longer than 16 KB.')
const encrypted = fault('ENCRYPTED', 'The token is encrypted (JWE, five parts): only signed tokens are read.')
const notThreeParts = fault('TOKEN_MALFORMED', 'The token does not have the three parts of a signed token.')
const badEncoding = fault('TOKEN_MALFORMED', 'A part of the token is not strict base64url.')
const badHeader = fault(
  'TOKEN_MALFORMED',
  'The header of the token is not a strict JSON object: UTF-8, no member twice, no integer beyond 2^53, 16 levels.',
)
const noAlgorithm = fault('TOKEN_MALFORMED', '"alg" of the header is absent or not a text.')
const unsigned = fault('ALGORITHM_REFUSED', 'The token says "alg" is "none": it is not signed.')
const noSignature = fault('TOKEN_MALFORMED', 'The token has no signature.')
const badKid = fault(
  'TOKEN_MALFORMED',
  `"kid" of the header is not a text of 1 to ${maxKidLength} printable ASCII characters.`,
)
const badType = fault('TOKEN_MALFORMED', '"typ" of the header is not a text, or empty.')

/** Header members that change how the rest is read. Whoever ignores one reads another token than its issuer wrote. */
const extensions = ['crit', 'b64', 'zip'] as const

/**
 * Takes a compact JWS apart. Nothing in the header chooses a key but `kid`: `jwk`, `jku`, `x5c` and `x5u` are the
 * sender's own words (RFC 8725 §3.10) and are never looked at.
 */
export function parseCompact(text: string): CompactJws | TokenFault {
  if (text.length > maxTokenLength) return tooLarge
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (first < 0 || second < 0) return notThreeParts
  const third = text.indexOf('.', second + 1)
  if (third >= 0) return text.split('.').length === 5 ? encrypted : notThreeParts

  const headerBytes = decodeBase64url(text.slice(0, first))
  const payload = decodeBase64url(text.slice(first + 1, second))
  const signature = decodeBase64url(text.slice(second + 1))
  if (headerBytes === null || payload === null || signature === null) return badEncoding
  const header = parseStrictJson(headerBytes)
  if (header === null) return badHeader
  const algorithm = header['alg']
  if (typeof algorithm !== 'string') return noAlgorithm
  if (algorithm.toLowerCase() === 'none') return unsigned
  if (signature.length === 0) return noSignature
  for (const name of extensions) {
    if (header[name] !== undefined)
      return { fault: 'EXTENSION_REFUSED', reason: `The header has ${shown(name)}, which is not understood.` }
  }
  const kid = header['kid']
  if (kid !== undefined && !isKid(kid)) return badKid
  const type = header['typ']
  if (type !== undefined && (typeof type !== 'string' || type === '')) return badType
  return {
    header,
    algorithm,
    kid: kid ?? null,
    type: type ?? null,
    payload,
    signingInput: text.slice(0, second),
    signature,
  }
}

function isKid(value: JsonValue): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= maxKidLength && /^[\x20-\x7e]*$/.test(value)
  )
}
