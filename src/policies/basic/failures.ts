/** How many failures in a row are free, and how long one more takes to be forgiven. */
export interface FailureLimit {
  readonly burst: number
  readonly forgivenAfterMs: number
}

/**
 * Failed log-ins by a name, as a leaky bucket each: a bounded table, in which the oldest entry makes room. Whoever
 * fills it with made-up names pays with an address for each, which has a bucket of its own.
 */
export class Failures {
  readonly #limit: FailureLimit
  readonly #most: number
  /** When the bucket will be empty again, in milliseconds of the clock. */
  readonly #emptyAt = new Map<string, number>()

  constructor(limit: FailureLimit, most = 65_536) {
    this.#limit = limit
    this.#most = most
  }

  /** Milliseconds until another try is allowed; 0 for now. */
  wait(name: string, now: number): number {
    const emptyAt = this.#emptyAt.get(name)
    if (emptyAt === undefined || emptyAt <= now) return 0
    const { burst, forgivenAfterMs } = this.#limit
    return Math.max(0, emptyAt - now - (burst - 1) * forgivenAfterMs)
  }

  add(name: string, now: number): void {
    const emptyAt = Math.max(this.#emptyAt.get(name) ?? 0, now) + this.#limit.forgivenAfterMs
    this.#emptyAt.delete(name)
    this.#emptyAt.set(name, emptyAt)
    if (this.#emptyAt.size <= this.#most) return
    for (const [oldest] of this.#emptyAt) {
      this.#emptyAt.delete(oldest)
      return
    }
  }

  /** Takes back one that was added before its outcome was known. */
  takeBack(name: string): void {
    const emptyAt = this.#emptyAt.get(name)
    if (emptyAt !== undefined) this.#emptyAt.set(name, emptyAt - this.#limit.forgivenAfterMs)
  }
}
