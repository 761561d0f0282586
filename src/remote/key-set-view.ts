import { KeySet } from '../engines/jwt/keys.ts'
import type { ControlLink } from '../gateway/control-half.ts'
import { askNewer, type KeySetState, type NewerAnswer } from './key-set-state.ts'

/**
 * What came of looking for newer keys. `current`: the keys known are as new as can be had. `unknown`: that could not
 * be found out now, so a token that names an unknown key is neither right nor wrong.
 */
export type Freshness = 'current' | 'unknown'

/** The keys of one issuer as a data thread sees them. */
export interface KeyView {
  /** Null where there are none, or none that still count. */
  current(nowMs: number): KeySet | null
  /** Why there are none, or what ails their source; for the record. */
  readonly problem: string
  /** Looks for newer keys. Gives a promise only where it must wait. */
  newer(): Freshness | Promise<Freshness>
}

/** Requests of one thread that may wait for one fetch: each holds its head and its client's connection. */
const mostWaiting = 256
/** Pause after a question that was not answered. */
const unansweredMs = 1000

/** The keys that the control plane publishes. */
export class PublishedKeys implements KeyView {
  readonly #link: ControlLink
  readonly #symmetric: boolean
  readonly #waitMs: number
  #state: unknown
  #version = ''
  #keys: KeySet | null = null
  #usableUntil = 0
  #flight: Promise<void> | null = null
  #waiting = 0
  /** Until when asking cannot help, on the monotonic clock. */
  #quietUntil = Number.NEGATIVE_INFINITY
  /** Whether the last question was answered. */
  #answered = false

  /** `waitMs`: longest time that a request waits for a fetch. */
  constructor(link: ControlLink, options: { readonly symmetric: boolean; readonly waitMs: number }) {
    this.#link = link
    this.#symmetric = options.symmetric
    this.#waitMs = options.waitMs
  }

  current(nowMs: number): KeySet | null {
    const { state } = this.#link
    if (state !== this.#state) this.#take(state)
    return nowMs < this.#usableUntil ? this.#keys : null
  }

  get problem(): string {
    const problem = (this.#link.state as KeySetState | undefined)?.problem ?? null
    if (problem !== null) return problem
    return this.#keys === null ? 'The keys were not read yet.' : 'The keys were not confirmed for too long.'
  }

  newer(): Freshness | Promise<Freshness> {
    if (performance.now() < this.#quietUntil) return this.#freshness()
    if (this.#waiting >= mostWaiting) return 'unknown'
    this.#flight ??= this.#ask().finally(() => {
      this.#flight = null
    })
    this.#waiting++
    return this.#flight.then(() => {
      this.#waiting--
      return this.#freshness()
    })
  }

  #freshness(): Freshness {
    return this.#answered && (this.#link.state as KeySetState | undefined)?.problem === null
      ? 'current'
      : 'unknown'
  }

  /** Asks once for all who wait. Never rejects. */
  #ask(): Promise<void> {
    return new Promise((resolve) => {
      const done = (answered: boolean, quietMs: number): void => {
        clearTimeout(timer)
        this.#answered = answered
        this.#quietUntil = performance.now() + quietMs
        resolve()
      }
      const timer = setTimeout(done, this.#waitMs, false, unansweredMs)
      this.#link.ask(askNewer).then(
        (answer) => done(true, (answer as NewerAnswer).quietMs),
        () => done(false, unansweredMs),
      )
    })
  }

  /** Takes over what was published. The same keys stay the same object: what was proven by them stays so. */
  #take(state: unknown): void {
    this.#state = state
    const { jwks, version, usableUntil } = state as KeySetState
    this.#usableUntil = usableUntil
    if (version === this.#version) return
    const keys = KeySet.fromJwks(jwks, { symmetric: this.#symmetric })
    // The control plane has judged the set by the same rules; a set that is none proves nobody.
    this.#keys = typeof keys === 'string' ? null : keys
    this.#version = version
  }
}

/** Keys that stand in the configuration. */
export class FixedKeys implements KeyView {
  readonly problem = ''
  readonly #keys: KeySet

  constructor(keys: KeySet) {
    this.#keys = keys
  }

  current(): KeySet {
    return this.#keys
  }

  newer(): Freshness {
    return 'current'
  }
}
