/** Whole lines on their way out. */
export interface Entry {
  readonly bytes: Buffer
  readonly records: number
}

/**
 * What waits for a slow receiver: bounded in bytes, oldest first. What does not fit is dropped and counted, the newest
 * first, so that the records before an incident survive it.
 */
export class Backlog {
  readonly #limit: number
  #entries: (Entry | undefined)[] = []
  #first = 0
  #bytes = 0
  #written = 0
  #dropped = 0
  /** Records of the oldest entry that will not arrive. */
  #lost = 0
  #waiting: (() => void)[] = []

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get bytes(): number {
    return this.#bytes
  }
  get written(): number {
    return this.#written
  }
  get dropped(): number {
    return this.#dropped
  }

  /** False when the batch was dropped. `encode` is not called for a queue that is full already. */
  offer(batch: string, encode: (batch: string) => string): boolean {
    const records = countLines(batch)
    if (records === 0) return true
    if (this.#bytes < this.#limit) {
      const bytes = Buffer.from(encode(batch))
      if (this.#bytes + bytes.length <= this.#limit) {
        this.#entries.push({ bytes, records })
        this.#bytes += bytes.length
        return true
      }
    }
    this.#dropped += records
    return false
  }

  /** The oldest entry; it stays until `done`. */
  head(): Entry | undefined {
    return this.#entries[this.#first]
  }

  /** One record of the oldest entry is beyond saving. */
  lose(): void {
    this.#lost++
  }

  /** The oldest entry is out. */
  done(): void {
    const entry = this.#entries[this.#first]
    if (entry === undefined) return
    this.#entries[this.#first++] = undefined
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    this.#bytes -= entry.bytes.length
    this.#written += entry.records - this.#lost
    this.#dropped += this.#lost
    this.#lost = 0
    if (this.head() === undefined) this.#release()
  }

  /** Gives everything up. */
  clear(): void {
    for (let entry = this.head(); entry !== undefined; entry = this.head()) {
      this.#lost = entry.records
      this.done()
    }
    this.#release()
  }

  /** Resolves when nothing waits any more, or at the deadline. */
  async empty(deadlineMs: number): Promise<void> {
    if (this.head() === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const timer = setTimeout(resolve, deadlineMs)
    await promise
    clearTimeout(timer)
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting = []
  }
}

function countLines(batch: string): number {
  let lines = 0
  for (let at = batch.indexOf('\n'); at !== -1; at = batch.indexOf('\n', at + 1)) lines++
  return lines
}
