import { type HeadLimits, HeadParser, type WireFault } from './head-parser.ts'

const CR = 13
const LF = 10
const SEMICOLON = 59

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILERS = 6
const DONE = 7

/** Value of each hexadecimal digit, 255 for other bytes. */
const hex = new Uint8Array(256).fill(255)
for (let digit = 0; digit < 10; digit++) hex[48 + digit] = digit
for (let digit = 0; digit < 6; digit++) {
  hex[65 + digit] = 10 + digit
  hex[97 + digit] = 10 + digit
}

/** Digits of a chunk size: 12 are 256 TB, and stay exact in a double. */
const mostDigits = 12
/** Bytes of chunk extensions in one body. Nobody uses them, and unbounded ones were a way to exhaust servers (CVE-2024-22019). */
const mostExtensionBytes = 1024

/**
 * Incremental decoder of the chunked transfer coding (RFC 9112 §7.1). Strict: sizes are hexadecimal digits and nothing
 * else, every line ends in CRLF, extensions are bounded and dropped, trailers are parsed like header fields.
 */
export class ChunkedDecoder {
  readonly trailers: HeadParser
  /** Where `takeJoined` put the data of the last piece; equal when there was none. */
  from = 0
  to = 0
  #state = SIZE
  #left = 0
  #digits = 0
  #extensionBytes = 0
  #fault: WireFault = 'CHUNK_INVALID'

  constructor(limits: HeadLimits) {
    this.trailers = new HeadParser('trailers', limits)
  }

  get fault(): WireFault {
    return this.#fault
  }
  get done(): boolean {
    return this.#state === DONE
  }
  /** Bytes of the current chunk that its size announced and that have not come. */
  get announced(): number {
    return this.#state === DATA ? this.#left : 0
  }

  /**
   * Decodes from `from` on and gives each run of data to `data`. Returns the offset after the body when it ended, -1
   * when more bytes are needed, -2 when the body is refused.
   */
  take(chunk: Buffer, from: number, data: (start: number, end: number) => void): number {
    let at = from
    const end = chunk.length
    while (at < end) {
      switch (this.#state) {
        case SIZE: {
          const byte = chunk[at]!
          const digit = hex[byte]!
          if (digit !== 255) {
            if (++this.#digits > mostDigits) return -2
            this.#left = this.#left * 16 + digit
          } else if (this.#digits === 0) return -2
          else if (byte === CR) this.#state = SIZE_LF
          else if (byte === SEMICOLON) this.#state = EXTENSION
          else return -2
          at++
          break
        }
        case EXTENSION: {
          const byte = chunk[at]!
          if (++this.#extensionBytes > mostExtensionBytes) return -2
          if (byte === CR) this.#state = SIZE_LF
          else if (byte < 0x20 ? byte !== 9 : byte >= 0x7f) return -2
          at++
          break
        }
        case SIZE_LF: {
          if (chunk[at] !== LF) return -2
          at++
          this.#state = this.#left === 0 ? TRAILERS : DATA
          this.#digits = 0
          break
        }
        case DATA: {
          const run = Math.min(this.#left, end - at)
          data(at, at + run)
          at += run
          this.#left -= run
          if (this.#left === 0) this.#state = DATA_CR
          break
        }
        case DATA_CR: {
          if (chunk[at] !== CR) return -2
          at++
          this.#state = DATA_LF
          break
        }
        case DATA_LF: {
          if (chunk[at] !== LF) return -2
          at++
          this.#state = SIZE
          break
        }
        case TRAILERS: {
          const after = this.trailers.take(chunk, at)
          if (after === -2)
            this.#fault =
              this.trailers.fault === 'HEADERS_TOO_LARGE' ? 'HEADERS_TOO_LARGE' : 'TRAILER_INVALID'
          if (after >= 0) this.#state = DONE
          return after
        }
        default:
          return at
      }
    }
    return -1
  }

  /**
   * `take`, with all data of the piece moved together over the framing between, to `from` … `to` of the chunk. A write
   * for each chunk would let a body of one-byte chunks cost a hundred times its bytes.
   */
  takeJoined(chunk: Buffer, start: number): number {
    this.from = 0
    this.to = 0
    return this.take(chunk, start, (at, end) => {
      if (this.to === 0) {
        this.from = at
        this.to = at
      }
      if (this.to !== at) chunk.copyWithin(this.to, at, end)
      this.to += end - at
    })
  }
}
