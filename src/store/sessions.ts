import { hkdfSync, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { open, seal } from '../engines/sealing/sealed-text.ts'
import type { EndedSessions, KeptSession, NewSession, Sessions } from '../gateway/sessions.ts'
import { KeyedHash } from './keyed-hash.ts'
import { transaction } from './transaction.ts'

/** How many are kept; the longest unused make room. */
export interface SessionBounds {
  readonly ofSubject: number
  readonly total: number
}

const usualBounds: SessionBounds = { ofSubject: 20, total: 100_000 }

/**
 * Log-in sessions of the embedded store. Secrets, subjects and the provider's names of sessions are kept as keyed
 * hashes, and the content (tokens, claims) sealed: a copy of the database alone opens no session and names nobody.
 */
export class SessionStore {
  readonly #database: DatabaseSync
  readonly #pepper: Uint8Array
  readonly #bounds: SessionBounds

  constructor(database: DatabaseSync, pepper: Uint8Array, bounds: SessionBounds = usualBounds) {
    this.#database = database
    this.#pepper = pepper
    this.#bounds = bounds
  }

  /** The sessions of one identity. Those of another provider are not among them, also under the same name. */
  of(identity: string, provider: string): Sessions {
    const key = (purpose: string): Uint8Array =>
      new Uint8Array(hkdfSync('sha256', this.#pepper, identity, `sallyport ${purpose}`, 32))
    return new OwnSessions(this.#database, this.#bounds, `${identity}\n${provider}`, key)
  }
}

class OwnSessions implements Sessions {
  readonly writable = true
  readonly key: Sessions['key']
  readonly #database: DatabaseSync
  readonly #bounds: SessionBounds
  readonly #owner: string
  readonly #hash: KeyedHash
  readonly #contentKey: Uint8Array

  constructor(database: DatabaseSync, bounds: SessionBounds, owner: string, key: Sessions['key']) {
    this.#database = database
    this.#bounds = bounds
    this.#owner = owner
    this.key = key
    this.#hash = new KeyedHash(key('names of sessions'))
    this.#contentKey = key('content of sessions')
  }

  add(session: NewSession): readonly string[] {
    const { secret, subject, providerSession, created, expires, ends, content } = session
    const id = `ses_${randomBytes(12).toString('base64url')}`
    const owner = this.#of('subject', subject)
    return transaction(this.#database, () => {
      const removed = [
        ...this.#remove('ends <= ?', created),
        ...this.#makeRoom('SELECT count(*) AS n FROM sessions', [], this.#bounds.total, 'TRUE'),
        ...this.#makeRoom(
          'SELECT count(*) AS n FROM sessions WHERE subject = ?',
          [owner],
          this.#bounds.ofSubject,
          'subject = ?',
        ),
      ]
      this.#database
        .prepare(
          `INSERT INTO sessions (id, hash, subject, provider_session, created, expires, ends, content)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          this.#of('secret', secret),
          owner,
          providerSession === null ? null : this.#of('provider session', providerSession),
          created,
          expires,
          ends,
          this.#seal(id, content),
        )
      return removed
    })
  }

  find(secret: string): KeptSession | null {
    const row = this.#database
      .prepare('SELECT id, created, expires, ends, content FROM sessions WHERE hash = ?')
      .get(this.#of('secret', secret))
    if (row === undefined) return null
    const id = String(row['id'])
    const content = open(this.#contentKey, String(row['content']), this.#purpose(id))
    if (content === null) return null
    return {
      id,
      created: Number(row['created']),
      expires: Number(row['expires']),
      ends: Number(row['ends']),
      content,
    }
  }

  update(id: string, content: string): boolean {
    const { changes } = this.#database
      .prepare('UPDATE sessions SET content = ? WHERE id = ?')
      .run(this.#seal(id, content), id)
    return changes > 0
  }

  extend(ends: ReadonlyMap<string, number>): void {
    if (ends.size === 0) return
    const move = this.#database.prepare('UPDATE sessions SET ends = min(?, expires) WHERE id = ?')
    transaction(this.#database, () => {
      for (const [id, time] of ends) move.run(time, id)
    })
  }

  end(which: EndedSessions): readonly string[] {
    if ('id' in which) return this.#remove('id = ?', which.id)
    return 'subject' in which
      ? this.#remove('subject = ?', this.#of('subject', which.subject))
      : this.#remove('provider_session = ?', this.#of('provider session', which.providerSession))
  }

  /** Leaves room for one more, by what was not used for longest. */
  #makeRoom(count: string, values: readonly string[], most: number, which: string): readonly string[] {
    const found = Number(this.#database.prepare(count).get(...values)?.['n'])
    if (found < most) return []
    const oldest = `id IN (SELECT id FROM sessions WHERE ${which} ORDER BY ends LIMIT ${found - most + 1})`
    return this.#remove(oldest, ...values)
  }

  #remove(where: string, ...values: readonly (string | number)[]): readonly string[] {
    return this.#database
      .prepare(`DELETE FROM sessions WHERE ${where} RETURNING id`)
      .all(...values)
      .map((row) => String(row['id']))
  }

  #of(kind: string, text: string): string {
    return this.#hash.of(`${kind}\n${this.#owner}\n${text}`)
  }

  #seal(id: string, content: string): string {
    return seal(this.#contentKey, content, this.#purpose(id))
  }

  #purpose(id: string): string {
    return `session ${id}\n${this.#owner}`
  }
}

/** Sessions as they are where requests are only judged; without a store, none. */
export function judgedSessions(sessions: Sessions | null): Sessions {
  // Without a store there is no session that anything could open.
  const keyOfNone = randomBytes(32)
  return {
    writable: false,
    key: (purpose) => sessions?.key(purpose) ?? keyOfNone,
    find: (secret) => sessions?.find(secret) ?? null,
    add: () => [],
    update: () => false,
    extend: () => undefined,
    end: () => [],
  }
}
