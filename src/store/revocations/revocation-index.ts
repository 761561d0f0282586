import type { RevocableCredential, Revocations } from '../../gateway/policy.ts'

/** What a credential can be revoked by. */
export type RevocationKind = 'token' | 'subject' | 'session' | 'key' | 'certificate'

/** One revocation as data threads get it. */
export interface Revocation {
  readonly kind: RevocationKind
  /** Name of the identity that it holds for; '' for all. */
  readonly identity: string
  readonly value: string
  /** For a subject: credentials issued before this are revoked (seconds since 1970); null for all. */
  readonly before: number | null
  /** When it ends, in milliseconds since 1970; null or left out for never. One that has ended takes itself away. */
  readonly expires?: number | null
}

interface Entry {
  readonly identity: string
  readonly before: number | null
  readonly expires: number
  /** The same value, revoked for another identity. */
  readonly next: Entry | null
}

/** How many old entries are looked at for each new one, so that those which ended leave memory without a pause. */
const sweptAtOnce = 4

const noKind: ReadonlyMap<string, Entry> = new Map()

/** The revocations of one thread, by kind and value: a look-up takes as long with a hundred thousand as with one. */
export class RevocationIndex implements Revocations {
  version = 0
  readonly #kinds = new Map<RevocationKind, Map<string, Entry>>()
  #sweep: Iterator<readonly [RevocationKind, string]> | null = null
  #tokens: ReadonlyMap<string, Entry> = noKind
  #subjects: ReadonlyMap<string, Entry> = noKind
  #sessions: ReadonlyMap<string, Entry> = noKind
  #keys: ReadonlyMap<string, Entry> = noKind
  #certificates: ReadonlyMap<string, Entry> = noKind

  /** Takes what is in force in place of all that was known. */
  replace(snapshot: readonly Revocation[]): void {
    this.#kinds.clear()
    this.#sweep = null
    const now = Date.now()
    for (const one of snapshot) this.#take(one, now)
    this.#changed()
  }

  /** Adds what is new, and takes away what has ended. */
  apply(changes: readonly Revocation[]): void {
    if (changes.length === 0) return
    const now = Date.now()
    for (const change of changes) {
      this.#take(change, now)
      for (let i = 0; i < sweptAtOnce; i++) this.#sweepOne(now)
    }
    this.#changed()
  }

  /** Values held, those that have ended and were not swept yet among them. */
  get size(): number {
    let size = 0
    for (const values of this.#kinds.values()) size += values.size
    return size
  }

  find(credential: RevocableCredential): string | null {
    const { identity, token, subject, session, key, certificate } = credential
    if (token !== undefined && this.#tokens.size > 0 && meets(this.#tokens.get(token), identity))
      return 'the token was revoked'
    if (
      subject !== undefined &&
      this.#subjects.size > 0 &&
      meets(this.#subjects.get(subject), identity, credential.issuedAt)
    )
      return 'the subject was revoked'
    if (session !== undefined && this.#sessions.size > 0 && meets(this.#sessions.get(session), identity))
      return 'the session was revoked'
    if (key !== undefined && this.#keys.size > 0 && meets(this.#keys.get(key), identity))
      return 'the key was revoked'
    if (
      certificate !== undefined &&
      this.#certificates.size > 0 &&
      meets(this.#certificates.get(certificate), identity)
    )
      return 'the certificate was revoked'
    return null
  }

  #take({ kind, identity, value, before, expires }: Revocation, now: number): void {
    this.#keep(kind, value, (entry) => entry.identity !== identity)
    const ends = expires ?? Number.POSITIVE_INFINITY
    if (ends <= now) return
    let values = this.#kinds.get(kind)
    if (values === undefined) {
      values = new Map()
      this.#kinds.set(kind, values)
    }
    values.set(value, { identity, before, expires: ends, next: values.get(value) ?? null })
  }

  #changed(): void {
    this.#tokens = this.#kinds.get('token') ?? noKind
    this.#subjects = this.#kinds.get('subject') ?? noKind
    this.#sessions = this.#kinds.get('session') ?? noKind
    this.#keys = this.#kinds.get('key') ?? noKind
    this.#certificates = this.#kinds.get('certificate') ?? noKind
    this.version++
  }

  #keep(kind: RevocationKind, value: string, isKept: (entry: Entry) => boolean): void {
    const values = this.#kinds.get(kind)
    let entry = values?.get(value) ?? null
    if (entry === null) return
    let kept: Entry | null = null
    for (; entry !== null; entry = entry.next) if (isKept(entry)) kept = { ...entry, next: kept }
    if (kept === null) values!.delete(value)
    else values!.set(value, kept)
  }

  /** Goes round through all entries, however often, one at a time. */
  #sweepOne(now: number): void {
    this.#sweep ??= this.#everything()
    const next = this.#sweep.next()
    if (next.done === true) this.#sweep = null
    else this.#keep(...next.value, (entry) => entry.expires > now)
  }

  *#everything(): Generator<readonly [RevocationKind, string]> {
    for (const [kind, values] of this.#kinds) for (const value of values.keys()) yield [kind, value]
  }
}

/** Whether one of the entries holds for the identity now. Only a subject has `before`: what has no time of issue is met. */
function meets(first: Entry | undefined, identity: string, issuedAt?: number): boolean {
  if (first === undefined) return false
  for (let entry: Entry | null = first; entry !== null; entry = entry.next) {
    if (entry.identity !== '' && entry.identity !== identity) continue
    if (entry.expires !== Number.POSITIVE_INFINITY && entry.expires <= Date.now()) continue
    if (entry.before === null || issuedAt === undefined || issuedAt < entry.before) return true
  }
  return false
}
