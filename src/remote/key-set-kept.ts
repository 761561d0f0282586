import type { JsonObject } from '../engines/json/json.ts'
import { parseStrictJson } from '../engines/json/strict-json.ts'
import type { KeptTexts } from '../gateway/control-half.ts'

const name = 'keys'

/** Keeps a set that was read, with the time of it: only public keys come here. */
export function keepKeys(kept: KeptTexts, jwks: JsonObject, fetchedAt: number): void {
  kept.write(name, JSON.stringify({ fetchedAt, jwks }))
}

/** The set that was kept; null where there is none, or it is not one. Its keys are judged by whoever takes it. */
export function keptKeys(kept: KeptTexts): { readonly jwks: JsonObject; readonly fetchedAt: number } | null {
  const text = kept.read(name)
  const found = text === null ? null : parseStrictJson(Buffer.from(text))
  if (found === null) return null
  const { jwks, fetchedAt } = found
  if (typeof fetchedAt !== 'number' || typeof jwks !== 'object' || jwks === null || Array.isArray(jwks))
    return null
  // A clock that was ahead must not lengthen how long the set counts.
  return { jwks: jwks as JsonObject, fetchedAt: Math.min(fetchedAt, Date.now()) }
}
