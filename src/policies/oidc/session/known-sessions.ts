import { hash } from 'node:crypto'
import { parseStrictJson } from '../../../engines/json/strict-json.ts'
import type { ControlLink } from '../../../gateway/control-half.ts'
import type { Caller } from '../../../gateway/facts.ts'
import type { RevocableCredential } from '../../../gateway/policy.ts'
import { type CallerPaths, callerOf } from '../../token-caller.ts'
import type { FoundSession, Published, Question, SessionAnswer } from '../questions.ts'
import { secretOf } from './session-cookie.ts'

/** A session as a data thread knows it for a short while. */
export interface LoggedIn {
  readonly caller: Caller
  readonly credential: RevocableCredential
  readonly accessToken: string | null
  readonly id: string
  /** Milliseconds since 1970. */
  readonly holdsUntil: number
  /** The version of the revocations that it was last looked up in. */
  revocations: number
}

/** More sessions than this are in use seldom together in one thread; the oldest is asked for anew. */
const mostKnown = 10_000
const notLookedUp = -1

/**
 * The sessions that a data thread has seen, by a digest of their cookie. Each is asked for once, by however many
 * requests, and again after a short while; what the control plane says has ended is forgotten at once.
 */
export class KnownSessions {
  readonly #link: ControlLink
  readonly #paths: CallerPaths
  readonly #identity: string
  readonly #byCookie = new Map<string, LoggedIn>()
  readonly #digests = new Map<string, string>()
  readonly #flights = new Map<string, Promise<LoggedIn | null>>()
  #state: unknown
  #cookieKey: Uint8Array = new Uint8Array()
  /** Number of the next end that it does not know of yet. */
  #seen = 0

  constructor(link: ControlLink, paths: CallerPaths, identity: string) {
    this.#link = link
    this.#paths = paths
    this.#identity = identity
  }

  /** `forged` for a cookie that the gateway never made, null for one whose session is over. */
  find(cookie: string, now: number): LoggedIn | 'forged' | null | Promise<LoggedIn | null> {
    const { state } = this.#link
    if (state === undefined) return null
    if (state !== this.#state) this.#take(state as Published)
    const digest = hash('sha256', cookie, 'base64')
    const known = this.#byCookie.get(digest)
    if (known !== undefined) {
      if (now < known.holdsUntil) return known
      this.#forget(known.id)
    }
    const running = this.#flights.get(digest)
    if (running !== undefined) return running
    const secret = secretOf(cookie, this.#cookieKey)
    if (secret === null) return 'forged'
    const flight = this.#ask(secret, digest).finally(() => this.#flights.delete(digest))
    this.#flights.set(digest, flight)
    return flight
  }

  /** A session that the control plane told of; or a sentence that says why its claims name nobody. */
  describe({ id, claims, key, created, holdsUntil, accessToken }: FoundSession): LoggedIn | string {
    const parsed = parseStrictJson(Buffer.from(claims, 'utf8'))
    if (parsed === null) return 'The claims are no JSON object.'
    const caller = callerOf(parsed, this.#paths, this.#identity, true)
    if (typeof caller === 'string') return caller
    const text = (name: string): string | undefined => {
      const value = parsed[name]
      return typeof value === 'string' ? value : undefined
    }
    const credential = {
      identity: this.#identity,
      subject: text('sub'),
      session: text('sid'),
      key: key ?? undefined,
      issuedAt: created,
    }
    return { id, caller, credential, accessToken, holdsUntil, revocations: notLookedUp }
  }

  async #ask(secret: string, digest: string): Promise<LoggedIn | null> {
    const answer = (await this.#link.ask({
      kind: 'session',
      secret,
    } satisfies Question)) as SessionAnswer
    if (answer.kind === 'none') return null
    const found = this.describe(answer)
    if (typeof found === 'string') return null
    this.#forget(found.id)
    this.#byCookie.set(digest, found)
    this.#digests.set(found.id, digest)
    if (this.#byCookie.size > mostKnown) {
      const [oldest] = this.#byCookie.values()
      this.#forget(oldest!.id)
    }
    return found
  }

  #take(state: Published): void {
    const first = this.#state === undefined
    this.#state = state
    this.#cookieKey = Buffer.from(state.cookieKey, 'base64url')
    const next = state.endedFrom + state.ended.length
    // Numbers that went by unseen, or a control half that started anew: whatever is known may have ended.
    if (first || this.#seen < state.endedFrom || this.#seen > next) {
      this.#byCookie.clear()
      this.#digests.clear()
    } else for (const id of state.ended.slice(this.#seen - state.endedFrom)) this.#forget(id)
    this.#seen = next
  }

  #forget(id: string): void {
    const digest = this.#digests.get(id)
    if (digest === undefined) return
    this.#digests.delete(id)
    this.#byCookie.delete(digest)
  }
}
