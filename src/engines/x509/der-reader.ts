/** What was read is not DER (X.690 §10), or not what stands there by its specification. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** Tags of universal types, with the bit of constructed ones. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/**
 * Reads DER in one pass, within bounds: definite lengths in their shortest form, tags of one byte, and nothing beyond
 * the element that encloses. Whatever is not so throws `DerError`. It copies nothing.
 */
export class DerReader {
  readonly bytes: Buffer
  readonly end: number
  at: number
  /** Where the content of the element at `at` begins and ends, after `#header`. */
  #from = 0
  #to = 0

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get done(): boolean {
    return this.at >= this.end
  }

  /** Tag of the next element; -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1
  }

  /** Goes past the next element, and gives a reader of its content. */
  enter(tag: number): DerReader {
    this.#header(tag)
    this.at = this.#to
    return new DerReader(this.bytes, this.#from, this.#to)
  }

  /** The content of the next element. */
  read(tag: number): Buffer {
    this.#header(tag)
    this.at = this.#to
    return this.bytes.subarray(this.#from, this.#to)
  }

  /** The next element with its header. */
  whole(tag: number): Buffer {
    const start = this.at
    this.#header(tag)
    this.at = this.#to
    return this.bytes.subarray(start, this.#to)
  }

  /** Goes past the next element, whatever it is; returns where its content begins. */
  skip(): number {
    if (this.done) throw new DerError('something is missing at the end')
    this.#header(this.bytes[this.at]!)
    this.at = this.#to
    return this.#from
  }

  /** Nothing may follow. */
  finish(): void {
    if (!this.done) throw new DerError('something follows that does not belong there')
  }

  #header(tag: number): void {
    const { bytes, end } = this
    let at = this.at
    if (at + 2 > end) throw new DerError('something is missing at the end')
    if (bytes[at] !== tag || (tag & 0x1f) === 0x1f)
      throw new DerError(`tag ${hex(bytes[at]!)} stands where ${hex(tag)} is expected`)
    let length = bytes[at + 1]!
    at += 2
    if (length >= 0x80) {
      const size = length & 0x7f
      // Four bytes are more than any file that is read here.
      if (size === 0 || size > 4 || at + size > end) throw new DerError('a length is malformed')
      length = 0
      for (let i = 0; i < size; i++) length = length * 256 + bytes[at++]!
      if (length < 0x80 || length < 256 ** (size - 1))
        throw new DerError('a length is not in its shortest form')
    }
    if (at + length > end) throw new DerError('an element is longer than what encloses it')
    this.#from = at
    this.#to = at + length
  }
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`
