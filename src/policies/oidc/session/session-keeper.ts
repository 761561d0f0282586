import { randomBytes } from 'node:crypto'
import type { EndedSessions, KeptSession, Sessions } from '../../../gateway/sessions.ts'
import type { OidcSettings } from '../oidc-settings.ts'
import type { FoundSession, SessionAnswer } from '../questions.ts'
import { claimsOf, renewalAt, type SessionContent } from './session-content.ts'

/** How long a data half may believe an answer: after that it asks again, and the session counts as used. */
const believedMs = 30_000
/** How often the store learns that sessions were used. */
const flushMs = 10_000

/** What came of renewing the tokens of a session. */
export type Renewal = 'renewed' | 'refused' | 'later'

/** Renews the tokens of a session, once for all who wait for it. */
export type Renew = (id: string, content: SessionContent) => Promise<Renewal>

/** The sessions of one identity, on the control plane. */
export class SessionKeeper {
  readonly #sessions: Sessions
  readonly #settings: Pick<OidcSettings, 'idleMs' | 'absoluteMs' | 'forwardToken'>
  readonly #renew: Renew
  readonly #onEnded: (ids: readonly string[]) => void
  readonly #onTrouble: (message: string) => void
  /** Ends that the store does not know yet, by id: sessions that were used meanwhile. */
  readonly #used = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor(
    sessions: Sessions,
    settings: OidcSettings,
    renew: Renew,
    onEnded: (ids: readonly string[]) => void,
    onTrouble: (message: string) => void,
  ) {
    this.#sessions = sessions
    this.#settings = settings
    this.#renew = renew
    this.#onEnded = onEnded
    this.#onTrouble = onTrouble
    this.#timer = setInterval(() => this.#flush(), flushMs)
    this.#timer.unref()
  }

  /** Begins a session, under a secret that nobody knew before: none is ever taken over from the browser. */
  begin(
    subject: string,
    providerSession: string | null,
    content: SessionContent,
  ): { readonly secret: string; readonly session: FoundSession } {
    const secret = randomBytes(32).toString('base64url')
    const now = Date.now()
    const { idleMs, absoluteMs } = this.#settings
    this.#onEnded(
      this.#sessions.add({
        secret,
        subject,
        providerSession,
        created: now,
        expires: now + absoluteMs,
        ends: now + idleMs,
        content: JSON.stringify(content),
      }),
    )
    const kept = this.#sessions.find(secret)
    if (kept === null) throw new Error('a session that was just kept is not there')
    return { secret, session: this.#answer(kept, content, now) }
  }

  /** With `judging`, it does not count as used, and is not renewed. */
  async find(secret: string, judging = false): Promise<SessionAnswer> {
    const now = Date.now()
    const kept = this.#alive(secret, now)
    if (kept === null) return { kind: 'none' }
    const content = contentIn(kept)
    if (judging || !this.#sessions.writable) return this.#answer(kept, content, now)
    if (content.refreshToken === null || now < renewalAt(content)) return this.#use(kept, content, now)
    const renewal = this.#renew(kept.id, content)
    // As long as the tokens count, nobody waits for new ones.
    if (now < content.accessUntil) return this.#use(kept, content, now)
    if ((await renewal) === 'refused') return { kind: 'none' }
    const after = this.#alive(secret, Date.now())
    return after === null ? { kind: 'none' } : this.#use(after, contentIn(after), Date.now())
  }

  /** Ends the session of this secret. Gives its content. */
  endOf(secret: string): SessionContent | null {
    const kept = this.#sessions.find(secret)
    if (kept === null) return null
    this.end({ id: kept.id })
    return contentIn(kept)
  }

  end(which: EndedSessions): void {
    const ids = this.#sessions.end(which)
    for (const id of ids) this.#used.delete(id)
    this.#onEnded(ids)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#flush()
  }

  #alive(secret: string, now: number): KeptSession | null {
    const kept = this.#sessions.find(secret)
    if (kept === null) return null
    if (now < Math.min(this.#used.get(kept.id) ?? kept.ends, kept.expires)) return kept
    this.end({ id: kept.id })
    return null
  }

  #use(kept: KeptSession, content: SessionContent, now: number): FoundSession {
    this.#used.set(kept.id, now + this.#settings.idleMs)
    return this.#answer(kept, content, now)
  }

  #answer({ id, created, expires }: KeptSession, content: SessionContent, now: number): FoundSession {
    const { idleMs, forwardToken } = this.#settings
    // What is over is of no use to a service.
    const forwards = forwardToken && now < content.accessUntil
    const renewed = content.refreshToken === null ? Number.POSITIVE_INFINITY : renewalAt(content)
    return {
      kind: 'session',
      id,
      claims: claimsOf(content),
      key: content.idTokenKey,
      created: Math.floor(created / 1000),
      // An idle time counts from here: what a data half believes must not be long beside it.
      holdsUntil: Math.min(
        now + Math.min(believedMs, idleMs / 4),
        expires,
        Math.max(renewed, now + 1000),
        forwards ? content.accessUntil : Number.POSITIVE_INFINITY,
      ),
      accessToken: forwards ? content.accessToken : null,
    }
  }

  #flush(): void {
    try {
      this.#sessions.extend(this.#used)
      this.#used.clear()
    } catch (error) {
      // They are known here, and told again: nobody is logged out by a disk that is full.
      this.#onTrouble(`the store cannot learn which sessions are in use (${String(error)})`)
    }
  }
}

/** Sealed by us: it has this shape. */
function contentIn({ content }: KeptSession): SessionContent {
  return JSON.parse(content) as SessionContent
}
