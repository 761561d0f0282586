import type { Actor, StoreContext } from './change.ts'
import { apiKeyPrefix, newKeyId, newSecret } from './key-format.ts'
import type { HashedKey } from './key-index.ts'
import { requireName } from './names.ts'

/** A key as it is listed: nothing of it can be presented. */
export interface StoredKey {
  readonly id: string
  readonly identity: string
  readonly owner: string
  /** RFC 3339, UTC. */
  readonly created: string
  /** RFC 3339, UTC; null while the key is live. */
  readonly revoked: string | null
}

/** What must be told of a new key. */
export interface NewKey {
  /** Name of the identity (section `identities`) that accepts the key. */
  readonly identity: string
  /** Who holds it, in words for people. */
  readonly owner: string
}

/** The API keys of the embedded store, hashed. */
export class KeyStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /**
   * Issues a key. It is on disk when this returns, and can be read nowhere again.
   *
   * @throws StoreError when identity or owner cannot stand in a list for people.
   */
  create(actor: Actor, { identity, owner }: NewKey): { readonly id: string; readonly key: string } {
    requireName('identity of a key', identity)
    requireName('owner of a key', owner)
    const { database, hash, change } = this.#context
    const id = newKeyId()
    const key = newSecret(apiKeyPrefix)
    change({ actor, action: 'keys.create', target: id, detail: { identity, owner } }, () =>
      database
        .prepare('INSERT INTO keys (id, hash, identity, owner, created) VALUES (?, ?, ?, ?, ?)')
        .run(id, hash.of(`key:${key}`), identity, owner, new Date().toISOString()),
    )
    return { id, key }
  }

  /** All keys, revoked ones too, oldest first. The driver types every row as a bare record; the columns are those selected. */
  list(): readonly StoredKey[] {
    return this.#context.database
      .prepare('SELECT id, identity, owner, created, revoked FROM keys ORDER BY rowid')
      .all() as unknown as StoredKey[]
  }

  /** Ends a key for good. Returns false when no live key has this id. */
  revoke(actor: Actor, id: string): boolean {
    const { database, change } = this.#context
    return change({ actor, action: 'keys.revoke', target: id }, () => {
      const { changes } = database
        .prepare('UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL')
        .run(new Date().toISOString(), id)
      return changes > 0
    })
  }

  /** The live keys, for the `KeyIndex` of each data thread. Plain data; its columns are those selected. */
  snapshot(): readonly HashedKey[] {
    return this.#context.database
      .prepare('SELECT hash, id, owner, identity FROM keys WHERE revoked IS NULL ORDER BY rowid')
      .all()
      .map((row) => ({ ...row }) as unknown as HashedKey)
  }
}
