import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import type { TestCertificate } from './authority.ts'

/** How a client shakes hands. */
export interface Handshake {
  readonly certificate?: TestCertificate | null
  /** Sent after the certificate. */
  readonly between?: readonly TestCertificate[]
  readonly version?: 'TLSv1.2' | 'TLSv1.3'
  readonly session?: Buffer | undefined
  readonly serverName?: string
}

/** An answer; status 0 when the connection ended without one. */
export interface Got {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** One TLS connection of a client that takes its time and shows what it got. */
export class TlsClient {
  readonly socket: TLSSocket
  /** The last session ticket. */
  session: Buffer | undefined
  closed = false
  #text = ''
  #wake: () => void = () => undefined

  private constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('session', (session: Buffer) => {
      this.session = session
      this.#wake()
    })
    socket.on('data', (data: Buffer) => {
      this.#text += data.toString('latin1')
      this.#wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** Connects; `closed` is true when the handshake failed. */
  static async open(port: number, handshake: Handshake = {}): Promise<TlsClient> {
    const { certificate, between = [], version, session, serverName = 'localhost' } = handshake
    const shown =
      certificate === undefined || certificate === null
        ? {}
        : { cert: [certificate, ...between].map(({ cert }) => cert).join(''), key: certificate.key }
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: serverName,
      rejectUnauthorized: false,
      // The client's own OpenSSL would refuse to send some of what the tests send.
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      ...(session === undefined ? {} : { session }),
      ...shown,
    })
    const client = new TlsClient(socket)
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => undefined)
    return client
  }

  get resumed(): boolean {
    return this.socket.isSessionReused()
  }

  send(path: string, headers: Readonly<Record<string, string>> = {}): void {
    const lines = Object.entries({ host: 'localhost', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    this.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  }

  /** Asks, and waits for the answer or the end. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    this.send(path, headers)
    return this.answer()
  }

  async answer(): Promise<Got> {
    for (;;) {
      const end = this.#text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(this.#text.slice(0, Math.max(0, end)))?.[1] ?? 0)
      if (end >= 0 && this.#text.length >= end + 4 + length) {
        const head = this.#text.slice(0, end)
        const body = this.#text.slice(end + 4, end + 4 + length)
        this.#text = this.#text.slice(end + 4 + length)
        return { status: Number(head.slice(9, 12)), head, body }
      }
      if (this.closed) return { status: 0, head: '', body: '' }
      await this.#something()
    }
  }

  /** Waits until the session ticket came, the connection ended, or for a while. */
  async until(what: () => boolean, ms = 3000): Promise<boolean> {
    const end = performance.now() + ms
    while (!what() && performance.now() < end) await this.#something(50)
    return what()
  }

  #something(ms = 3000): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  end(): void {
    this.socket.destroy()
  }
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  handshake: Handshake,
  path = '/me',
  headers: Readonly<Record<string, string>> = {},
): Promise<Got> {
  const client = await TlsClient.open(port, handshake)
  const got = await client.get(path, headers)
  client.end()
  return got
}
