/**
 * Bytes that arrive in pieces, in one memory that grows by doubling. A list of pieces would hold a hundred times what
 * a client sends byte by byte, and joining them at each piece would copy as often.
 */
export class GrowingBuffer {
  #memory: Buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A view of what is there, good until the next `append`. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  append(piece: Uint8Array): void {
    const after = this.#length + piece.length
    if (after > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, this.#length * 2, after))
      this.#memory.copy(larger, 0, 0, this.#length)
      this.#memory = larger
    }
    this.#memory.set(piece, this.#length)
    this.#length = after
  }
}
