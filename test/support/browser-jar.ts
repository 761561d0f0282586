import assert from 'node:assert/strict'
import { Agent, request } from 'undici'

/** An answer, whole. */
export interface JarAnswer {
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface JarRequest {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default: none is followed. */
  readonly follow?: boolean
}

/** What a browser sends when a person goes to a page. */
export const navigation: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

/** A client that keeps cookies by host as browsers do (ports make no difference), over plain HTTP. */
export class BrowserJar {
  readonly cookies: Map<string, Map<string, string>> = new Map()
  readonly #agent: Agent

  constructor(ca: string) {
    this.#agent = new Agent({ connect: { ca }, allowH2: false })
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  /** The cookies of a host; changes count. */
  of(host: string): Map<string, string> {
    const known = this.cookies.get(host)
    if (known !== undefined) return known
    const fresh = new Map<string, string>()
    this.cookies.set(host, fresh)
    return fresh
  }

  async send(
    url: string,
    { method = 'GET', headers = {}, body, follow = false }: JarRequest = {},
  ): Promise<JarAnswer> {
    let [at, asked, content] = [url, method, body]
    for (let hop = 0; hop < 12; hop++) {
      const answer = await this.#once(at, asked, headers, content)
      const location = answer.headers['location']
      if (!follow || answer.status < 300 || typeof location !== 'string') return answer
      at = new URL(location, at).href
      asked = 'GET'
      content = undefined
    }
    throw new Error(`a loop of redirects, last to ${at}`)
  }

  async #once(
    url: string,
    method: NonNullable<JarRequest['method']>,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<JarAnswer> {
    const jar = this.of(new URL(url).hostname)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await request(url, {
      method,
      dispatcher: this.#agent,
      headers: {
        ...headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(jar, line)
    return { url, status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals)
  const lower = attributes.map((attribute) => attribute.toLowerCase())
  if (name.startsWith('__Host-')) {
    assert.ok(lower.includes('secure') && lower.includes('path=/'), line)
    assert.ok(!lower.some((attribute) => attribute.startsWith('domain')), line)
  }
  const gone = lower.some(
    (attribute) =>
      attribute === 'max-age=0' ||
      (attribute.startsWith('expires=') && Date.parse(attribute.slice(8)) < Date.now()),
  )
  if (gone) jar.delete(name)
  else jar.set(name, pair.slice(equals + 1))
}
