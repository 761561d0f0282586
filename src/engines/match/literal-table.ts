import type { SegmentedPath } from './segmented-path.ts'
import { hashSegment } from './segmented-path.ts'

/** Finds what belongs to a literal segment, without making a string of the segment. Open addressing, half full. */
export class LiteralTable<T> {
  readonly #mask: number
  readonly #texts: (string | null)[]
  readonly #hashes: Int32Array
  readonly #values: (T | null)[]

  constructor(entries: ReadonlyMap<string, T>) {
    let size = 2
    while (size < entries.size * 2) size *= 2
    this.#mask = size - 1
    this.#texts = new Array<string | null>(size).fill(null)
    this.#hashes = new Int32Array(size)
    this.#values = new Array<T | null>(size).fill(null)
    for (const [text, value] of entries) {
      const hash = hashSegment(text)
      let slot = spread(hash) & this.#mask
      while (this.#texts[slot] !== null) slot = (slot + 1) & this.#mask
      this.#texts[slot] = text
      this.#hashes[slot] = hash
      this.#values[slot] = value
    }
  }

  /** The value for segment `index` of a path. */
  get(path: SegmentedPath, index: number): T | null {
    const hash = path.hashes[index]!
    const start = path.starts[index]!
    for (let slot = spread(hash) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const text = this.#texts[slot]!
      if (text === null) return null
      if (this.#hashes[slot] !== hash || text.length !== path.ends[index]! - start) continue
      if (path.text.startsWith(text, start)) return this.#values[slot]!
    }
  }
}

/** FNV-1a leaves its low bits poorly mixed. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15)
}
