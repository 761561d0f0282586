import { codes } from '../../codes.ts'
import type { Fields } from '../../engines/http1/fields.ts'
import { HeadParser } from '../../engines/http1/head-parser.ts'
import { RequestHead, readRequestHead } from '../../engines/http1/request-head.ts'
import { formatAddress, parseAddress } from '../../engines/networks/address.ts'
import { NetworkSet } from '../../engines/networks/network-set.ts'
import { Exchange } from '../../gateway/exchange.ts'
import type { Plan } from '../../gateway/plan.ts'
import type { ObjectAnswer, Revocations } from '../../gateway/policy.ts'
import { refuse } from '../../gateway/respond.ts'
import type { BodySink, ClientStream } from '../../gateway/streams.ts'
import { deny, type Verdict } from '../../gateway/verdict.ts'
import type { Gate } from '../../http/gate.ts'
import type { ListenerContext } from '../../http/listener-context.ts'
import { receive } from '../../http/receive.ts'
import { asciiJson } from '../../observe/ascii-json.ts'

/** A request that somebody asks about. */
export interface AskedRequest {
  readonly method: string
  /** Absolute URL, or a path. */
  readonly url: string
  /** Address it comes from, or null for loopback. */
  readonly from: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Default: none. As JSON, unless a header says otherwise. */
  readonly body?: Buffer | null
  /** Milliseconds since 1970. Default: now. */
  readonly at?: number | null
  /** What the service would answer to a read of the object. Default: nobody knows. */
  readonly object?: ObjectAnswer | null
}

/** What a decision may lack. */
export type Needs = 'object' | 'body'

/** Decides about a request, or says that it cannot without the object. */
type Decide = (x: Exchange) => Verdict | Promise<Verdict | 'object'>

/**
 * Sends a request through the parser, the canonical view and `decide`, with a client that only listens. Nothing is
 * forwarded, and no object is read. Gives the exchange, or a sentence that says why the question makes no sense.
 */
export async function judgeRequest(
  plan: Plan,
  asked: AskedRequest,
  decide: Decide,
): Promise<{ readonly x: Exchange; readonly needs: Needs | null } | string> {
  const listener = plan.spec.listeners.find((one) => one.kind === 'gateway')
  if (listener === undefined) return 'The configuration has no listener that serves APIs.'
  const from = parseAddress(asked.from ?? '127.0.0.1')
  if (from === null) return 'Write `from` as an IP address, such as 203.0.113.9.'
  const head = headOf(asked)
  const lacking = Promise.withResolvers<Needs>()
  const client = new Listening(asked.body ?? null, lacking.resolve)
  const gate = judgingGate(plan, asked.object ?? null, decide, lacking)
  const x = new Exchange(
    gate,
    client,
    typeof head === 'string' ? new RequestHead() : head,
    listener.name,
    formatAddress(from),
    asked.at ?? Date.now(),
    performance.now(),
  )
  let needs: Needs | null = null
  client.exchange = x
  if (typeof head === 'string') refuse(x, deny(codes[head]))
  else {
    const context: ListenerContext = {
      // A question comes without a handshake: what a certificate would prove is assumed, or absent.
      spec: { ...listener, clientCertificates: null },
      nameJson: asciiJson(listener.name),
      balancers: null,
      covers: () => true,
      certificate: () => null,
    }
    receive(x, context, gate)
    needs = await gate.decided()
  }
  x.finish()
  return { x, needs }
}

function headOf(asked: AskedRequest): RequestHead | keyof typeof codes {
  const url = /^https?:\/\//.test(asked.url)
    ? asked.url
    : `https://localhost${asked.url.startsWith('/') ? '' : '/'}${asked.url}`
  const [, authority = '', target = '/'] = /^https?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? []
  const lines = asked.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const unless = (names: readonly string[], line: string): string =>
    asked.headers.some(([name]) => names.includes(name.toLowerCase())) ? '' : `${line}\r\n`
  const host = unless(['host'], `Host: ${authority}`)
  const body =
    asked.body === null || asked.body === undefined
      ? ''
      : unless(['content-length', 'transfer-encoding'], `Content-Length: ${asked.body.length}`) +
        unless(['content-type'], 'Content-Type: application/json')
  const parser = new HeadParser('request', {
    requestLineBytes: 65_536,
    headerCount: 200,
    headerBytes: 65_536,
  })
  const message = `${asked.method} ${target === '' ? '/' : target.startsWith('?') ? `/${target}` : target} HTTP/1.1\r\n${host}${lines}${body}\r\n`
  // latin1 keeps the low octet alone: U+010A would become a line feed.
  if (/[^\x00-\xff]/.test(message)) return 'REQUEST_LINE_INVALID'
  const text = Buffer.from(message, 'latin1')
  const after = parser.take(text, 0)
  if (after === -2) return parser.fault
  if (after !== text.length) return 'REQUEST_LINE_INVALID'
  return readRequestHead(parser)
}

interface JudgingGate extends Gate {
  /** What the decision lacks, or null when it is taken. */
  decided(): Promise<Needs | null>
}

function judgingGate(
  plan: Plan,
  object: ObjectAnswer | null,
  decide: Decide,
  lacking: PromiseWithResolvers<Needs>,
): JudgingGate {
  let running: Promise<Needs | null> = Promise.resolve(null)
  return {
    plan,
    limits: plan.spec.limits,
    trustedProxies: new NetworkSet(plan.spec.trustedProxies),
    recorder: { finish: () => undefined },
    counters: null as never,
    deadlines: null as never,
    revocations: noRevocations,
    draining: false,
    nextId: () => 'explain',
    readObject: () => {
      if (object !== null) return Promise.resolve(object)
      lacking.resolve('object')
      // Later, when nobody waits for what the policy makes of it.
      return new Promise((_resolve, reject) => setImmediate(reject, new Error('no object is read to judge')))
    },
    handle: (x) => {
      running = Promise.race([Promise.resolve(decide(x)), lacking.promise]).then((verdict) => {
        if (typeof verdict === 'string') return verdict
        if (verdict.kind === 'deny') refuse(x, verdict)
        else if (verdict.kind === 'answer') {
          x.verdict = 'answer'
          x.status = verdict.status
        }
        return null
      })
    },
    claim: () => true,
    release: () => undefined,
    decided: () => running,
  }
}

/** No certificate is shown here that could be revoked. */
const noRevocations: Revocations = { version: 0, find: () => null }

/** A client that takes an answer and does nothing with it. */
class Listening implements ClientStream {
  source = null
  exchange: Exchange | null = null
  readonly #body: Buffer | null
  readonly #lacking: (needs: Needs) => void
  constructor(body: Buffer | null, lacking: (needs: Needs) => void) {
    this.#body = body
    this.#lacking = lacking
  }
  readBody(sink: BodySink): void {
    if (this.#body === null) {
      this.#lacking('body')
      setImmediate(() => sink.abort())
      return
    }
    if (this.#body.length > 0) sink.data(this.#body)
    sink.end(null)
  }
  claim(): boolean {
    return true
  }
  release(): void {}
  resumeBody(): void {}
  inform(): void {}
  reply(status: number, _fields: Fields): void {
    if (this.exchange !== null) this.exchange.status = status
  }
  begin(): void {}
  flush(): void {}
  send(): boolean {
    return true
  }
  end(): void {}
  destroy(): void {}
}
