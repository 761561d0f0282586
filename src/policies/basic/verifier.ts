import { createHmac, randomBytes } from 'node:crypto'
import {
  type PasswordHash,
  parsePasswordHash,
  verifyPassword,
} from '../../engines/passwords/password-hash.ts'
import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { Failures } from './failures.ts'
import type { BasicSettings } from './settings.ts'

/** What a data half asks. */
export interface LogIn {
  readonly name: string
  readonly password: string
  /** Address of the client; an IPv6 one by its network of 64 bits, since a client has all of that. */
  readonly from: string
}

export type LogInAnswer =
  | { readonly kind: 'proven' }
  | { readonly kind: 'wrong' }
  /** Too many failures of the account or from the address. */
  | { readonly kind: 'throttled'; readonly seconds: number }
  /** Too many log-ins at once. */
  | { readonly kind: 'busy' }

/** Derivations at once: each takes a core and its memory, and the rest of the process needs the others. */
const mostAtOnce = 2
const mostWaiting = 64
const mostWaitingOfOne = 4

/**
 * Proves passwords on the control plane, for all threads: the derivations run on Node's thread pool, a few at a time,
 * and failures are counted exactly, in one place.
 */
export class Verifier implements ControlHalf {
  readonly #users: ReadonlyMap<string, PasswordHash>
  readonly #hashes: readonly PasswordHash[]
  readonly #nameKey = randomBytes(32)
  readonly #report: ControlHost['report']
  readonly #where: string
  readonly #ofAccount = new Failures({ burst: 10, forgivenAfterMs: 60_000 })
  readonly #ofAddress = new Failures({ burst: 30, forgivenAfterMs: 20_000 })
  /** Where an account logged in from last: strangers who guess at it do not lock its owner out there. */
  readonly #homes = new Map<string, readonly string[]>()
  readonly #waiting: { readonly from: string; readonly start: () => void }[] = []
  #running = 0

  constructor({ users }: BasicSettings, { report, where }: Pick<ControlHost, 'report' | 'where'>) {
    this.#users = new Map(
      Object.entries(users).map(([name, { password }]) => [
        name,
        parsePasswordHash(password) as PasswordHash,
      ]),
    )
    this.#hashes = [...this.#users.values()]
    this.#report = report
    this.#where = where
  }

  async ask(question: unknown, judging = false): Promise<LogInAnswer> {
    const { name, password, from } = question as LogIn
    const early = this.#throttled(name, from)
    if (early !== null) return early
    if (!(await this.#turn(from))) return { kind: 'busy' }
    try {
      // Others may have failed while this one waited: a burst of parallel guesses is counted as one after the other.
      const late = this.#throttled(name, from)
      if (late !== null) return late
      const stored = this.#users.get(name)
      if (!judging) this.#fail(name, from)
      const right = (await verifyPassword(password, stored ?? this.#standIn(name))) && stored !== undefined
      if (!right) return { kind: 'wrong' }
      if (!judging) this.#succeed(name, from)
      return { kind: 'proven' }
    } finally {
      this.#release()
    }
  }

  close(): void {
    // Those that wait get their turn; nothing is held beyond that.
  }

  /**
   * What is derived for a name that nobody has: the hash of some account, always the same one for the name. So the time
   * does not tell which names there are, whatever the hashes cost.
   */
  #standIn(name: string): PasswordHash {
    const digest = createHmac('sha256', this.#nameKey).update(name).digest()
    return this.#hashes[digest.readUInt32BE() % this.#hashes.length]!
  }

  #throttled(name: string, from: string): LogInAnswer | null {
    const now = performance.now()
    const atHome = this.#homes.get(name)?.includes(from) === true
    const wait = Math.max(this.#ofAddress.wait(from, now), atHome ? 0 : this.#ofAccount.wait(name, now))
    return wait === 0 ? null : { kind: 'throttled', seconds: Math.ceil(wait / 1000) }
  }

  /** Counted before the outcome is known, and taken back when it was right. */
  #fail(name: string, from: string): void {
    const now = performance.now()
    this.#ofAddress.add(from, now)
    // Names that nobody has are counted too: else their number of tries would tell them from accounts.
    const free = this.#ofAccount.wait(name, now) === 0
    this.#ofAccount.add(name, now)
    if (free && this.#ofAccount.wait(name, now) > 0)
      this.#report('log-ins-failing', `${this.#where}: an account fails so often that it is throttled`)
  }

  #succeed(name: string, from: string): void {
    // No more than this one: an own account would otherwise buy new guesses at others.
    this.#ofAccount.takeBack(name)
    this.#ofAddress.takeBack(from)
    const homes = this.#homes.get(name)?.filter((home) => home !== from) ?? []
    this.#homes.set(name, [from, ...homes].slice(0, 4))
  }

  /** Waits for a free derivation; false when too many wait already. */
  async #turn(from: string): Promise<boolean> {
    if (this.#running < mostAtOnce) {
      this.#running++
      return true
    }
    const own = this.#waiting.filter((other) => other.from === from).length
    if (this.#waiting.length >= mostWaiting || own >= mostWaitingOfOne) return false
    await new Promise<void>((resolve) => this.#waiting.push({ from, start: resolve }))
    return true
  }

  /** Gives the place to the next who waits. */
  #release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next.start()
  }
}
