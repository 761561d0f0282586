import { lookup } from 'node:dns'
import { readFileSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { parseAddress } from '../engines/networks/address.ts'
import { isMetadata } from '../engines/networks/special.ts'
import type { RemoteAnswer, RemoteRequest, RemoteSettings } from '../gateway/control-half.ts'

/** Calls of the control plane to addresses of the configuration: HTTP/1.1, bounded in time and bytes, no redirects. */
export class RemoteClient {
  /** By settings. A changed file of authorities makes a new one: the old would trust what was taken away. */
  readonly #dispatchers = new Map<string, { readonly authorities: string; readonly dispatcher: Dispatcher }>()

  /** Never throws: what went wrong is in the answer, in a sentence for the operator. */
  readonly call = async (request: RemoteRequest): Promise<RemoteAnswer> => {
    try {
      return await this.#send(request)
    } catch (error) {
      return { ok: false, reason: reasonOf(error, request) }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map(({ dispatcher }) => dispatcher.destroy()))
    this.#dispatchers.clear()
  }

  async #send({
    url,
    method,
    headers,
    body,
    timeoutMs,
    mostBytes,
    settings,
  }: RemoteRequest): Promise<RemoteAnswer> {
    const { hostname } = new URL(url)
    const address = parseAddress(hostname.replace(/^\[|\]$/g, ''))
    if (address !== null && isMetadata(address)) return { ok: false, reason: refusedAddress }
    // Loaded when somebody is called: a gateway that calls nobody starts sooner and stays smaller.
    const undici = await import('undici')
    const answer = await undici.request(url, {
      method,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      dispatcher: this.#dispatcher(settings, undici),
      signal: AbortSignal.timeout(timeoutMs),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes) {
        answer.body.destroy()
        return { ok: false, reason: `the answer is larger than ${mostBytes} bytes` }
      }
      chunks.push(chunk)
    }
    return { ok: true, status: answer.statusCode, headers: flat(answer.headers), body: Buffer.concat(chunks) }
  }

  #dispatcher(settings: RemoteSettings, undici: typeof import('undici')): Dispatcher {
    const key = JSON.stringify(settings)
    const ca = settings.authorities.map((file) => readFileSync(file, 'utf8'))
    const authorities = ca.join('\n')
    const known = this.#dispatchers.get(key)
    if (known?.authorities === authorities) return known.dispatcher
    void known?.dispatcher.close()
    const tls = ca.length === 0 ? {} : { ca }
    const options = { connections: 64, pipelining: 1, keepAliveTimeout: 10_000, allowH2: false }
    const made =
      settings.proxy === null
        ? new undici.Agent({ ...options, connect: { ...tls, lookup: lookupAllowed } })
        : // The proxy looks names up, and what it reaches is its operator's rule.
          new undici.ProxyAgent({ ...options, uri: settings.proxy, requestTls: tls })
    this.#dispatchers.set(key, { authorities, dispatcher: made })
    return made
  }
}

const refusedAddress = 'the name is that of a link-local or metadata address, which is never called'

/** A name that resolves to a cloud's metadata service would lend it the gateway's own rights (SSRF). */
const lookupAllowed: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 4)
    const allowed = addresses.filter(({ address }) => {
      const parsed = parseAddress(address)
      return parsed !== null && !isMetadata(parsed)
    })
    if (allowed.length === 0) return done(new Error(refusedAddress), '', 4)
    if (options.all === true) return done(null, allowed)
    return done(null, allowed[0]!.address, allowed[0]!.family)
  })
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

/** Errors of TLS and sockets are worded by Node, with names of the configuration in them and nothing of the answer. */
function reasonOf(error: unknown, { timeoutMs }: RemoteRequest): string {
  if (!(error instanceof Error)) return 'the call failed'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${timeoutMs} ms`
  const cause = error.cause instanceof Error ? error.cause : error
  const { code } = cause as NodeJS.ErrnoException
  return cause.message !== '' ? cause.message : (code ?? cause.name)
}
