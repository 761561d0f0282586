import { readFile } from 'node:fs/promises'
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { SinkSpec } from '../../config/spec.ts'
import { Backlog } from './backlog.ts'
import type { Sink, SinkSettings, SinkStats } from './sink.ts'
import { type SyslogOrigin, syslogFrames } from './syslog-frame.ts'
import { Trouble } from './trouble.ts'

type SyslogSpec = Extract<SinkSpec, { type: 'syslog' }>

const connectTimeoutMs = 10_000

/** The longest pause between attempts is this many times the first. */
const longestBackoff = 60

/**
 * Syslog over TCP or TLS. One entry is on its way at a time and leaves the queue when the socket has taken it, so a
 * broken connection repeats an entry rather than losing it: receivers can tell by the record's `id`. What the
 * receiver's machine had accepted but not read is lost with the connection; syslog has no acknowledgement.
 */
export class SyslogSink implements Sink {
  readonly name: string
  readonly opened: Promise<string | null> = Promise.resolve(null)
  readonly #spec: SyslogSpec
  readonly #settings: SinkSettings
  readonly #backlog: Backlog
  readonly #trouble: Trouble
  readonly #origin: SyslogOrigin = { hostname: hostname(), processId: process.pid }
  #socket: Socket | null = null
  #connected = false
  #busy = false
  #closed = false
  #attempts = 0
  #retry: NodeJS.Timeout | null = null

  constructor(spec: SyslogSpec, name: string, settings: SinkSettings) {
    this.name = name
    this.#spec = spec
    this.#settings = settings
    this.#backlog = new Backlog(settings.queueBytes)
    this.#trouble = new Trouble(name, settings.reportEveryMs, settings.report)
    void this.#connect()
  }

  write(batch: string): void {
    if (!this.#backlog.offer(batch, (lines) => syslogFrames(lines, this.#origin))) {
      this.#trouble.begin(this.#trouble.current ?? 'its receiver is too slow', this.#backlog.dropped)
    }
    this.#run()
  }

  reopen(): void {
    // Files only: a connection is not renamed.
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#backlog.empty(deadlineMs)
    this.#closed = true
    this.#backlog.clear()
    if (this.#retry !== null) clearTimeout(this.#retry)
    const socket = this.#socket
    if (socket === null) return
    // An orderly end (close_notify, FIN), so that the receiver reads what is in flight; not one to wait for long.
    socket.setTimeout(1000, () => socket.destroy())
    socket.end()
    socket.unref()
  }

  stats(): SinkStats {
    const { written, dropped, bytes } = this.#backlog
    return { sink: this.name, written, dropped, queuedBytes: bytes, trouble: this.#trouble.current }
  }

  async #connect(): Promise<void> {
    const { host, port, secure } = this.#spec
    let socket: Socket
    try {
      if (secure) {
        const ca = await this.#authorities()
        socket = connectTls({
          host,
          port,
          minVersion: 'TLSv1.2',
          // Said, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise switch verifying off.
          rejectUnauthorized: true,
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(ca.length === 0 ? {} : { ca }),
        })
      } else {
        socket = connect({ host, port })
      }
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException)
      return
    }
    this.#socket = socket
    let problem: NodeJS.ErrnoException = Object.assign(new Error('closed by the receiver'), {
      code: 'CLOSED',
    })
    socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('no connection in time')))
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      this.#connected = true
      socket.setTimeout(0)
      socket.setKeepAlive(true, 30_000)
      if (this.#backlog.head() === undefined) this.#trouble.end(this.#backlog.dropped)
      this.#run()
    })
    // Syslog is one way; reading, and forgetting, is what shows that the other side has closed.
    socket.resume()
    socket.on('error', (error: NodeJS.ErrnoException) => {
      problem = error
    })
    socket.once('close', () => {
      this.#socket = null
      this.#connected = false
      this.#busy = false
      if (!this.#closed) this.#failed(problem)
    })
  }

  /** Read at every connection: a new authority needs no restart. */
  async #authorities(): Promise<string[]> {
    return await Promise.all(this.#spec.authorities.map((file) => readFile(file, 'utf8')))
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#closed) return
    this.#trouble.begin(`cannot be reached (${error.code ?? error.message})`, this.#backlog.dropped)
    const pause = this.#settings.retryMs * Math.min(2 ** this.#attempts++, longestBackoff)
    // Spread, so that a restarted receiver does not meet all gateways in the same millisecond. Nothing secret hangs on it.
    this.#retry = setTimeout(
      () => {
        this.#retry = null
        void this.#connect()
      },
      pause * (0.5 + Math.random() / 2),
    ).unref()
  }

  #run(): void {
    const socket = this.#socket
    const entry = this.#backlog.head()
    if (socket === null || entry === undefined || !this.#connected || this.#busy || this.#closed) return
    this.#busy = true
    const stalled = setTimeout(
      () => socket.destroy(new Error('takes no data')),
      this.#settings.stallMs,
    ).unref()
    socket.write(entry.bytes, (error) => {
      clearTimeout(stalled)
      if (error || socket !== this.#socket) return
      this.#busy = false
      this.#attempts = 0
      this.#backlog.done()
      if (this.#trouble.current !== null) this.#trouble.end(this.#backlog.dropped)
      this.#run()
    })
  }
}
