import type { JsonObject } from '../json/json.ts'
import { type JsonLimits, parseJson } from '../json/parse-json.ts'

/** Real tokens and key sets need five levels. Their length is bounded before. */
const limits: JsonLimits = { depth: 16, members: 100_000, elements: 250_000 }

/** Reads a JSON object by the rules of `parseJson`. Null for anything else. The caller bounds the length. */
export function parseStrictJson(bytes: Uint8Array): JsonObject | null {
  const parsed = parseJson(bytes, limits)
  if (!parsed.ok || typeof parsed.value !== 'object' || Array.isArray(parsed.value)) return null
  return parsed.value as JsonObject | null
}
