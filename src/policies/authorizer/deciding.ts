import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { printable } from '../../observe/printable.ts'
import { FairShare } from '../fair-share.ts'
import { type AuthorizerBackend, type AuthorizerEvent, AuthorizerFailure } from './backend.ts'
import type { CommonSettings } from './common-settings.ts'
import { type PassedOn, passedOn } from './passed-on.ts'

/** What a data half asks. */
export interface Asked {
  readonly event: AuthorizerEvent
  /** Network of the client. */
  readonly from: string
  /** What the answer will be remembered under; null where it will not be. */
  readonly digest: string | null
}

/** What a data half is told. */
export type Decided =
  /** `ttlMs`: how long the answer may be believed. */
  | { readonly kind: 'allowed'; readonly headers: readonly PassedOn[]; readonly ttlMs: number }
  | { readonly kind: 'denied'; readonly status: 401 | 403; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** Questions under way at once. More wait, and too many are refused. */
const shares = { all: 100, ofOne: 32, waitingOfOne: 100 }
/** Questions that wait or are under way, over all networks: each holds what was shown. */
const mostPending = 400
/** An outage is told again after so long: strangers can cause single failures as often as they like. */
const reportEveryMs = 60_000
const longestReason = 200

/** The half of an authorizer on the control plane: asks it, bounded and shared fairly, for all threads. */
export class Deciding implements ControlHalf {
  readonly #settings: CommonSettings
  readonly #backend: AuthorizerBackend
  readonly #host: Pick<ControlHost, 'report' | 'where'>
  readonly #share = new FairShare(shares)
  readonly #underWay = new Map<string, Promise<Decided>>()
  #pending = 0
  #asked = 0
  #failing: string | null = null
  #isReported = false
  #lastReport = Number.NEGATIVE_INFINITY

  constructor(
    settings: CommonSettings,
    backend: AuthorizerBackend,
    host: Pick<ControlHost, 'report' | 'where'>,
  ) {
    this.#settings = settings
    this.#backend = backend
    this.#host = host
  }

  async ask(question: unknown): Promise<Decided> {
    const asked = question as Asked
    const { digest } = asked
    if (digest === null) return await this.#queue(asked)
    const known = this.#underWay.get(digest)
    if (known !== undefined) return await known
    const flight = this.#queue(asked).finally(() => this.#underWay.delete(digest))
    this.#underWay.set(digest, flight)
    return await flight
  }

  status(): unknown {
    return { asked: this.#asked, pending: this.#pending, failing: this.#failing }
  }

  close(): void {
    this.#backend.close?.()
  }

  async #queue({ event, from }: Asked): Promise<Decided> {
    if (this.#pending >= mostPending) return crowded
    const began = performance.now()
    const flight = this.#share.run(from, async () => {
      // Behind an authorizer that hangs, the whole queue would otherwise wait out one time limit after the other.
      const waited = performance.now() - began
      return waited >= this.#settings.timeoutMs ? crowded : await this.#decide(event)
    })
    if (flight === null) return crowded
    this.#pending++
    try {
      return await flight
    } finally {
      this.#pending--
    }
  }

  async #decide(event: AuthorizerEvent): Promise<Decided> {
    this.#asked++
    try {
      const answer = await this.#backend.decide(event)
      if (!answer.allow) {
        this.#worked()
        return { kind: 'denied', status: answer.denyStatus ?? 403, reason: reasonOf(answer.reason) }
      }
      const headers = passedOn(answer, this.#settings)
      if (typeof headers === 'string') return this.#failed(headers)
      this.#worked()
      const ttlMs = Math.min(this.#settings.rememberMs, Math.max(0, answer.ttlMs ?? Number.POSITIVE_INFINITY))
      return { kind: 'allowed', headers, ttlMs }
    } catch (error) {
      // Other errors are ours, and their text could hold anything.
      return this.#failed(error instanceof AuthorizerFailure ? error.message : 'the authorizer failed')
    }
  }

  #worked(): void {
    this.#failing = null
    if (!this.#isReported) return
    this.#isReported = false
    this.#host.report('authorizer-recovered', `${this.#host.where}: the authorizer answers again`)
  }

  #failed(reason: string): Decided {
    this.#failing = reason
    const now = performance.now()
    if (now - this.#lastReport >= reportEveryMs) {
      this.#lastReport = now
      this.#isReported = true
      this.#host.report('authorizer-failing', `${this.#host.where}: ${reason}; requests are refused with 503`)
    }
    return { kind: 'failed', reason }
  }
}

const crowded: Decided = {
  kind: 'failed',
  reason: 'too many requests are waiting for the authorizer at once',
}

function reasonOf(reason: string | undefined): string {
  return reason === undefined || reason === ''
    ? 'the authorizer denies it'
    : `the authorizer denies it: ${printable(reason.slice(0, longestReason))}`
}
