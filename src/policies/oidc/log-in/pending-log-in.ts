import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { open, seal } from '../../../engines/sealing/sealed-text.ts'
import type { RequestView } from '../../../gateway/policy.ts'
import { cookieOf, sessionCookieName } from '../cookies.ts'

/** A log-in that waits for the browser to come back from the provider. */
export interface PendingLogIn {
  /** Names it in the callback, and binds that to this browser (RFC 6749 §10.12). */
  readonly state: string
  /** Binds the ID token to it (OpenID Connect Core §3.1.2.1). */
  readonly nonce: string
  /** PKCE (RFC 7636). */
  readonly verifier: string
  /** As the provider was told it; it compares letter for letter. */
  readonly redirectUri: string
  readonly returnTo: string
  /** When it is over, in milliseconds since 1970. */
  readonly until: number
}

/** Log-ins under way of one browser, in tabs beside each other. More would fill the room that headers have. */
const slots = 3
/** How long people may take at the provider. */
export const pendingSeconds = 600

/** A new one, with secrets of 256 random bits each. */
export function newLogIn(redirectUri: string, returnTo: string, now: number): PendingLogIn {
  const secret = (): string => randomBytes(32).toString('base64url')
  return {
    state: secret(),
    nonce: secret(),
    verifier: secret(),
    redirectUri,
    returnTo,
    until: now + pendingSeconds * 1000,
  }
}

/** `code_challenge` by S256 (RFC 7636 §4.2). */
export function challengeOf({ verifier }: PendingLogIn): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** The cookies that log-ins under way are kept in, sealed: nothing of them is kept by the gateway. */
export class PendingLogIns {
  readonly #identity: string

  constructor(identity: string) {
    this.#identity = identity
  }

  sealed(logIn: PendingLogIn, key: Uint8Array): string {
    return seal(key, JSON.stringify(logIn), this.#purpose)
  }

  /** Name of the cookie for a new one: a free one, else that of the oldest. What is broken or over counts as free. */
  slotFor(request: RequestView, key: Uint8Array, now: number): string {
    let oldest = { name: this.#name(1), until: Number.POSITIVE_INFINITY }
    for (let slot = 1; slot <= slots; slot++) {
      const name = this.#name(slot)
      const known = this.#read(request, name, key, now)
      if (known === null) return name
      if (known.until < oldest.until) oldest = { name, until: known.until }
    }
    return oldest.name
  }

  /** The log-in that a callback with this state ends, and its cookie; null where this browser began none (T37). */
  find(
    request: RequestView,
    state: string,
    key: Uint8Array,
    now: number,
  ): { readonly name: string; readonly logIn: PendingLogIn } | null {
    for (let slot = 1; slot <= slots; slot++) {
      const name = this.#name(slot)
      const logIn = this.#read(request, name, key, now)
      if (logIn !== null && sameText(logIn.state, state)) return { name, logIn }
    }
    return null
  }

  #read(request: RequestView, name: string, key: Uint8Array, now: number): PendingLogIn | null {
    const value = cookieOf(request, name)
    const text = value === null ? null : open(key, value, this.#purpose)
    if (text === null) return null
    const logIn = JSON.parse(text) as PendingLogIn // sealed by us, under this purpose
    return now < logIn.until ? logIn : null
  }

  /** `~` is in no name of an identity: no session cookie of another has this name. */
  #name(slot: number): string {
    return `${sessionCookieName(this.#identity)}~${slot}`
  }

  get #purpose(): string {
    return `log-in of ${this.#identity}`
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
