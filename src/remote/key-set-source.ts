import { createHash } from 'node:crypto'
import type { JsonObject } from '../engines/json/json.ts'
import type { Algorithm } from '../engines/jwt/algorithms.ts'
import { KeySet } from '../engines/jwt/keys.ts'
import type { ControlHalf, ControlHost } from '../gateway/control-half.ts'
import { unusable } from './key-set-check.ts'
import { keepKeys, keptKeys } from './key-set-kept.ts'
import type { LoadedKeys } from './key-set-load.ts'
import { askNewer, type KeySetState, type NewerAnswer } from './key-set-state.ts'

/** Where keys come from and how long they count. */
export interface KeySetOptions {
  /** Reads the keys once. Never rejects. */
  readonly load: () => Promise<LoadedKeys>
  /** For the status: an address or a file. */
  readonly source: string
  /** At least one key has to be usable for one of these. */
  readonly algorithms: readonly Algorithm[]
  /** Whether shared secrets are let in; never for keys that come over a network. */
  readonly symmetric: boolean
  /** Whether the set is kept over restarts. */
  readonly kept: boolean
  readonly refreshMs: number
  /** How long a set is used that cannot be read again. */
  readonly maxStaleMs: number
  /** Calls back when the source has visibly changed (a file), until what it returned is called. */
  readonly watch?: (changed: () => void) => () => void
  readonly timings?: KeySetTimings
}

/** Bounds on how often a source is asked, in milliseconds. */
export interface KeySetTimings {
  /** At most one fetch because of an unknown key in this time, however many tokens name one. */
  readonly onDemand: number
  /** `Cache-Control` of the provider cannot ask for less. */
  readonly leastRefresh: number
  /** First pause after a failure; it doubles up to `mostRetry`. */
  readonly firstRetry: number
  readonly mostRetry: number
}

/** What it uses of the control plane. */
export type KeySetHost = Pick<ControlHost, 'where' | 'publish' | 'report' | 'kept'>

const usualTimings: KeySetTimings = {
  onDemand: 30_000,
  leastRefresh: 60_000,
  firstRetry: 1000,
  mostRetry: 30_000,
}

/**
 * The keys of one issuer on the control plane: read at start and at each refresh, and when a token names a key that is
 * not there. The last good set stays in force through outages, up to `maxStaleMs`, and over restarts. A set that is
 * broken or empty never replaces it.
 */
export class KeySetSource implements ControlHalf {
  readonly #options: KeySetOptions
  readonly #host: KeySetHost
  readonly #timings: KeySetTimings
  readonly #unwatch: (() => void) | undefined
  #state: KeySetState = { jwks: null, version: '', usableUntil: 0, problem: 'The keys were not read yet.' }
  #fetchedAt = 0
  #usable = 0
  #flight: Promise<void> | null = null
  #lastOnDemand = Number.NEGATIVE_INFINITY
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: KeySetOptions, host: KeySetHost) {
    this.#options = options
    this.#host = host
    this.#timings = options.timings ?? usualTimings
    const kept = options.kept ? keptKeys(host.kept) : null
    const usable = kept === null ? '' : this.#judge(kept.jwks)
    if (kept !== null && typeof usable === 'number') this.#accept(kept.jwks, usable, kept.fetchedAt)
    this.#unwatch = options.watch?.(() => void this.#fetch())
    void this.#fetch()
  }

  async ask(question: unknown): Promise<NewerAnswer> {
    if (question !== askNewer) throw new Error('a question that nobody asks')
    const now = performance.now()
    if (this.#flight !== null) await this.#flight
    else if (now - this.#lastOnDemand >= this.#timings.onDemand) {
      this.#lastOnDemand = now
      await this.#fetch()
    }
    return { quietMs: Math.max(0, this.#lastOnDemand + this.#timings.onDemand - performance.now()) }
  }

  status(): unknown {
    const { version, usableUntil, problem } = this.#state
    return {
      source: this.#options.source,
      keys: this.#usable,
      version: version.slice(0, 12),
      ageSeconds: version === '' ? null : Math.max(0, Math.round((Date.now() - this.#fetchedAt) / 1000)),
      usable: version !== '' && Date.now() < usableUntil,
      problem,
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#unwatch?.()
  }

  #fetch(): Promise<void> {
    this.#flight ??= this.#load().finally(() => {
      this.#flight = null
    })
    return this.#flight
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer)
    const loaded = await this.#options.load()
    if (this.#closed) return
    if (!loaded.ok) return this.#fail(loaded.reason)
    const usable = this.#judge(loaded.jwks)
    if (typeof usable === 'string') this.#fail(usable)
    else this.#succeed(loaded.jwks, usable, loaded.maxAgeMs)
  }

  /** How many keys of a set are usable, or why the set is not taken. */
  #judge(jwks: JsonObject): number | string {
    const { algorithms, symmetric } = this.#options
    const set = KeySet.fromJwks(jwks, { symmetric })
    return typeof set === 'string' ? set : (unusable(set, algorithms) ?? set.keys.length)
  }

  #succeed(jwks: JsonObject, usable: number, maxAgeMs: number | null): void {
    const { refreshMs, kept } = this.#options
    const now = Date.now()
    const before = this.#state.version
    const recovered = this.#failures > 0
    this.#failures = 0
    this.#accept(jwks, usable, now)
    if (kept) keepKeys(this.#host.kept, jwks, now)
    const { where } = this.#host
    if (recovered) this.#host.report('keys-recovered', `${where}: the keys of the issuer can be read again`)
    else if (before !== '' && before !== this.#state.version)
      this.#host.report(
        'keys-changed',
        `${where}: the issuer has changed its keys, ${this.#usable} are usable`,
      )
    const { leastRefresh } = this.#timings
    const asked = maxAgeMs === null ? refreshMs : Math.min(refreshMs, Math.max(maxAgeMs, leastRefresh))
    this.#schedule(asked)
  }

  #fail(problem: string): void {
    const { firstRetry, mostRetry } = this.#timings
    if (this.#failures++ === 0)
      this.#host.report('keys-unreachable', `${this.#host.where}: ${problem} ${this.#consequence()}`)
    this.#publish({ ...this.#state, problem })
    this.#schedule(Math.min(firstRetry * 2 ** Math.min(this.#failures - 1, 20), mostRetry))
  }

  #consequence(): string {
    const { version, usableUntil } = this.#state
    if (version === '') return 'Until then its tokens are refused with 503.'
    return `The keys known stay in force until ${new Date(usableUntil).toISOString()}.`
  }

  #accept(jwks: JsonObject, usable: number, fetchedAt: number): void {
    // Read as JSON without a shape; the check before this found the list of keys in it.
    const { keys } = jwks as unknown as NonNullable<KeySetState['jwks']>
    this.#fetchedAt = fetchedAt
    this.#usable = usable
    this.#publish({
      jwks: { keys },
      version: createHash('sha256').update(JSON.stringify(keys)).digest('base64url'),
      usableUntil: fetchedAt + this.#options.maxStaleMs,
      problem: null,
    })
  }

  #publish(state: KeySetState): void {
    this.#state = state
    this.#host.publish(state)
  }

  #schedule(afterMs: number): void {
    this.#timer = setTimeout(() => void this.#fetch(), afterMs)
    this.#timer.unref()
  }
}
