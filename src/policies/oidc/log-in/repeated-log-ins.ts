/** Log-ins of one person within `withinMs` that are no loop yet: some tabs beside each other, some tries. */
const mostAtOnce = 10
const withinMs = 60_000
/** Persons that are watched; the one who logged in longest ago makes room. */
const mostPersons = 10_000

/**
 * Finds persons who are logged in and sent back to log in, round and round: a service that takes the session for none,
 * clocks that differ, a browser that keeps no cookie. The provider answers without a question, so nobody else stops it.
 */
export class RepeatedLogIns {
  readonly #times = new Map<string, readonly number[]>()

  /** Notes a log-in, and tells whether it is one of a loop. `now` in milliseconds. */
  isLoop(subject: string, now: number): boolean {
    const recent = (this.#times.get(subject) ?? []).filter((time) => time > now - withinMs)
    this.#times.delete(subject)
    if (recent.length >= mostAtOnce) {
      this.#times.set(subject, recent)
      return true
    }
    this.#times.set(subject, [...recent, now])
    if (this.#times.size > mostPersons)
      for (const [oldest] of this.#times) {
        this.#times.delete(oldest)
        break
      }
    return false
  }
}
