/** Something that may take only so long. */
export interface Deadlined {
  /** Monotonic milliseconds (`performance.now()`) at which `expire` is called; 0 for never. */
  deadline: number
  expire(now: number): void
}

const intervalMs = 100

/**
 * All deadlines of a data thread. A request moves its deadline several times; writing a number is all that costs,
 * since one sweep over the connections replaces a timer for each. Deadlines are met within 100 ms.
 */
export class Deadlines {
  readonly #all = new Set<Deadlined>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#sweep(), intervalMs)
    this.#timer.unref()
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
    for (const item of this.#all) {
      if (item.deadline !== 0 && item.deadline <= now) {
        item.deadline = 0
        item.expire(now)
      }
    }
  }
}
