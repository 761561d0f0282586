import { DerError } from './der-reader.ts'

/** Longest serial number that is looked up; RFC 5280 §4.1.2.2 allows 20 bytes. */
const longestSerial = 64

/**
 * Serial numbers where they stand in the bytes of a revocation list. A list of a million entries costs its own size and
 * 8 MB, where a `Set` of texts would cost a tenth of a gigabyte.
 */
export class SerialSet {
  readonly #bytes: Buffer
  readonly #mask: number
  /** Offsets of the length byte of each serial number; 0 is free. */
  readonly #slots: Uint32Array
  readonly size: number

  /** `offsets` of the first content byte of each INTEGER, whose length stands in the byte before. */
  constructor(bytes: Buffer, offsets: Uint32Array) {
    this.#bytes = bytes
    this.size = offsets.length
    let slots = 16
    while (slots < offsets.length * 2) slots *= 2
    this.#mask = slots - 1
    this.#slots = new Uint32Array(slots)
    for (const offset of offsets) {
      const length = bytes[offset - 1]!
      if (length === 0 || length > longestSerial) throw new DerError('a serial number is empty or too long')
      this.#put(offset, length)
    }
  }

  #put(offset: number, length: number): void {
    const start = firstByte(this.#bytes, offset, offset + length)
    let slot = hashOf(this.#bytes, start, offset + length) & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = offset
  }

  /** `serial` as `CertificateFields.serial` has it. */
  has(serial: string): boolean {
    const sought = Buffer.from(serial.length % 2 === 0 ? serial : `0${serial}`, 'hex')
    const bytes = this.#bytes
    let slot = hashOf(sought, 0, sought.length) & this.#mask
    for (let offset = this.#slots[slot]!; offset !== 0; offset = this.#slots[slot]!) {
      const end = offset + bytes[offset - 1]!
      const start = firstByte(bytes, offset, end)
      if (end - start === sought.length && bytes.compare(sought, 0, sought.length, start, end) === 0)
        return true
      slot = (slot + 1) & this.#mask
    }
    return false
  }
}

/** Leading zeros are no part of a number. */
function firstByte(bytes: Buffer, start: number, end: number): number {
  while (start < end && bytes[start] === 0) start++
  return start
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
