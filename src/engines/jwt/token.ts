import type { JsonObject } from '../json/json.ts'
import { parseStrictJson } from '../json/strict-json.ts'
import { type CompactJws, parseCompact } from './compact.ts'
import type { TokenFault } from './faults.ts'

/** A signed JWT (RFC 7519) taken apart. Nothing of it is proven: `verifyToken` does that. */
export interface ParsedToken extends Omit<CompactJws, 'payload'> {
  readonly claims: JsonObject
}

const badClaims: TokenFault = Object.freeze({
  fault: 'TOKEN_MALFORMED',
  reason:
    'The claims of the token are not a strict JSON object: UTF-8, no member twice, no integer beyond 2^53, 16 levels.',
})

/** Takes a compact JWT of at most 16 KB apart. Verifies nothing, follows nothing. */
export function parseToken(text: string): ParsedToken | TokenFault {
  const jws = parseCompact(text)
  if ('fault' in jws) return jws
  const claims = parseStrictJson(jws.payload)
  if (claims === null) return badClaims
  const { header, algorithm, kid, type, signingInput, signature } = jws
  return { header, claims, algorithm, kid, type, signingInput, signature }
}
