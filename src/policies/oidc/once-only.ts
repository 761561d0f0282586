/**
 * What may count once: states of log-ins, ids of log-out tokens. Bounded: when full, the oldest is forgotten, which
 * the time that each is good for anyway makes rare.
 */
export class OnceOnly {
  readonly #most: number
  readonly #until = new Map<string, number>()

  constructor(most = 10_000) {
    this.#most = most
  }

  /** Whether this is the first time. `until` and `now` in milliseconds. */
  first(name: string, until: number, now: number): boolean {
    const known = this.#until.get(name)
    if (known !== undefined && known > now) return false
    this.#until.delete(name)
    this.#until.set(name, until)
    if (this.#until.size > this.#most) for (const [oldest] of this.#until) return this.#until.delete(oldest)
    return true
  }
}
