import type { Socket } from 'node:net'
import { type Code, codes } from '../../codes.ts'
import { ChunkedDecoder } from '../../engines/http1/chunked.ts'
import type { Fields } from '../../engines/http1/fields.ts'
import { type HeadLimits, HeadParser } from '../../engines/http1/head-parser.ts'
import {
  CHUNKED_BODY,
  CLOSE_BODY,
  type Framing,
  LENGTH_BODY,
  NO_BODY,
} from '../../engines/http1/request-head.ts'
import { type ResponseHead, readResponseHead } from '../../engines/http1/response-head.ts'
import type { Deadlined } from '../deadlines.ts'
import { responseTrailers } from '../trailers.ts'

/** What an upstream's answer may hold in its head. */
const responseLimits: HeadLimits = { requestLineBytes: 8192, headerCount: 200, headerBytes: 65_536 }
/** Informational answers before the final one; more are a storm, not progress. */
const mostInformational = 16

/** The exchange that a connection works for. */
export interface ConnectionUser {
  readonly method: string
  informational(head: ResponseHead): void
  head(head: ResponseHead): void
  /** Part of the body. False asks the connection to stop reading until `resume`. */
  part(chunk: Buffer, start: number, end: number): boolean
  flush(): void
  complete(trailers: Fields | null): void
  /** The connection failed. `unanswered`: not one byte of an answer had come. */
  failed(code: Code, reason: string, unanswered: boolean): void
  expired(): void
}

/** One connection to a target: one request at a time, and an answer with exactly one reading, or none at all. */
export class UpstreamConnection implements Deadlined {
  readonly socket: Socket
  readonly address: string
  /** Address and port, for the record. */
  readonly label: string
  deadline = 0
  /** Requests it has carried. */
  uses = 0
  /** When an idle connection is no longer safe to use. */
  idleUntil = 0
  readonly #parser = new HeadParser('response', responseLimits)
  readonly #onClosed: (connection: UpstreamConnection) => void
  readonly #onIdle: (connection: UpstreamConnection) => void
  #user: ConnectionUser | null = null
  #answering = false
  #framing: Framing = NO_BODY
  #left = 0
  #decoder: ChunkedDecoder | null = null
  #keepAlive = true
  #keepAliveMs: number | null = null
  #informational = 0
  #touched = false
  #requestSent = true

  constructor(
    socket: Socket,
    address: string,
    port: number,
    onIdle: (connection: UpstreamConnection) => void,
    onClosed: (connection: UpstreamConnection) => void,
  ) {
    this.socket = socket
    this.address = address
    this.label = `${address}:${port}`
    this.#onIdle = onIdle
    this.#onClosed = onClosed
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.#fail(codes.UPSTREAM_CLOSED, error.message))
    socket.on('close', () => {
      this.#fail(codes.UPSTREAM_CLOSED, 'closed')
      this.#onClosed(this)
    })
  }

  /** Milliseconds the target said it keeps an idle connection (`Keep-Alive: timeout=`), if it did. */
  get announcedKeepAliveMs(): number | null {
    return this.#keepAliveMs
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.writable && this.socket.readable
  }

  /** Gives the connection to an exchange, which then writes its request. */
  assign(user: ConnectionUser): void {
    this.#user = user
    this.#answering = false
    this.#informational = 0
    this.#touched = false
    this.#keepAlive = true
    this.#requestSent = false
    this.uses++
  }

  /** The whole request, body included, has been written. */
  requestSent(): void {
    this.#requestSent = true
  }

  resume(): void {
    this.socket.resume()
  }

  /** The exchange is over for other reasons; whatever was in flight here must never reach another one. */
  abandon(): void {
    this.#user = null
    this.socket.destroy()
  }

  expire(): void {
    if (this.#user === null) this.socket.destroy()
    else this.#user.expired()
  }

  /** Takes bytes that came from the target. Nothing of `chunk` is kept if it is no longer than `smallPart`. */
  receive(chunk: Buffer): void {
    if (this.#user === null) {
      // Bytes nobody asked for would be read as the answer to the next request.
      this.socket.destroy()
      return
    }
    this.#touched = true
    let at = 0
    while (at < chunk.length) {
      const user = this.#user
      if (user === null) {
        this.#keepAlive = false
        this.socket.destroy()
        return
      }
      if (!this.#answering) {
        at = this.#parser.take(chunk, at)
        if (at === -1) return
        if (at === -2) return this.#fail(codes.UPSTREAM_RESPONSE_INVALID, this.#parser.fault)
        if (!this.#head(user, at === chunk.length)) return
      } else {
        at = this.#body(user, chunk, at)
        if (at < 0) return
      }
    }
    this.#user?.flush()
  }

  /** Reads a head; false when the exchange ended by it. */
  #head(user: ConnectionUser, last: boolean): boolean {
    this.#readKeepAlive()
    const head = readResponseHead(this.#parser, user.method)
    this.#parser.reset()
    if (head === null || head.status === 101) {
      this.#fail(codes.UPSTREAM_RESPONSE_INVALID, 'ambiguous framing or unexpected protocol switch')
      return false
    }
    if (head.status < 200) {
      if (++this.#informational > mostInformational) {
        this.#fail(codes.UPSTREAM_RESPONSE_INVALID, 'too many informational answers')
        return false
      }
      user.informational(head)
      return true
    }
    this.#answering = true
    this.#keepAlive = head.keepAlive
    this.#framing = head.framing
    this.#left = head.length
    if (head.framing === CHUNKED_BODY) this.#decoder = new ChunkedDecoder(responseLimits)
    user.head(head)
    if (head.framing === NO_BODY) this.#complete(null, last)
    return this.#user !== null
  }

  #readKeepAlive(): void {
    const at = this.#parser.names.indexOf('keep-alive')
    if (at < 0) return
    const match = /(?:^|[ ,])timeout=(\d{1,6})(?:$|[ ,])/i.exec(this.#parser.value(at).slice(0, 100))
    if (match !== null) this.#keepAliveMs = Number(match[1]) * 1000
  }

  #body(user: ConnectionUser, chunk: Buffer, at: number): number {
    if (this.#framing === LENGTH_BODY) {
      const taken = Math.min(this.#left, chunk.length - at)
      this.#left -= taken
      if (!user.part(chunk, at, at + taken)) this.socket.pause()
      if (this.#left === 0) this.#complete(null, at + taken === chunk.length)
      return at + taken
    }
    if (this.#framing === CLOSE_BODY) {
      if (!user.part(chunk, at, chunk.length)) this.socket.pause()
      return chunk.length
    }
    const decoder = this.#decoder!
    const after = decoder.takeJoined(chunk, at)
    if (decoder.to > decoder.from && !user.part(chunk, decoder.from, decoder.to)) this.socket.pause()
    if (this.#user === null) return -1
    if (after === -2) {
      this.#fail(codes.UPSTREAM_RESPONSE_INVALID, decoder.fault)
      return -1
    }
    if (after === -1) {
      user.flush()
      return -1
    }
    this.#complete(responseTrailers(decoder.trailers), after === chunk.length)
    return after
  }

  #complete(trailers: Fields | null, clean: boolean): void {
    const user = this.#user
    this.#user = null
    this.#answering = false
    this.#decoder = null
    // Bytes after the answer, or a request not wholly sent: the next exchange could be given what belongs to this one.
    const reusable = this.#keepAlive && clean && this.#requestSent && this.usable
    user?.complete(trailers)
    if (reusable) {
      this.socket.resume()
      this.#onIdle(this)
    } else this.socket.destroy()
  }

  #onEnd(): void {
    if (this.#user !== null && this.#answering && this.#framing === CLOSE_BODY)
      return this.#complete(null, false)
    this.#fail(
      codes.UPSTREAM_CLOSED,
      this.#touched ? 'ended in the middle of an answer' : 'ended before an answer',
    )
    this.socket.destroy()
  }

  #fail(code: Code, reason: string): void {
    const user = this.#user
    this.#user = null
    this.socket.destroy()
    user?.failed(code, reason, !this.#touched)
  }
}
