import type { Fields } from '../engines/http1/fields.ts'

/** Parts up to this many bytes are copied into the write; above it a copy would cost more than it saves. */
export const smallPart = 16_384

/** Where the body of a request goes. Called by the client's side of `http/`. */
export interface BodySink {
  /** Returns false when the sink is full; it calls `resume` on the stream when it has room again. */
  data(chunk: Buffer): boolean
  /** `trailers` is null when there are none. */
  end(trailers: Fields | null): void
  /** The body cannot be completed: the client went away or broke the framing. */
  abort(): void
}

/**
 * The client's side of an exchange, whatever protocol it speaks. One answer a request: `reply` whole, or `begin`,
 * `send`… and `end`.
 */
export interface ClientStream {
  /** Asks for the body. Before this call none of it is read beyond what is already here. */
  readBody(sink: BodySink): void
  /** The sink has room again. */
  resumeBody(): void
  /** Claims memory that is held on behalf of the client; false when there is no more for all clients together. */
  claim(bytes: number): boolean
  release(bytes: number): void
  /** Tells a client that waits for it to send its body (RFC 9110 §10.1.1), and passes other 1xx on. */
  inform(status: number, fields: Fields | null): void
  /** A whole answer. `body` in UTF-8. */
  reply(status: number, fields: Fields, body: string): void
  /** The head of a streamed answer. `length` is -1 when unknown, `bodiless` for HEAD, 204 and 304. */
  begin(status: number, fields: Fields, length: number, bodiless: boolean): void
  /** Sends what `begin` and `send` may hold back to join writes. Called when the source has nothing more right now. */
  flush(): void
  /**
   * Part of the body: the bytes from `start` to `end`. Up to `smallPart` bytes are copied before it returns, so that
   * the chunk's memory may be used again; more are kept by reference until they are sent. Returns false when the client reads too slowly; `onDrain` of the source is called later. */
  send(chunk: Buffer, start: number, end: number): boolean
  /** The answer is complete. */
  end(trailers: Fields | null): void
  /** Cuts the answer: the client must notice that it is not whole. */
  destroy(): void
  /** Called when the client has read what was held back, and when it goes away. */
  source: AnswerSource | null
}

/** What produces a streamed answer. */
export interface AnswerSource {
  drained(): void
  /** The client is gone: nothing more can be sent. */
  gone(): void
}
