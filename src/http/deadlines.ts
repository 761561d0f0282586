/** Something that may take only so long. */
export interface Deadlined {
  /** When `expire` is called, as `Deadlines.after` gives it; 0 for never. */
  deadline: number
  expire(): void
}

const intervalMs = 100
/**
 * After a stall this long, bytes that arrived in time may not have been read yet: nobody is expired for it. Once, or a
 * thread that is always late would never end a slow client.
 */
const stallMs = 500

/**
 * All deadlines of a data thread. A request moves its deadline several times; writing a number is all that costs,
 * since one sweep over the connections replaces a timer for each, and its clock serves them all. Deadlines are met
 * within 200 ms, and never early.
 */
export class Deadlines {
  readonly #all = new Set<Deadlined>()
  readonly #timer: NodeJS.Timeout
  #now = performance.now()
  #forgiven = false

  constructor() {
    this.#timer = setInterval(() => this.#sweep(), intervalMs)
    this.#timer.unref()
  }

  /** The deadline for something that begins now and may take `ms` milliseconds. */
  after(ms: number): number {
    return this.#now + intervalMs + ms
  }

  add(item: Deadlined): void {
    this.#all.add(item)
  }

  delete(item: Deadlined): void {
    this.#all.delete(item)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #sweep(): void {
    const now = performance.now()
    const stalled = now - this.#now > stallMs
    this.#now = now
    this.#forgiven = stalled && !this.#forgiven
    if (this.#forgiven) return
    for (const item of this.#all) {
      if (item.deadline !== 0 && item.deadline <= now) {
        item.deadline = 0
        item.expire()
      }
    }
  }
}
