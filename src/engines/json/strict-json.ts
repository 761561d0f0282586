import type { JsonObject, JsonValue } from './json.ts'
import { type JsonLimits, parseJson } from './parse-json.ts'

/** Of tokens, key sets and what providers say. Real ones nest five deep. */
const limits: JsonLimits = { depth: 16, members: 40_000, elements: 100_000 }

/**
 * Reads a JSON object as `parseJson` does, in the one way that no other reader can differ in, at most 16 levels deep.
 * Null for anything else. The caller bounds the length.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject | null {
  const parsed = parseJson(bytes, limits)
  return parsed.ok && isObject(parsed.value) ? parsed.value : null
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
