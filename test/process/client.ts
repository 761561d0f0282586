import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'

/** What a client got. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Where to ask. */
export interface Target {
  readonly port: number
  readonly ca: string
}

/** One request over TLS; rejects when the connection is closed or reset before the whole answer. */
export function get(
  { port, ca }: Target,
  path: string,
  agent: Agent | false = false,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        ca,
        servername: 'localhost',
        path,
        agent,
        headers: { host: 'localhost', ...headers },
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

/** Connections that are kept. */
export function keepAlive(connections = 20): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections })
}

/** A machine that is too slow for the rate gets fewer requests, not ever more connections. */
const mostPending = 200

/** Sends requests at a steady rate until it is stopped, half over kept connections and half over fresh ones. */
export class Load {
  readonly failures: string[] = []
  sent = 0
  readonly #agent: Agent
  readonly #pending = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout

  constructor(target: Target, perSecond: number, path = '/ok', agent: Agent = keepAlive()) {
    this.#agent = agent
    const started = performance.now()
    let sent = 0
    this.#timer = setInterval(() => {
      const due = ((performance.now() - started) / 1000) * perSecond
      while (sent < due) {
        sent++
        if (this.#pending.size >= mostPending) continue
        const kept = this.sent++ % 2 === 0
        const one = this.#one(target, path, kept).finally(() => this.#pending.delete(one))
        this.#pending.add(one)
      }
    }, 10)
  }

  async #one(target: Target, path: string, kept: boolean): Promise<void> {
    try {
      const reply = await get(target, path, kept ? this.#agent : false)
      if (reply.status !== 200) this.failures.push(`${reply.status} ${reply.body}`)
    } catch (error) {
      this.failures.push(
        `${kept ? 'kept' : 'fresh'}: ${error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : 'unknown'}`,
      )
    }
  }

  /** Sends no more, and waits for all answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#pending)
    this.#agent.destroy()
  }
}
