/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson and Bernstein's SipHash for 32-bit words), over the UTF-16 code
 * units of a text, low octet first.
 *
 * Keys of a table come from clients: addresses, names, tokens. With an unkeyed hash, anybody could compute many that
 * meet in one bucket and fill it, so that others are refused, or two that are one key, and share another's count.
 * Without the seed, which never leaves the process, neither can be found.
 */
export class KeyedHash {
  /** The halves of the last hash, as signed 32-bit integers. Fields, so that hashing allocates nothing. */
  low = 0
  high = 0
  readonly #seed0: number
  readonly #seed1: number

  constructor(seed0: number, seed1: number) {
    this.#seed0 = seed0 | 0
    this.#seed1 = seed1 | 0
  }

  /** Whether both give the same hashes. */
  equals(other: KeyedHash): boolean {
    return this.#seed0 === other.#seed0 && this.#seed1 === other.#seed1
  }

  /** Hashes `text` into `low` and `high`. */
  update(text: string): void {
    let v0 = this.#seed0
    let v1 = this.#seed1 ^ 0xee
    let v2 = this.#seed0 ^ 0x6c796765
    let v3 = this.#seed1 ^ 0x74656462
    const { length } = text
    // After the words of two units each: the last word with the length, then two runs of four rounds.
    const words = length >> 1
    for (let word = 0; word <= words; word++) {
      const at = word * 2
      let m: number
      if (word < words) m = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
      else m = (length << 25) | ((length & 1) === 1 ? text.charCodeAt(at) : 0)
      v3 ^= m
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
        v0 = (v0 << 16) | (v0 >>> 16)
        v2 = (v2 + v3) | 0
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
        v0 = (v0 + v3) | 0
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
        v2 = (v2 + v1) | 0
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
        v2 = (v2 << 16) | (v2 >>> 16)
      }
      v0 ^= m
    }
    v2 ^= 0xee
    for (let round = 0; round < 8; round++) {
      if (round === 4) {
        this.low = v1 ^ v3
        v1 ^= 0xdd
      }
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
    }
    this.high = v1 ^ v3
  }
}
