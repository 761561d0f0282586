import { readFileSync, statSync } from 'node:fs'
import type { JsonObject } from '../engines/json/json.ts'
import { parseStrictJson } from '../engines/json/strict-json.ts'
import { keyFromPem } from '../engines/jwt/keys.ts'
import { type Calls, fetchJson, fetchMetadata, metadataAddress, refusedAddress } from './provider-metadata.ts'

/** Keys that were read, not judged yet; or why not. */
export type LoadedKeys =
  | { readonly ok: true; readonly jwks: JsonObject; readonly maxAgeMs: number | null }
  | { readonly ok: false; readonly reason: string }

/** Reads the keys that the metadata at `address` name. */
export async function keysByDiscovery(address: string, issuer: string, calls: Calls): Promise<LoadedKeys> {
  const metadata = await fetchMetadata(address, issuer, calls)
  if (!metadata.ok) return metadata
  const at = metadata.json['jwks_uri']
  const refused = refusedAddress('jwks_uri', at, metadataAddress(address))
  if (refused !== null || typeof at !== 'string') return { ok: false, reason: refused ?? 'no "jwks_uri"' }
  return await keysAt(at, calls)
}

/** Reads a key set at its own address. */
export async function keysAt(url: string, calls: Calls): Promise<LoadedKeys> {
  const fetched = await fetchJson(url, calls)
  return fetched.ok ? { ok: true, jwks: fetched.json, maxAgeMs: fetched.maxAgeMs } : fetched
}

const mostBytes = 512 * 1024

/** Reads a file with a JWK set, or with public keys or certificates in PEM. */
export function keysOfFile(file: string): LoadedKeys {
  let bytes: Buffer
  try {
    if (statSync(file).size > mostBytes) return { ok: false, reason: `${file} is larger than 512 KB.` }
    bytes = readFileSync(file)
  } catch (error) {
    return {
      ok: false,
      reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    }
  }
  const text = bytes.toString('latin1')
  if (text.includes('-----BEGIN ')) return keysOfPem(text, file)
  const jwks = parseStrictJson(bytes)
  if (jwks === null) return { ok: false, reason: `${file} is neither PEM nor a JSON object.` }
  return { ok: true, jwks, maxAgeMs: null }
}

function keysOfPem(text: string, file: string): LoadedKeys {
  const keys: JsonObject[] = []
  for (const part of text.split('-----BEGIN ').slice(1)) {
    const key = keyFromPem(`-----BEGIN ${part}`)
    if (typeof key === 'string') return { ok: false, reason: `${file}: ${key}` }
    // Through JSON: a JWK of Node is plain data, whose type does not say so.
    keys.push(JSON.parse(JSON.stringify(key.key.export({ format: 'jwk' }))) as JsonObject)
  }
  return { ok: true, jwks: { keys }, maxAgeMs: null }
}
