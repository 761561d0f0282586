import type { JsonObject } from '../engines/json/json.ts'
import { parseStrictJson } from '../engines/json/strict-json.ts'
import { shown } from '../engines/jwt/faults.ts'
import type { ControlHost, RemoteSettings } from '../gateway/control-half.ts'

/** Calls of the control plane with the settings of one policy. */
export interface Calls {
  readonly call: ControlHost['call']
  readonly remote: RemoteSettings & { readonly timeoutMs: number }
}

/** JSON that was read, or why not. */
export type Fetched =
  | { readonly ok: true; readonly json: JsonObject; readonly maxAgeMs: number | null }
  | { readonly ok: false; readonly reason: string }

const wellKnown = '/.well-known/'
const suffix = `${wellKnown}openid-configuration`
/** The largest key set that is kept, with room; metadata documents have some 10 KB. */
const mostBytes = 512 * 1024

/** The address of the metadata (OpenID Connect Discovery §4): `address` itself where it names a document already. */
export function metadataAddress(address: string): string {
  const url = new URL(address)
  if (!url.pathname.includes(wellKnown)) url.pathname = `${url.pathname.replace(/\/$/, '')}${suffix}`
  return url.href
}

/**
 * Reads the metadata of a provider. Its `issuer` has to be the one configured (OpenID Connect Discovery §4.3): else
 * whoever serves another document there would choose the keys (mix-up, RFC 9207).
 */
export async function fetchMetadata(address: string, issuer: string, calls: Calls): Promise<Fetched> {
  const fetched = await fetchJson(metadataAddress(address), calls)
  if (!fetched.ok) return fetched
  const found = fetched.json['issuer']
  if (found === issuer) return fetched
  const said = typeof found === 'string' ? shown(found) : 'absent'
  return {
    ok: false,
    reason: `"issuer" of the metadata is ${said}. Write that under \`issuer\` if it is your provider’s, or correct \`discovery\`.`,
  }
}

/** Reads a JSON object. Redirects are not followed: the address is configuration, not the answer’s to choose. */
export async function fetchJson(url: string, { call, remote }: Calls): Promise<Fetched> {
  const { authorities, proxy, timeoutMs } = remote
  const answer = await call({
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs,
    mostBytes,
    settings: { authorities, proxy },
  })
  const from = `${url}: `
  if (!answer.ok) return { ok: false, reason: `${from}${answer.reason}.` }
  if (answer.status >= 300 && answer.status < 400)
    return {
      ok: false,
      reason: `${from}it redirects (status ${answer.status}), which is not followed. Write the final address.`,
    }
  if (answer.status !== 200) return { ok: false, reason: `${from}it answered with status ${answer.status}.` }
  const json = parseStrictJson(answer.body)
  if (json === null)
    return { ok: false, reason: `${from}the answer is no JSON object, or has one name twice.` }
  return { ok: true, json, maxAgeMs: maxAgeOf(answer.headers['cache-control'] ?? '') }
}

/** `max-age` of Cache-Control in milliseconds; null where there is none. */
function maxAgeOf(cacheControl: string): number | null {
  for (const part of cacheControl.split(',')) {
    const [name, value] = part.trim().toLowerCase().split('=')
    if (name === 'max-age' && value !== undefined && /^[0-9]{1,9}$/.test(value)) return Number(value) * 1000
  }
  return null
}

/**
 * Why an address that metadata name is not called, or null: `https` always, `http` where the metadata themselves came
 * so, which the operator chose.
 */
export function refusedAddress(name: string, value: unknown, metadata: string): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return `"${name}" of the metadata is no address.`
  const { protocol, username, password } = new URL(value)
  const fits = protocol === 'https:' || (protocol === 'http:' && new URL(metadata).protocol === 'http:')
  if (fits && username === '' && password === '') return null
  return `"${name}" of the metadata is ${shown(value)}, which is not https. Name the right address yourself.`
}
