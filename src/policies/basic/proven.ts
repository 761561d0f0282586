import { createHmac, randomBytes } from 'node:crypto'
import type { Caller } from '../../gateway/facts.ts'

interface Entry {
  readonly caller: Caller
  readonly until: number
  /** The version of the revocations that it was last looked up in. */
  revocations: number
}

/** More accounts than this log in seldom together; the oldest is derived anew. */
const mostEntries = 10_000

/**
 * Passwords that were proven a short while ago, by a digest under a key of this instance's own: the memory of the
 * process holds no password, and none that could be tried against it elsewhere. Wrong ones are never in it.
 */
export class ProvenPasswords {
  readonly #key = randomBytes(32)
  readonly #rememberMs: number
  readonly #entries = new Map<string, Entry>()

  /** @param rememberMs - 0 remembers nothing. */
  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs
  }

  digest(authorization: string): string {
    return createHmac('sha256', this.#key).update(authorization).digest('base64url')
  }

  get(digest: string): Entry | undefined {
    const entry = this.#entries.get(digest)
    if (entry === undefined || entry.until > performance.now()) return entry
    this.#entries.delete(digest)
    return undefined
  }

  add(digest: string, caller: Caller, revocations: number): void {
    if (this.#rememberMs === 0) return
    this.#entries.set(digest, { caller, until: performance.now() + this.#rememberMs, revocations })
    if (this.#entries.size <= mostEntries) return
    for (const [oldest] of this.#entries) return void this.#entries.delete(oldest)
  }

  forget(digest: string): void {
    this.#entries.delete(digest)
  }
}
