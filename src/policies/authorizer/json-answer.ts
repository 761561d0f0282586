import type { JsonObject } from '../../engines/json/json.ts'
import { jsonMediaType } from '../../engines/json/media-type.ts'
import { parseJson } from '../../engines/json/parse-json.ts'
import type { RemoteAnswer } from '../../gateway/control-half.ts'
import { AuthorizerFailure } from './backend.ts'

/** Far more than decisions nest and fill; their bytes are bounded before. */
const limits = { depth: 32, members: 10_000, elements: 10_000 }

/** An answer of JSON, with the headers it came with. */
export interface JsonAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly value: JsonObject
}

/** The object of an answer with status 200 that has one reading. Everything else decides nothing. */
export function jsonOf(answer: RemoteAnswer): JsonAnswer {
  if (!answer.ok) throw new AuthorizerFailure(`the authorizer cannot be asked (${answer.reason})`)
  const { status, headers, body } = answer
  if (status !== 200) throw new AuthorizerFailure(`the authorizer answered with status ${status}`)
  if (jsonMediaType(headers['content-type']) !== 'json')
    throw new AuthorizerFailure('the answer of the authorizer is no JSON by its content type')
  const parsed = parseJson(body, limits)
  if (!parsed.ok)
    throw new AuthorizerFailure(`the answer of the authorizer is no JSON with one reading (${parsed.fault})`)
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AuthorizerFailure('the answer of the authorizer is no JSON object')
  return { headers, value: value as JsonObject }
}
