import type { Socket } from 'node:net'
import { type Code, codes } from '../codes.ts'
import { GrowingBuffer } from '../engines/bytes/growing-buffer.ts'
import { ChunkedDecoder } from '../engines/http1/chunked.ts'
import type { Fields } from '../engines/http1/fields.ts'
import { HeadParser } from '../engines/http1/head-parser.ts'
import {
  CHUNKED_BODY,
  LENGTH_BODY,
  NO_BODY,
  RequestHead,
  readRequestHead,
} from '../engines/http1/request-head.ts'
import { Exchange } from '../gateway/exchange.ts'
import { refuse } from '../gateway/respond.ts'
import { type AnswerSource, type BodySink, type ClientStream, smallPart } from '../gateway/streams.ts'
import { deny } from '../gateway/verdict.ts'
import { gauges } from '../observe/counters.ts'
import type { Deadlined } from './deadlines.ts'
import type { Gate } from './gate.ts'
import type { ListenerContext } from './listener-context.ts'
import { receive } from './receive.ts'
import { informationalHead, responseHead } from './reply-head.ts'
import { requestTrailers } from './trailers.ts'

/** What the body of the current request is doing. */
const BODY_DONE = 0
/** Not asked for yet: bytes that arrive are held. */
const BODY_WAITING = 1
const BODY_STREAMING = 2
/** Nobody wants the rest: it is read and thrown away so that the connection can go on. */
const BODY_DISCARDED = 3

/** An unread rest of a body up to this size is read past to keep the connection. */
const mostDiscarded = 65_536
/** How long a connection lingers after a last answer, so that a client still sending can read it. */
const lingerMs = 1000
/** How long a connection that is idle when draining begins may still bring a request. */
const lastRequestMs = 1000

/**
 * The client's side of HTTP/1.1 on one socket: one request at a time, in order, each with a deadline for every step.
 * Further requests wait in a bounded buffer, behind a paused socket.
 */
export class ServerConnection implements ClientStream, Deadlined {
  readonly socket: Socket
  readonly #gate: Gate
  readonly #listener: ListenerContext
  readonly #peer: string
  readonly #parser: HeadParser
  #exchange: Exchange | null = null
  #body = BODY_DONE
  #bodyLeft = 0
  #bodyBytes = 0
  #decoder: ChunkedDecoder | null = null
  #sink: BodySink | null = null
  #sinkFull = false
  #held: GrowingBuffer | null = null
  #close = false
  /** The listener is being closed: the request that comes next, if any, is the last. */
  #last = false
  #lingering = false
  #ended = false
  #begun = false
  #chunkedAnswer = false
  /** Head of a streamed answer that waits for the first bytes, to leave with them in one write. */
  #pendingHead = ''
  #informed = false
  #requestStartedAt = 0
  #requestStarted = 0
  deadline = 0
  source: AnswerSource | null = null
  /** Called once, when the socket is gone. */
  onGone: (() => void) | null = null

  constructor(socket: Socket, gate: Gate, listener: ListenerContext, peer: string) {
    this.socket = socket
    this.#gate = gate
    this.#listener = listener
    this.#peer = peer
    this.#parser = new HeadParser('request', gate.limits)
    this.deadline = gate.deadlines.after(gate.limits.idleTimeoutMs)
    gate.deadlines.add(this)
    gate.counters.add(gauges.connections, 1)
    gate.counters.add(gauges.connectionsTotal, 1)
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => this.#onEnd())
    socket.on('drain', () => this.#onDrain())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#onClose())
  }

  /** No request is being answered and none has begun. */
  get idle(): boolean {
    return this.#exchange === null && this.#parser.idle
  }

  /** Nothing more is expected of it, and everything is handed to the system. */
  get finished(): boolean {
    return this.#lingering && this.socket.writableLength === 0
  }

  /** Closes after this answer or the next one, or soon when no request comes: one may be on its way already. */
  drain(): void {
    this.#last = true
    if (this.#exchange !== null) this.#close = true
    else if (this.#parser.idle)
      this.deadline = Math.min(this.deadline, this.#gate.deadlines.after(lastRequestMs))
  }

  /** Cuts the request in flight: the deadline for draining has passed, or its client is trusted no more. */
  cut(code: Code = codes.DRAINING): void {
    const x = this.#exchange
    if (x !== null && !this.#begun) {
      this.#dropSource()
      refuse(x, deny(code))
    } else {
      if (x !== null) x.code = code.code
      this.destroy()
    }
  }

  // ---- reading ------------------------------------------------------------------------------------------------

  #onData(chunk: Buffer): void {
    if (this.#lingering) return
    if (this.#held !== null) return this.#hold(chunk)
    this.#consume(chunk)
  }

  #consume(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.#lingering) {
      if (this.#exchange === null && this.#body !== BODY_DISCARDED) {
        if (this.#close) return
        // A client that does not read its answers is not given more of them.
        if (this.socket.writableNeedDrain) return this.#hold(at === 0 ? chunk : chunk.subarray(at))
        if (this.#parser.idle) {
          this.#requestStartedAt = Date.now()
          this.#requestStarted = performance.now()
          this.deadline = this.#gate.deadlines.after(this.#gate.limits.headTimeoutMs)
        }
        at = this.#parser.take(chunk, at)
        if (at === -1) return
        if (at === -2) return this.#refuseWire(codes[this.#parser.fault])
        this.#begin()
      } else if (this.#body === BODY_STREAMING || this.#body === BODY_DISCARDED) {
        at = this.#takeBody(chunk, at)
        if (at < 0) return
      } else {
        return this.#hold(at === 0 ? chunk : chunk.subarray(at))
      }
    }
  }

  /** Keeps bytes for later, within the limits; a client that sends more meets a socket that is not read. */
  #hold(chunk: Buffer): void {
    if (!this.#gate.claim(chunk.length)) return this.destroy()
    this.#held ??= new GrowingBuffer()
    this.#held.append(chunk)
    if (this.#held.length >= this.#gate.limits.pipelinedBytes) this.socket.pause()
  }

  #unhold(): void {
    const held = this.#held
    if (held === null) return
    this.#held = null
    this.#gate.release(held.length)
    this.#consume(held.bytes)
    if (this.#held !== null) return
    if (this.#ended) this.#settleEnd()
    else if (!this.#sinkFull) this.socket.resume()
  }

  #begin(): void {
    this.deadline = 0
    const head = readRequestHead(this.#parser)
    this.#parser.reset()
    if (typeof head === 'string') return this.#refuseWire(codes[head])
    this.#bodyBytes = 0
    this.#informed = false
    if (head.framing === NO_BODY) this.#body = BODY_DONE
    else {
      this.#body = BODY_WAITING
      this.#bodyLeft = head.length
      this.#decoder = head.framing === CHUNKED_BODY ? new ChunkedDecoder(this.#gate.limits) : null
    }
    if (!head.keepAlive || this.#last) this.#close = true
    const x = this.#makeExchange(head)
    receive(x, this.#listener, this.#gate)
  }

  #makeExchange(head: RequestHead): Exchange {
    const gate = this.#gate
    const x = new Exchange(
      gate,
      this,
      head,
      this.#listener.nameJson,
      this.#peer,
      this.#requestStartedAt,
      this.#requestStarted,
    )
    this.#exchange = x
    this.#begun = false
    gate.counters.add(gauges.requestsActive, 1)
    gate.counters.add(gauges.requests, 1)
    return x
  }

  /** A message that has no single reading: one answer, and the connection ends, since nobody knows where it stops. */
  #refuseWire(code: Code): void {
    this.#close = true
    this.#body = BODY_DONE
    const x = this.#makeExchange(new RequestHead())
    refuse(x, deny(code))
  }

  readBody(sink: BodySink): void {
    const x = this.#exchange
    if (this.#body === BODY_DONE) return sink.end(null)
    this.#sink = sink
    this.#body = BODY_STREAMING
    this.deadline = this.#gate.deadlines.after(this.#gate.limits.bodyIdleTimeoutMs)
    if (this.#held !== null) this.#unhold()
    else if (x?.head.expectContinue === true && !this.#informed) this.inform(100, null)
  }

  claim(bytes: number): boolean {
    return this.#gate.claim(bytes)
  }

  release(bytes: number): void {
    this.#gate.release(bytes)
  }

  resumeBody(): void {
    if (!this.#sinkFull) return
    this.#sinkFull = false
    this.deadline = this.#gate.deadlines.after(this.#gate.limits.bodyIdleTimeoutMs)
    if (this.#held !== null) this.#unhold()
    else this.socket.resume()
  }

  /** Takes body bytes from `at`; returns the offset after them, or -1 when the chunk is used up or the body refused. */
  #takeBody(chunk: Buffer, at: number): number {
    if (this.#sinkFull) {
      this.#hold(at === 0 ? chunk : chunk.subarray(at))
      return -1
    }
    if (this.#body === BODY_STREAMING)
      this.deadline = this.#gate.deadlines.after(this.#gate.limits.bodyIdleTimeoutMs)
    if (this.#decoder === null) {
      const taken = Math.min(this.#bodyLeft, chunk.length - at)
      this.#bodyLeft -= taken
      this.#deliver(at === 0 && taken === chunk.length ? chunk : chunk.subarray(at, at + taken))
      if (this.#lingering) return -1
      if (this.#bodyLeft === 0) this.#bodyComplete(null)
      return at + taken
    }
    const decoder = this.#decoder
    const after = decoder.takeJoined(chunk, at)
    if (decoder.to > decoder.from && after !== -2) this.#deliver(chunk.subarray(decoder.from, decoder.to))
    if (this.#lingering || this.socket.destroyed) return -1
    if (after === -2) {
      this.#bodyFailed(codes[decoder.fault])
      return -1
    }
    if (after === -1) {
      // A chunk that will be too large is refused as soon as it is announced.
      if (this.#exceeds(decoder.announced)) this.#bodyFailed(codes.BODY_TOO_LARGE)
      return -1
    }
    const trailers = requestTrailers(decoder.trailers, this.#exchange?.operation?.reservedHeaders ?? none)
    if (trailers === undefined) {
      this.#bodyFailed(codes.TRAILER_INVALID)
      return -1
    }
    this.#bodyComplete(trailers)
    return after
  }

  #deliver(data: Buffer): void {
    if (this.#body !== BODY_STREAMING) {
      this.#bodyBytes += data.length
      return
    }
    this.#bodyBytes += data.length
    const x = this.#exchange!
    x.bytesIn += data.length
    if (this.#exceeds(0)) return this.#bodyFailed(codes.BODY_TOO_LARGE)
    if (!this.#sink!.data(data)) {
      this.#sinkFull = true
      this.deadline = 0 // the upstream is slow now, not the client
      this.socket.pause()
    }
  }

  /** Whether the body, with so many bytes more, is larger than its operation allows. */
  #exceeds(more: number): boolean {
    const operation = this.#exchange?.operation ?? null
    return operation !== null && this.#bodyBytes + more > operation.spec.bodyBytes
  }

  #bodyComplete(trailers: Fields | null): void {
    const sink = this.#sink
    const discarded = this.#body === BODY_DISCARDED
    this.#body = BODY_DONE
    this.#sink = null
    this.#decoder = null
    this.#emptySink()
    this.deadline = 0
    if (discarded) this.deadline = this.#gate.deadlines.after(this.#gate.limits.idleTimeoutMs)
    else sink?.end(trailers)
  }

  /** The body broke the framing, a limit or a deadline: the upstream must not take what it has for the whole. */
  #bodyFailed(code: Code): void {
    const x = this.#exchange
    const sink = this.#sink
    this.#sink = null
    this.#body = BODY_DONE
    this.#close = true
    sink?.abort()
    if (x === null || this.#begun) return this.destroy()
    this.#dropSource()
    refuse(x, deny(code))
  }

  /** The sink takes no more, so it is not what the socket waits for. */
  #emptySink(): void {
    if (!this.#sinkFull) return
    this.#sinkFull = false
    if (this.#held === null) this.socket.resume()
  }

  #dropSource(): void {
    const { source } = this
    this.source = null
    source?.gone()
  }

  // ---- answering ----------------------------------------------------------------------------------------------

  inform(status: number, fields: Fields | null): void {
    if (this.#begun || this.#exchange?.head.minor !== 1) return
    if (status === 100) this.#informed = true
    this.socket.write(informationalHead(status, fields), 'latin1')
  }

  reply(status: number, fields: Fields, body: string): void {
    const x = this.#exchange
    if (x === null || this.#begun) return
    this.#begun = true
    x.status = status
    this.#settleBody()
    const bytes = Buffer.byteLength(body)
    const bodiless = status === 204 || status === 304
    const framing = bodiless ? '' : `content-length: ${bytes}\r\n`
    const head = responseHead(status, fields, framing, this.#extra(x))
    const text = x.method === 'HEAD' || bodiless ? head : head + body
    x.bytesOut += text.length - head.length
    // Bodies of the gateway's own are ASCII, so latin1 and UTF-8 agree.
    this.socket.write(text, 'latin1')
    this.#complete()
  }

  begin(status: number, fields: Fields, length: number, bodiless: boolean): void {
    const x = this.#exchange!
    this.#begun = true
    x.status = status
    this.#chunkedAnswer = false
    let framing = ''
    if (length >= 0) framing = status === 204 ? '' : `content-length: ${length}\r\n`
    else if (!bodiless) {
      if (x.head.minor === 1) {
        this.#chunkedAnswer = true
        framing = 'transfer-encoding: chunked\r\n'
      } else this.#close = true
    }
    if (this.#body !== BODY_DONE && x.head.minor === 0) this.#close = true
    this.#pendingHead = responseHead(status, fields, framing, this.#extra(x))
  }

  /** Sends a head that no body bytes came along with. */
  flush(): void {
    if (this.#pendingHead === '') return
    const head = this.#pendingHead
    this.#pendingHead = ''
    this.socket.write(head, 'latin1')
  }

  send(chunk: Buffer, start: number, end: number): boolean {
    const x = this.#exchange!
    const size = end - start
    x.bytesOut += size
    const { socket } = this
    const head = this.#pendingHead
    this.#pendingHead = ''
    let room: boolean
    if (size <= smallPart) {
      // One string for head, framing and data: one write, no buffer between.
      const data = chunk.toString('latin1', start, end)
      room = socket.write(
        this.#chunkedAnswer ? `${head + size.toString(16)}\r\n${data}\r\n` : head + data,
        'latin1',
      )
    } else {
      socket.cork()
      if (head !== '') socket.write(head, 'latin1')
      if (this.#chunkedAnswer) socket.write(`${size.toString(16)}\r\n`, 'latin1')
      room = socket.write(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end))
      if (this.#chunkedAnswer) room = socket.write('\r\n', 'latin1')
      socket.uncork()
    }
    if (!room) this.deadline = this.#gate.deadlines.after(this.#gate.limits.sendTimeoutMs)
    return room
  }

  end(trailers: Fields | null): void {
    if (this.#chunkedAnswer) {
      let text = `${this.#pendingHead}0\r\n`
      this.#pendingHead = ''
      if (trailers !== null)
        for (let i = 0; i < trailers.names.length; i++)
          text += `${trailers.names[i]!}: ${trailers.values[i]!}\r\n`
      this.socket.write(`${text}\r\n`, 'latin1')
    } else this.flush()
    this.#settleBody()
    this.#complete()
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Lines that every answer carries. */
  #extra(x: Exchange): string {
    const { hsts } = this.#listener.spec
    let text = `x-request-id: ${x.id}\r\n`
    if (hsts !== '' && x.secure) text += `strict-transport-security: ${hsts}\r\n`
    if (this.#close) text += 'connection: close\r\n'
    return text
  }

  /** The answer is decided while the body is not read: read past a small rest, or end the connection after it. */
  #settleBody(): void {
    if (this.#body === BODY_DONE) return
    const x = this.#exchange!
    const waits = x.head.expectContinue && !this.#informed
    const sink = this.#sink
    this.#sink = null
    sink?.abort()
    if (this.#close || waits || x.head.framing !== LENGTH_BODY || this.#bodyLeft > mostDiscarded) {
      this.#close = true
      this.#body = BODY_DONE
    } else {
      this.#body = BODY_DISCARDED
      this.#emptySink()
    }
  }

  #complete(): void {
    const x = this.#exchange
    if (x === null) return
    this.#exchange = null
    this.source = null
    this.#gate.counters.add(gauges.requestsActive, -1)
    x.finish()
    if (this.#close || (this.#ended && this.#held === null)) return this.#finishSocket()
    const { idleTimeoutMs, sendTimeoutMs } = this.#gate.limits
    this.deadline = this.#gate.deadlines.after(this.socket.writableNeedDrain ? sendTimeoutMs : idleTimeoutMs)
    if (this.#held !== null) this.#next()
  }

  /** Goes on with what was held, on a fresh stack: a thousand pipelined refusals may not nest. */
  #next(): void {
    setImmediate(() => {
      if (this.#exchange === null || this.#body === BODY_DISCARDED) this.#unhold()
    })
  }

  /** Half-closes and lingers: closing at once could reset the answer away while the client still sends (RFC 9112 §9.6). */
  #finishSocket(): void {
    if (this.#lingering) return
    this.#lingering = true
    this.#dropHeld()
    this.deadline = this.#gate.deadlines.after(this.#gate.limits.sendTimeoutMs)
    this.socket.end(() => {
      this.deadline = this.#gate.deadlines.after(lingerMs)
    })
    this.socket.resume()
  }

  #dropHeld(): void {
    if (this.#held !== null) this.#gate.release(this.#held.length)
    this.#held = null
  }

  // ---- the socket ---------------------------------------------------------------------------------------------

  #onDrain(): void {
    if (this.#exchange !== null && this.#body !== BODY_STREAMING) this.deadline = 0
    if (this.#exchange === null && this.#held !== null) this.#next()
    this.source?.drained()
  }

  #onEnd(): void {
    this.#ended = true
    if (this.#held === null) this.#settleEnd()
  }

  /** The client sends no more: what it asked for whole is still answered, what it broke off is not. */
  #settleEnd(): void {
    if (this.#exchange === null) return this.#finishSocket()
    this.#close = true
    if (this.#body !== BODY_DONE) this.destroy()
  }

  #onClose(): void {
    const { counters, deadlines } = this.#gate
    deadlines.delete(this)
    counters.add(gauges.connections, -1)
    this.#dropHeld()
    const x = this.#exchange
    this.#exchange = null
    const sink = this.#sink
    this.#sink = null
    sink?.abort()
    this.#dropSource()
    if (x !== null) {
      counters.add(gauges.requestsActive, -1)
      x.code ??= codes.CLIENT_CLOSED.code
      x.finish()
    }
    this.onGone?.()
    this.onGone = null
  }

  expire(): void {
    if (this.#lingering) return this.destroy()
    const x = this.#exchange
    if (x === null) {
      if (this.#parser.idle) return this.#finishSocket()
      return this.#refuseWire(codes.REQUEST_TIMEOUT)
    }
    if (this.#body === BODY_STREAMING && !this.#begun) return this.#bodyFailed(codes.BODY_TIMEOUT)
    // The client leaves the answer unread, or drips its body beside it.
    this.destroy()
  }
}

const none: ReadonlySet<string> = new Set()
