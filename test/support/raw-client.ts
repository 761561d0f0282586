import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type Responses, readResponses } from './strict-response.ts'

/** Where and how to connect. */
export interface Door {
  readonly port: number
  /** PEM of the authority; clear text without it. */
  readonly ca?: string
}

/** A client on a bare socket: it sends what it is told, byte for byte, and keeps all that comes back. */
export class RawClient {
  readonly socket: Socket
  #text = ''
  #closed = false
  #reset = false
  #wake: (() => void) | null = null

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#wake?.()
    })
    socket.on('error', () => {
      this.#reset = true
    })
    socket.on('end', () => this.#wake?.())
    socket.on('close', () => {
      this.#closed = true
      this.#wake?.()
    })
  }

  static async open({ port, ca }: Door): Promise<RawClient> {
    const to = { host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true }
    if (ca === undefined) {
      const socket = connect(to)
      await once(socket, 'connect')
      return new RawClient(socket)
    }
    const socket = connectTls({ ...to, ca, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
    await once(socket, 'secureConnect')
    return new RawClient(socket)
  }

  /** All bytes received so far, one character each. */
  get text(): string {
    return this.#text
  }
  /** Both sides have ended, or the connection was reset. */
  get closed(): boolean {
    return this.#closed
  }
  get reset(): boolean {
    return this.#reset
  }
  /** The other side sends no more. */
  get ended(): boolean {
    return this.#closed || this.socket.readableEnded
  }

  send(bytes: string): void {
    if (this.socket.writable) this.socket.write(bytes, 'latin1')
  }

  /** Sends pieces apart from each other, so that they arrive apart. */
  async sendPieces(pieces: Iterable<string>): Promise<void> {
    for (const piece of pieces) {
      this.send(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Waits until `done` or the time is over; tells which. */
  async until(done: () => boolean, ms = 2000): Promise<boolean> {
    const end = performance.now() + ms
    while (!done()) {
      const left = end - performance.now()
      if (left <= 0) return false
      const waiting = new AbortController()
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve
        }),
        sleep(left, undefined, { signal: waiting.signal }).catch(() => undefined),
      ])
      waiting.abort()
    }
    return true
  }

  responses(methods: readonly string[] = []): Responses {
    return readResponses(this.#text, methods, this.ended)
  }

  /** Waits for so many final answers, or for the end. */
  async answers(count: number, methods: readonly string[] = [], ms = 2000): Promise<Responses> {
    await this.until(() => this.ended || this.responses(methods).final.length >= count, ms)
    return this.responses(methods)
  }

  /** Sends no more and waits for the end of everything. */
  async finish(ms = 3000): Promise<void> {
    this.socket.end()
    await this.until(() => this.#closed, ms)
    this.socket.destroy()
  }

  destroy(): void {
    this.socket.destroy()
  }
}
