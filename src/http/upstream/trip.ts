import { type Code, codes } from '../../codes.ts'
import type { ServiceSpec } from '../../config/spec.ts'
import type { Fields } from '../../engines/http1/fields.ts'
import { CHUNKED_BODY, NO_BODY } from '../../engines/http1/request-head.ts'
import type { ResponseHead } from '../../engines/http1/response-head.ts'
import { replay } from '../../gateway/body.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import { dropOwnCookies } from '../../gateway/own-cookies.ts'
import { editResponse, refuse } from '../../gateway/respond.ts'
import type { AnswerSource, BodySink } from '../../gateway/streams.ts'
import { deny } from '../../gateway/verdict.ts'
import { type Counters, gauges } from '../../observe/counters.ts'
import type { Deadlines } from '../deadlines.ts'
import type { Pool, PoolWaiter } from './pool.ts'
import { requestText } from './request-text.ts'
import type { ConnectionUser, UpstreamConnection } from './upstream-connection.ts'

/** The service as a trip sees it. */
export interface Targets {
  readonly spec: ServiceSpec
  readonly counters: Counters
  readonly deadlines: Deadlines
  readonly pools: readonly Pool[]
  /** The target after this one. */
  next(pool: Pool): Pool
}

/** Methods whose repetition means the same as one request (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * One exchange's trip to the upstream and back. It owns the only link between a client and an upstream connection, and
 * cuts it in every way a trip can end, so that nothing of one exchange can reach another.
 */
export class Trip implements BodySink, AnswerSource, ConnectionUser, PoolWaiter {
  readonly method: string
  readonly #x: Exchange
  readonly #service: Targets
  #pool: Pool
  #connection: UpstreamConnection | null = null
  #reused = false
  #retried = false
  #targetsTried = 1
  #bodyRead = false
  #began = false
  #streaming = false
  #sentAt = 0
  #totalAt = 0
  #over = false

  constructor(x: Exchange, service: Targets, pool: Pool) {
    this.#x = x
    this.#service = service
    this.#pool = pool
    this.method = x.method
  }

  start(): void {
    const { totalMs } = this.#service.spec.timeouts
    if (totalMs > 0) this.#totalAt = this.#service.deadlines.after(totalMs)
    this.#x.client.source = this
    this.#pool.acquire(this, false)
  }

  // ---- a connection -------------------------------------------------------------------------------------------

  get waiting(): boolean {
    return !this.#over
  }

  connected(connection: UpstreamConnection, reused: boolean): void {
    const x = this.#x
    this.#connection = connection
    this.#reused = reused
    x.attempts++
    x.upstream = connection.label
    connection.assign(this)
    let text: string
    try {
      text = requestText(x, this.#pool.target, this.#pool.authority, this.#service.spec.hostHeader)
    } catch (error) {
      return this.#fail(codes.INTERNAL_ERROR, error instanceof Error ? error.message : 'not an Error')
    }
    this.#sentAt = performance.now()
    connection.deadline = this.#within(this.#service.spec.timeouts.responseMs)
    const { socket } = connection
    if (x.head.framing === NO_BODY) {
      socket.write(text, 'latin1')
      connection.requestSent()
    } else {
      // Head and waiting body leave in one write; a body refused at its first bytes takes the head with it.
      socket.cork()
      socket.write(text, 'latin1')
      this.#bodyRead = true
      // While the client sends, its own deadlines hold; the upstream's begins when the request is whole.
      connection.deadline = this.#totalAt
      this.#onRoom = () => x.client.resumeBody()
      socket.on('drain', this.#onRoom)
      if (x.held === null) x.client.readBody(this)
      else replay(x.held, this)
      socket.uncork()
    }
  }

  refused(code: Code, reason: string): void {
    if (this.#over) return
    const next =
      this.#targetsTried < this.#service.pools.length && code !== codes.UPSTREAM_BUSY
        ? this.#service.next(this.#pool)
        : null
    if (next === null) return this.#fail(code, reason)
    this.#targetsTried++
    this.#pool = next
    next.acquire(this, false)
  }

  // ---- the request's body -------------------------------------------------------------------------------------

  /** Made only for requests with a body: most have none. */
  #onRoom: (() => void) | null = null

  data(chunk: Buffer): boolean {
    const connection = this.#connection
    if (connection === null || chunk.length === 0) return true
    const { socket } = connection
    if (this.#x.head.framing !== CHUNKED_BODY) return socket.write(chunk)
    socket.cork()
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
    socket.write(chunk)
    const room = socket.write('\r\n', 'latin1')
    socket.uncork()
    return room
  }

  end(trailers: Fields | null): void {
    const connection = this.#connection
    if (connection === null) return
    if (this.#x.head.framing === CHUNKED_BODY) {
      let text = '0\r\n'
      if (trailers !== null)
        for (let i = 0; i < trailers.names.length; i++)
          text += `${trailers.names[i]!}: ${trailers.values[i]!}\r\n`
      connection.socket.write(`${text}\r\n`, 'latin1')
    }
    this.#stopWriting(connection)
    connection.requestSent()
    if (!this.#began) connection.deadline = this.#within(this.#service.spec.timeouts.responseMs)
  }

  #stopWriting(connection: UpstreamConnection): void {
    if (this.#onRoom !== null) connection.socket.off('drain', this.#onRoom)
    this.#onRoom = null
  }

  abort(): void {
    this.#release()
  }

  // ---- the answer ---------------------------------------------------------------------------------------------

  informational(head: ResponseHead): void {
    // 100 is the gateway's own to give: it has asked the client for the body already.
    if (head.status !== 100) this.#x.client.inform(head.status, head.fields)
  }

  head(head: ResponseHead): void {
    const x = this.#x
    x.upstreamMs = performance.now() - this.#sentAt
    this.#began = true
    dropOwnCookies(head.fields)
    try {
      editResponse(x, x.operation!, head.status, head.fields, false)
    } catch (error) {
      return this.#fail(
        codes.POLICY_FAILED,
        error instanceof Error ? error.message : 'a response policy failed',
      )
    }
    const bodiless = x.method === 'HEAD' || head.status === 204 || head.status === 304
    const length = bodiless
      ? head.announced
      : head.framing === NO_BODY
        ? 0
        : head.length > 0
          ? head.length
          : -1
    this.#streaming = length < 0 && !bodiless
    const { spec } = x.operation!
    if (this.#streaming)
      this.#totalAt = spec.streamTotalMs > 0 ? this.#service.deadlines.after(spec.streamTotalMs) : 0
    this.#touch()
    x.client.begin(head.status, head.fields, length, bodiless)
  }

  part(chunk: Buffer, start: number, end: number): boolean {
    if (this.#over) return true
    this.#touch()
    const room = this.#x.client.send(chunk, start, end)
    // A client that does not read has a deadline of its own.
    if (!room && this.#connection !== null) this.#connection.deadline = this.#totalAt
    return room
  }

  flush(): void {
    if (this.#began && !this.#over) this.#x.client.flush()
  }

  complete(trailers: Fields | null): void {
    if (this.#over) return
    this.#over = true
    const connection = this.#connection
    this.#connection = null
    if (connection !== null) {
      connection.deadline = 0
      this.#stopWriting(connection)
    }
    this.#x.client.end(trailers)
  }

  drained(): void {
    this.#touch()
    this.#connection?.resume()
  }

  gone(): void {
    this.#release()
  }

  // ---- failure ------------------------------------------------------------------------------------------------

  failed(code: Code, reason: string, unanswered: boolean): void {
    this.#connection = null
    if (this.#over) return
    // A reused connection can die under a request that the target never saw. Sent again once, where that is safe.
    if (unanswered && this.#reused && !this.#retried && !this.#bodyRead && idempotent.has(this.method)) {
      this.#retried = true
      this.#service.counters.add(gauges.upstreamRetries, 1)
      return this.#pool.acquire(this, true)
    }
    this.#fail(code, reason)
  }

  expired(): void {
    this.#fail(codes.UPSTREAM_TIMEOUT, this.#began ? 'the answer stopped' : 'no answer in time')
  }

  #fail(code: Code, reason: string): void {
    if (this.#over) return
    const x = this.#x
    const began = this.#began && x.status !== 0
    this.#release()
    if (x.finished) return
    if (!began) {
      x.client.source = null
      return refuse(x, deny(code, { reason }))
    }
    // The head is out: only cutting the connection tells the client that the answer is not whole.
    x.verdict = 'error'
    x.code = code.code
    x.reason = reason
    x.client.destroy()
  }

  /** Cuts the link. A connection that still works for this exchange cannot be given to another. */
  #release(): void {
    this.#over = true
    const connection = this.#connection
    this.#connection = null
    if (connection !== null) {
      this.#stopWriting(connection)
      connection.abandon()
    } else this.#pool.leave(this)
  }

  #touch(): void {
    const connection = this.#connection
    if (connection === null) return
    const spec = this.#x.operation!.spec
    const idle = this.#streaming ? spec.streamIdleMs : this.#service.spec.timeouts.idleMs
    connection.deadline = idle > 0 ? this.#within(idle) : this.#totalAt
  }

  #within(ms: number): number {
    const at = this.#service.deadlines.after(ms)
    return this.#totalAt > 0 && this.#totalAt < at ? this.#totalAt : at
  }
}
