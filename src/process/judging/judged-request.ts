import { codes } from '../../codes.ts'
import type { Fields } from '../../engines/http1/fields.ts'
import { HeadParser } from '../../engines/http1/head-parser.ts'
import { RequestHead, readRequestHead } from '../../engines/http1/request-head.ts'
import { formatAddress, parseAddress } from '../../engines/networks/address.ts'
import { NetworkSet } from '../../engines/networks/network-set.ts'
import { Exchange } from '../../gateway/exchange.ts'
import type { Plan } from '../../gateway/plan.ts'
import type { Revocations } from '../../gateway/policy.ts'
import { refuse } from '../../gateway/respond.ts'
import type { ClientStream } from '../../gateway/streams.ts'
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
}

/**
 * Sends a request through the parser, the canonical view and `decide`, with a client that only listens. Nothing is
 * forwarded. Gives the exchange, or a sentence that says why the question makes no sense.
 */
export async function judgeRequest(
  plan: Plan,
  asked: AskedRequest,
  decide: (x: Exchange) => Verdict | Promise<Verdict>,
): Promise<Exchange | string> {
  const listener = plan.spec.listeners.find((one) => one.kind === 'gateway')
  if (listener === undefined) return 'The configuration has no listener that serves APIs.'
  const from = parseAddress(asked.from ?? '127.0.0.1')
  if (from === null) return 'Write `from` as an IP address, such as 203.0.113.9.'
  const head = headOf(asked)
  const client = new Listening()
  const gate = judgingGate(plan, decide)
  const x = new Exchange(
    gate,
    client,
    typeof head === 'string' ? new RequestHead() : head,
    listener.name,
    formatAddress(from),
    Date.now(),
    performance.now(),
  )
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
    await gate.decided()
  }
  return x
}

function headOf(asked: AskedRequest): RequestHead | keyof typeof codes {
  const url = /^https?:\/\//.test(asked.url)
    ? asked.url
    : `https://localhost${asked.url.startsWith('/') ? '' : '/'}${asked.url}`
  const [, authority = '', target = '/'] = /^https?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? []
  const lines = asked.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const host = asked.headers.some(([name]) => name.toLowerCase() === 'host') ? '' : `Host: ${authority}\r\n`
  const parser = new HeadParser('request', {
    requestLineBytes: 65_536,
    headerCount: 200,
    headerBytes: 65_536,
  })
  const message = `${asked.method} ${target === '' ? '/' : target.startsWith('?') ? `/${target}` : target} HTTP/1.1\r\n${host}${lines}\r\n`
  // latin1 keeps the low octet alone: U+010A would become a line feed.
  if (/[^\x00-\xff]/.test(message)) return 'REQUEST_LINE_INVALID'
  const text = Buffer.from(message, 'latin1')
  const after = parser.take(text, 0)
  if (after === -2) return parser.fault
  if (after !== text.length) return 'REQUEST_LINE_INVALID'
  return readRequestHead(parser)
}

interface JudgingGate extends Gate {
  decided(): Promise<void>
}

function judgingGate(plan: Plan, decide: (x: Exchange) => Verdict | Promise<Verdict>): JudgingGate {
  let running: Promise<void> = Promise.resolve()
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
    readObject: () => Promise.reject(new Error('the service would be asked for the object')),
    handle: (x) => {
      running = Promise.resolve(decide(x)).then((verdict) => {
        if (verdict.kind === 'deny') refuse(x, verdict)
        else if (verdict.kind === 'answer') {
          x.verdict = 'answer'
          x.status = verdict.status
        }
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
  readBody(): void {}
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
