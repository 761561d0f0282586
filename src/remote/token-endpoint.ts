import type { JsonObject } from '../engines/json/json.ts'
import { parseStrictJson } from '../engines/json/strict-json.ts'
import { shown } from '../engines/jwt/faults.ts'
import type { ControlHost, RemoteAnswer, RemoteSettings } from '../gateway/control-half.ts'

/** Where tokens are asked for. */
export interface TokenEndpoint {
  readonly token: string
  /** `client_secret_post` in place of `client_secret_basic`. */
  readonly secretInForm: boolean
}

/** Who asks. */
export interface TokenClient {
  readonly clientId: string
  /** Null for a public client. */
  readonly clientSecret: string | null
  readonly outgoing: RemoteSettings & { readonly timeoutMs: number }
}

/** What the provider gave (RFC 6749 §5.1). */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly idToken: string | null
  readonly expiresInSeconds: number
}

/** `refused`: a definite no to this code or refresh token. `unavailable`: anything that may pass, or an operator ends. */
export type TokenOutcome =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

const mostBytes = 256 * 1024
/** Longest single token that is kept. */
const longestToken = 32 * 1024
/** Where the provider does not say how long an access token lives. */
const usualLifeSeconds = 300
const longestLifeSeconds = 30 * 24 * 3600
/** A log-in waits for the call: below the time that the page has. */
const longestMs = 10_000

/** Asks the token endpoint (RFC 6749 §4.1.3 and §6). Never throws. */
export async function askTokens(
  form: Readonly<Record<string, string>>,
  { token, secretInForm }: TokenEndpoint,
  { clientId, clientSecret, outgoing }: TokenClient,
  call: ControlHost['call'],
): Promise<TokenOutcome> {
  const asForm = clientSecret === null || secretInForm
  const body = new URLSearchParams({
    ...form,
    ...(asForm ? { client_id: clientId } : {}),
    ...(asForm && clientSecret !== null ? { client_secret: clientSecret } : {}),
  })
  const answer = await call({
    url: token,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(asForm ? {} : { authorization: basicCredentials(clientId, clientSecret) }),
    },
    body: body.toString(),
    timeoutMs: Math.min(outgoing.timeoutMs, longestMs),
    mostBytes,
    settings: { authorities: outgoing.authorities, proxy: outgoing.proxy },
  })
  return outcomeOf(answer)
}

/** Name and secret are form-encoded before they are joined (RFC 6749 §2.3.1). */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ t: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(clientSecret)}`).toString('base64')}`
}

function outcomeOf(answer: RemoteAnswer): TokenOutcome {
  if (!answer.ok) return { kind: 'unavailable', reason: `The token endpoint: ${answer.reason}.` }
  const json = parseStrictJson(answer.body)
  if (answer.status !== 200) {
    const error = json === null ? undefined : json['error']
    const said = typeof error === 'string' ? ` and the error ${shown(error)}` : ''
    const reason = `The token endpoint answered with status ${answer.status}${said}.`
    // Other errors are about the client or the request: the operator's to mend, and no word about the person.
    return { kind: error === 'invalid_grant' ? 'refused' : 'unavailable', reason }
  }
  const tokens = json === null ? null : tokensOf(json)
  return tokens === null
    ? { kind: 'unavailable', reason: 'The answer of the token endpoint is none by RFC 6749 §5.1.' }
    : { kind: 'tokens', tokens }
}

function tokensOf(json: JsonObject): Tokens | null {
  const accessToken = json['access_token']
  const type = json['token_type']
  if (!isToken(accessToken) || typeof type !== 'string' || type.toLowerCase() !== 'bearer') return null
  const refreshToken = json['refresh_token'] ?? null
  const idToken = json['id_token'] ?? null
  if (refreshToken !== null && !isToken(refreshToken)) return null
  if (idToken !== null && !isToken(idToken)) return null
  const life = json['expires_in']
  const seconds = typeof life === 'number' && life > 0 ? life : usualLifeSeconds
  return { accessToken, refreshToken, idToken, expiresInSeconds: Math.min(seconds, longestLifeSeconds) }
}

/** It may go into a header: visible ASCII. */
const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longestToken && /^[\x21-\x7e]+$/.test(value)
