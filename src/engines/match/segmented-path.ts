const SLASH = 0x2f
const PERCENT = 0x25
const SEMICOLON = 0x3b

const hashStart = 0x811c9dc5 | 0

/** One step of the hash under which literal segments are found (FNV-1a). */
function hashStep(hash: number, c: number): number {
  return Math.imul(hash ^ c, 0x01000193)
}

/** The hash that `SegmentedPath` gives a segment with this text. */
export function hashSegment(text: string): number {
  let hash = hashStart
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i))
  return hash
}

/** A path cut at its slashes, without a string for each piece. Reused for every request. */
export class SegmentedPath {
  text = ''
  /** Number of segments; one more than the capacity when the path has more than that. */
  count = 0
  /** Holds something that services read in different ways: a triplet, `;`, or an empty segment before the last. */
  ambiguous = false
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly hashes: Int32Array
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
    this.hashes = new Int32Array(capacity)
  }

  /** Cuts a path in normal form. Segments beyond the capacity are not looked at, but for ambiguity. */
  read(path: string): void {
    const capacity = this.#capacity
    this.text = path
    let ambiguous = false
    let count = 0
    let start = 1
    let hash = hashStart
    for (let i = 1; i < path.length; i++) {
      const c = path.charCodeAt(i)
      if (c === SLASH) {
        if (i === start) ambiguous = true
        if (count < capacity) {
          this.starts[count] = start
          this.ends[count] = i
          this.hashes[count] = hash
          count++
        } else count = capacity + 1
        start = i + 1
        hash = hashStart
        continue
      }
      hash = hashStep(hash, c)
      if (c === PERCENT || c === SEMICOLON) ambiguous = true
    }
    if (count < capacity) {
      this.starts[count] = start
      this.ends[count] = path.length
      this.hashes[count] = hash
      count++
    } else count = capacity + 1
    this.count = count
    this.ambiguous = ambiguous
  }
}
