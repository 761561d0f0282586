import { decodeSegment } from '../path/decode-segment.ts'

/** Where the parameters of the template under trial lie in the path. A stack: `count` is set back to try another. */
export class Captures {
  count = 0
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(capacity: number) {
    this.#starts = new Int32Array(capacity)
    this.#ends = new Int32Array(capacity)
  }

  push(start: number, end: number): void {
    this.#starts[this.count] = start
    this.#ends[this.count] = end
    this.count++
  }

  /** The captured values, percent-decoded. */
  values(path: string): string[] {
    const values: string[] = []
    for (let i = 0; i < this.count; i++)
      values.push(decodeSegment(path.slice(this.#starts[i], this.#ends[i])))
    return values
  }
}
