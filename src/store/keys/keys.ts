import type { StatementSync } from 'node:sqlite'
import type { Actor, ChangeEntry, StoreContext } from '../change.ts'
import { StoreError } from '../store-error.ts'
import { KeyFeed } from './key-feed.ts'
import { apiKeyFault, isKeyId, newApiKey, newKeyId } from './key-format.ts'
import { type CheckedKey, checkKey, type NewKey } from './key-request.ts'
import { type KeyFilter, listQuery, oneQuery, type StoredKey, storedKey } from './key-rows.ts'

/** A key that was just issued. */
export interface IssuedKey {
  readonly id: string
  /** The key itself: it can be read nowhere again. */
  readonly key: string
}

/** How long a key that was rotated still counts, in milliseconds, where nobody says (24 h). */
export const defaultOverlapMs: number = 24 * 3600_000
/** More is no overlap but a second key (a year). */
const longestOverlapMs = 366 * 24 * 3600_000

/** Gives a key its place in the order of changes. */
const nextSequence = '(SELECT coalesce(max(sequence), 0) + 1 FROM keys)'

/** The API keys of the embedded store, hashed. */
export class KeyStore {
  readonly #context: StoreContext

  /** Prepared once: a text with a million things that look like keys asks for each. */
  readonly #byHash: StatementSync
  readonly #byId: StatementSync

  constructor(context: StoreContext) {
    this.#context = context
    this.#byHash = context.database.prepare(oneQuery('hash'))
    this.#byId = context.database.prepare(oneQuery('id'))
  }

  /**
   * Issues a key. It is on disk when this returns, and can be read nowhere again.
   *
   * @throws StoreError when something of it cannot be stored as it is, or stand in a list for people.
   */
  create(actor: Actor, asked: NewKey): IssuedKey {
    const checked = checkKey(asked, Date.now())
    const issued = { id: newKeyId(), key: newApiKey() }
    const entry = { actor, action: 'keys.create', target: issued.id, detail: detailOf(checked) }
    this.#context.change(entry, () => this.#insert(issued, checked, null))
    return issued
  }

  /**
   * Issues a key in place of another, for the same and until that would have ended: rotating by itself never lengthens
   * what was given for a time. The other one counts for the time of the overlap, so that its holder can change over.
   *
   * @returns null when no live key has this id.
   * @throws StoreError when it was rotated before: its holder has the other key already.
   */
  rotate(actor: Actor, id: string, options: RotateOptions = {}): IssuedKey | null {
    const now = Date.now()
    const { overlapMs = defaultOverlapMs, expires } = options
    if (!(overlapMs >= 0 && overlapMs <= longestOverlapMs))
      throw new StoreError('the overlap is from 0 to 366 days')
    const old = this.get(id)
    if (old?.state !== 'live') return null
    const oldEnd = old.expires === null ? null : new Date(old.expires)
    const { identity, owner, scopes, labels, networks } = old
    const checked = checkKey({ identity, owner, scopes, labels, networks, expires: expires ?? oldEnd }, now)
    const issued = { id: newKeyId(), key: newApiKey() }
    const ends = new Date(now + overlapMs).toISOString()
    const entry: ChangeEntry = {
      actor,
      action: 'keys.rotate',
      target: id,
      detail: { ...detailOf(checked), replacement: issued.id, ends },
    }
    this.#context.change(entry, () => {
      const { database } = this.#context
      const successor = database.prepare('SELECT id FROM keys WHERE replaces = ?').get(id)
      if (successor !== undefined)
        throw new StoreError(`the key was rotated before: rotate ${String(successor['id'])} or revoke it`)
      const { changes } = database
        .prepare(
          `UPDATE keys SET expires = min(coalesce(expires, ?), ?), sequence = ${nextSequence}
           WHERE id = ? AND revoked IS NULL`,
        )
        .run(ends, ends, id)
      if (changes === 0) throw new StoreError('the key was revoked meanwhile')
      this.#insert(issued, checked, id)
    })
    return issued
  }

  /** Ends a key for good. Returns false when no key that was not revoked has this id. */
  revoke(actor: Actor, id: string, reason?: string): boolean {
    // Looked at first: what is no id may be a key, given by mistake, and must not get into the audit log.
    const known = this.get(id)
    if (known === undefined || known.revoked !== null) return false
    const entry = { actor, action: 'keys.revoke', target: id }
    return this.#context.change(reason === undefined ? entry : { ...entry, detail: { reason } }, () => {
      const { changes } = this.#context.database
        .prepare(`UPDATE keys SET revoked = ?, sequence = ${nextSequence} WHERE id = ? AND revoked IS NULL`)
        .run(new Date().toISOString(), id)
      return changes > 0
    })
  }

  /** The key with this id, whatever its state. */
  get(id: string): StoredKey | undefined {
    return isKeyId(id) ? this.#one(this.#byId, id) : undefined
  }

  /** What is known of a key that somebody presented or found, whatever its state. */
  find(presented: string): StoredKey | undefined {
    if (apiKeyFault(presented) !== null) return undefined
    return this.#one(this.#byHash, this.#context.hash.of(`key:${presented}`))
  }

  /** Keys in any state, oldest first. */
  list(filter: KeyFilter = {}): readonly StoredKey[] {
    return [...this.each(filter)]
  }

  /** The same, one after the other. The store must not be closed before the last. */
  *each(filter: KeyFilter = {}): Generator<StoredKey> {
    const now = new Date().toISOString()
    const [sql, ...parameters] = listQuery(filter, now)
    for (const row of this.#context.database.prepare(sql).iterate(...parameters)) yield storedKey(row, now)
  }

  /** Brings the keys into shared memory, for a `KeyIndex` in each data thread. */
  feed(): KeyFeed {
    return new KeyFeed(this.#context.database)
  }

  #one(query: StatementSync, value: string): StoredKey | undefined {
    const now = new Date().toISOString()
    const row = query.get(now, value)
    return row === undefined ? undefined : storedKey(row, now)
  }

  #insert({ id, key }: IssuedKey, checked: CheckedKey, replaces: string | null): void {
    const { identity, owner, scopes, labels, networks, expires } = checked
    this.#context.database
      .prepare(
        `INSERT INTO keys (id, hash, identity, owner, created, scopes, labels, networks, expires, replaces, sequence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${nextSequence})`,
      )
      .run(
        id,
        this.#context.hash.of(`key:${key}`),
        identity,
        owner,
        new Date().toISOString(),
        JSON.stringify(scopes),
        JSON.stringify(labels),
        JSON.stringify(networks),
        expires?.toISOString() ?? null,
        replaces,
      )
  }
}

export interface RotateOptions {
  /** How long the old key still counts, in milliseconds. Default 24 h; 0 ends it at once. */
  readonly overlapMs?: number | undefined
  /** When the new key ends. Default: when the old one would have. */
  readonly expires?: Date | undefined
}

function detailOf({
  identity,
  owner,
  scopes,
  labels,
  networks,
  expires,
}: CheckedKey): Record<string, string> {
  return {
    identity,
    owner,
    ...(scopes.length === 0 ? {} : { scopes: scopes.join(' ') }),
    ...(networks.length === 0 ? {} : { networks: networks.join(' ') }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: JSON.stringify(labels) }),
    ...(expires === null ? {} : { expires: expires.toISOString() }),
  }
}
