import { findName, hashStep, nameOf, tokenLower } from './names.ts'

/** Why bytes are not one message with one reading. The names are codes of the product. */
export type WireFault =
  | 'REQUEST_LINE_INVALID'
  | 'HTTP_VERSION_UNSUPPORTED'
  | 'LINE_ENDING_INVALID'
  | 'HEADER_INVALID'
  | 'HEADER_DUPLICATE'
  | 'HEADER_NAME_AMBIGUOUS'
  | 'FRAMING_AMBIGUOUS'
  | 'CHUNK_INVALID'
  | 'TRAILER_INVALID'
  | 'HOST_INVALID'
  | 'TARGET_INVALID'
  | 'TARGET_TOO_LONG'
  | 'HEADERS_TOO_LARGE'
  | 'EXPECTATION_UNKNOWN'

/** What a head may hold at most. */
export interface HeadLimits {
  /** Bytes of the start line, without its CRLF. */
  readonly requestLineBytes: number
  readonly headerCount: number
  /** Bytes of all field lines together, their CRLF included. */
  readonly headerBytes: number
}

const CR = 13
const LF = 10
const SP = 32
const HTAB = 9
const COLON = 58

// States of the scan.
const START = 0
const START_LF = 1
const METHOD = 2
const TARGET = 3
const VERSION = 4
const LINE_LF = 5
const STATUS = 6
const REASON = 7
const FIELD_START = 8
const NAME = 9
const VALUE_START = 10
const VALUE = 11
const VALUE_LF = 12
const END_LF = 13
const DONE = 14
const FAILED = 15
const AFTER_VERSION = 16

/** `field-vchar`, SP and HTAB (RFC 9110 §5.5): 1. Everything else, NUL and bare CR and LF first of all: 0. */
const valueByte = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  valueByte[byte] = byte === HTAB || (byte >= 0x20 && byte !== 0x7f) ? 1 : 0
}

const httpVersion = Buffer.from('HTTP/1.')
/** Of ` HTTP/1.1` after a target, which therefore may not fill the line. */
const versionBytes = 9

/**
 * Incremental parser of a message head (RFC 9112), over bytes, with no socket in it. It refuses whatever has more
 * than one reading at the first byte that shows it, so nothing hangs on a message that can no longer become valid.
 *
 * A head that arrives in one piece is scanned where it lies and not copied. One that arrives in several is gathered
 * in a buffer bounded by the limits; the scan goes on where it stopped, so slow drips cost linear time.
 */
export class HeadParser {
  readonly #mode: 'request' | 'response' | 'trailers'
  readonly #limits: HeadLimits
  #state: number
  /** Positions of each field in the head: start and end of its value (name strings are interned at once). */
  readonly #spans: Int32Array
  #names: string[] = []
  #numbers: number[] = []
  #count = 0
  #held: Buffer | null = null
  #heldLength = 0
  #at = 0
  #begin = 0
  #mark = 0
  #hash = 0
  #fieldsBegin = 0
  #methodEnd = 0
  #targetBegin = 0
  #targetEnd = 0
  #reasonBegin = 0
  #reasonEnd = 0
  #text = ''
  #minor = 0
  #status = 0
  #fault: WireFault = 'REQUEST_LINE_INVALID'

  constructor(mode: 'request' | 'response' | 'trailers', limits: HeadLimits) {
    this.#mode = mode
    this.#limits = limits
    this.#spans = new Int32Array(limits.headerCount * 2)
    this.#state = mode === 'trailers' ? FIELD_START : mode === 'request' ? START : VERSION
  }

  /** Makes the parser ready for the next head of the same connection. */
  reset(): void {
    this.#state = this.#mode === 'trailers' ? FIELD_START : this.#mode === 'request' ? START : VERSION
    this.#count = 0
    this.#names = []
    this.#numbers = []
    this.#held = null
    this.#heldLength = 0
    this.#at = 0
    this.#begin = 0
    this.#mark = 0
    this.#fieldsBegin = 0
    this.#text = ''
  }

  /** True before the first byte of a head. */
  get idle(): boolean {
    return this.#at === 0 && this.#held === null
  }

  /**
   * Takes bytes from `from` on. Returns the offset after the head, -1 when more bytes are needed (all of these are
   * then taken), or -2 when the head is refused (`fault` says why).
   */
  take(chunk: Buffer, from: number): number {
    if (this.#held === null) {
      this.#begin = from
      this.#at = from
      this.#mark = from
      this.#fieldsBegin = from
      this.#scan(chunk, chunk.length)
      if (this.#state === DONE) return this.#finish(chunk)
      if (this.#state === FAILED) return -2
      this.#hold(chunk, from)
      return -1
    }
    const before = this.#heldLength
    const most = this.#limits.requestLineBytes + this.#limits.headerBytes + 32
    const taken = Math.min(most - before, chunk.length - from)
    if (before + taken > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.min(most, (before + taken) * 2))
      this.#held.copy(larger, 0, 0, before)
      this.#held = larger
    }
    chunk.copy(this.#held, before, from, from + taken)
    this.#heldLength += taken
    this.#scan(this.#held, this.#heldLength)
    if (this.#state === DONE) return from + (this.#finish(this.#held) - before)
    if (this.#state === FAILED) return -2
    // All that the limits allow is held and still no end: the scan fails before this, unless they are contradictory.
    if (taken < chunk.length - from) this.#fail('HEADERS_TOO_LARGE')
    return this.#state === FAILED ? -2 : -1
  }

  get fault(): WireFault {
    return this.#fault
  }
  /** Number of fields. */
  get count(): number {
    return this.#count
  }
  /** Lower-case names, one for each field. The array is fresh for each head and may be kept. */
  get names(): string[] {
    return this.#names
  }
  /** Numbers of the names (see `names.ts`), 0 for unknown ones. */
  get numbers(): number[] {
    return this.#numbers
  }
  /** Value of a field, without surrounding white space; each byte one character (latin1). */
  value(index: number): string {
    return this.#text.substring(
      this.#spans[index * 2]! - this.#begin,
      this.#spans[index * 2 + 1]! - this.#begin,
    )
  }
  get method(): string {
    return this.#text.substring(0, this.#methodEnd - this.#begin)
  }
  get target(): string {
    return this.#text.substring(this.#targetBegin - this.#begin, this.#targetEnd - this.#begin)
  }
  /** 0 or 1, of HTTP/1.x. */
  get minor(): number {
    return this.#minor
  }
  get status(): number {
    return this.#status
  }
  get reason(): string {
    return this.#text.substring(this.#reasonBegin - this.#begin, this.#reasonEnd - this.#begin)
  }

  #fail(fault: WireFault): void {
    this.#fault = fault
    this.#state = FAILED
  }

  #finish(buffer: Buffer): number {
    this.#text = buffer.toString('latin1', this.#begin, this.#at)
    return this.#at
  }

  /** Keeps the beginning of a head that did not arrive whole: positions move so that it starts at 0. */
  #hold(chunk: Buffer, from: number): void {
    // At most one more byte than the limits allow is ever held: with it, the scan fails.
    this.#held = Buffer.allocUnsafe(Math.max(1024, (chunk.length - from) * 2))
    this.#heldLength = chunk.copy(this.#held, 0, from)
    this.#at -= from
    this.#mark -= from
    this.#fieldsBegin -= from
    this.#methodEnd -= from
    this.#targetBegin -= from
    this.#targetEnd -= from
    this.#reasonBegin -= from
    this.#reasonEnd -= from
    for (let i = 0; i < this.#count * 2; i++) this.#spans[i]! -= from
    this.#begin -= from
  }

  #scan(buffer: Buffer, end: number): void {
    let at = this.#at
    let state = this.#state
    const lineLimit = this.#limits.requestLineBytes
    while (at < end) {
      switch (state) {
        case START: {
          // One empty line before a request line is ignored (RFC 9112 §2.2); more are not.
          this.#mark = at
          if (buffer[at] === CR) {
            at++
            state = START_LF
          } else state = METHOD
          break
        }
        case START_LF: {
          if (buffer[at] !== LF) return this.#fail('LINE_ENDING_INVALID')
          at++
          // The head begins after the empty line: positions and limits count from here.
          this.#begin = at
          this.#mark = at
          state = METHOD
          break
        }
        case METHOD: {
          while (at < end && tokenLower[buffer[at]!] !== 0) at++
          if (at - this.#begin > 32) return this.#fail('REQUEST_LINE_INVALID')
          if (at === end) break
          if (buffer[at] !== SP || at === this.#begin) return this.#fail(lineFault(buffer[at]!))
          this.#methodEnd = at
          this.#targetBegin = ++at
          state = TARGET
          break
        }
        case TARGET: {
          while (at < end && buffer[at]! > SP && buffer[at]! < 0x7f) at++
          if (at - this.#begin > lineLimit - versionBytes) return this.#fail('TARGET_TOO_LONG')
          if (at === end) break
          if (buffer[at] !== SP || at === this.#targetBegin) return this.#fail(lineFault(buffer[at]!))
          this.#targetEnd = at
          this.#mark = ++at
          state = VERSION
          break
        }
        case VERSION: {
          const offset = at - this.#mark
          if (offset < 7) {
            if (buffer[at] !== httpVersion[offset]) {
              return this.#fail(
                this.#mode === 'request' && offset < 5 ? 'REQUEST_LINE_INVALID' : 'HTTP_VERSION_UNSUPPORTED',
              )
            }
            at++
            break
          }
          this.#minor = buffer[at]! - 48
          if (this.#minor !== 0 && this.#minor !== 1) return this.#fail('HTTP_VERSION_UNSUPPORTED')
          at++
          this.#status = 0
          state = this.#mode === 'request' ? LINE_LF : AFTER_VERSION
          if (this.#mode === 'request') this.#mark = at
          break
        }
        case LINE_LF: {
          // CR at `mark`, LF after it.
          if (buffer[at] !== (at === this.#mark ? CR : LF)) {
            return this.#fail(
              at === this.#mark && buffer[at] !== LF ? 'HTTP_VERSION_UNSUPPORTED' : 'LINE_ENDING_INVALID',
            )
          }
          at++
          if (at === this.#mark + 2) {
            this.#fieldsBegin = at
            state = FIELD_START
          }
          break
        }
        case AFTER_VERSION: {
          if (buffer[at] !== SP) return this.#fail('REQUEST_LINE_INVALID')
          this.#mark = ++at
          state = STATUS
          break
        }
        case STATUS: {
          const offset = at - this.#mark
          const digit = buffer[at]! - 48
          if (offset < 3) {
            if (digit < 0 || digit > 9) return this.#fail('REQUEST_LINE_INVALID')
            this.#status = this.#status * 10 + digit
            at++
            break
          }
          if (this.#status < 100 || this.#status > 599) return this.#fail('REQUEST_LINE_INVALID')
          this.#reasonBegin = at
          this.#reasonEnd = at
          if (buffer[at] === SP) {
            at++
            this.#reasonBegin = at
          } else if (buffer[at] !== CR) return this.#fail('REQUEST_LINE_INVALID')
          state = REASON
          break
        }
        case REASON: {
          while (at < end && valueByte[buffer[at]!] === 1) at++
          if (at - this.#begin > lineLimit) return this.#fail('TARGET_TOO_LONG')
          if (at === end) break
          if (buffer[at] !== CR) return this.#fail('LINE_ENDING_INVALID')
          this.#reasonEnd = at
          this.#mark = at
          state = LINE_LF
          break
        }
        case FIELD_START: {
          if (buffer[at] === CR) {
            at++
            state = END_LF
            break
          }
          if (this.#count === this.#limits.headerCount) return this.#fail('HEADERS_TOO_LARGE')
          this.#mark = at
          this.#hash = 0
          state = NAME
          break
        }
        case NAME: {
          let hash = this.#hash
          while (at < end) {
            const lower = tokenLower[buffer[at]!]!
            if (lower === 0) break
            hash = hashStep(hash, lower)
            at++
          }
          this.#hash = hash
          if (at - this.#fieldsBegin > this.#limits.headerBytes) return this.#fail('HEADERS_TOO_LARGE')
          if (at === end) break
          if (buffer[at] !== COLON || at === this.#mark)
            return this.#fail(buffer[at] === LF ? 'LINE_ENDING_INVALID' : 'HEADER_INVALID')
          const number = findName(buffer, this.#mark, at, hash)
          this.#numbers.push(number)
          this.#names.push(
            number !== 0 ? nameOf(number) : buffer.toString('latin1', this.#mark, at).toLowerCase(),
          )
          at++
          state = VALUE_START
          break
        }
        case VALUE_START: {
          while (at < end && (buffer[at] === SP || buffer[at] === HTAB)) at++
          if (at - this.#fieldsBegin > this.#limits.headerBytes) return this.#fail('HEADERS_TOO_LARGE')
          if (at === end) break
          this.#mark = at
          state = VALUE
          break
        }
        case VALUE: {
          while (at < end && valueByte[buffer[at]!] === 1) at++
          // The CRLF that must follow counts as well.
          if (at + 2 - this.#fieldsBegin > this.#limits.headerBytes) return this.#fail('HEADERS_TOO_LARGE')
          if (at === end) break
          if (buffer[at] !== CR)
            return this.#fail(buffer[at] === LF ? 'LINE_ENDING_INVALID' : 'HEADER_INVALID')
          let valueEnd = at
          while (valueEnd > this.#mark && (buffer[valueEnd - 1] === SP || buffer[valueEnd - 1] === HTAB))
            valueEnd--
          this.#spans[this.#count * 2] = this.#mark
          this.#spans[this.#count * 2 + 1] = valueEnd
          this.#count++
          at++
          state = VALUE_LF
          break
        }
        case VALUE_LF: {
          if (buffer[at] !== LF) return this.#fail('LINE_ENDING_INVALID')
          at++
          // A line that begins with white space would fold into the one before (RFC 9112 §5.2): `name` refuses it.
          state = FIELD_START
          break
        }
        case END_LF: {
          if (buffer[at] !== LF) return this.#fail('LINE_ENDING_INVALID')
          at++
          this.#at = at
          this.#state = DONE
          return
        }
        default:
          return
      }
    }
    this.#at = at
    this.#state = state
  }
}

/** A fault in the request line: a line that ends where it may not is told apart from a wrong character. */
function lineFault(byte: number): WireFault {
  return byte === LF || byte === CR ? 'LINE_ENDING_INVALID' : 'REQUEST_LINE_INVALID'
}
