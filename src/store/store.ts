import { timingSafeEqual } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { prepareFolder } from './data-folder.ts'
import { openDatabase } from './database.ts'
import { adminTokenPrefix, apiKeyPrefix, hasFormat, newKeyId, newSecret } from './key-format.ts'
import type { HashedKey } from './key-index.ts'
import { KeyedHash } from './keyed-hash.ts'
import { makePepper, readPepper } from './pepper.ts'
import { StoreError } from './store-error.ts'

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

/** How often another process's change is looked for, in milliseconds: a read of one page in memory. */
const pollInterval = 100

/**
 * The embedded store: API keys and the admin token, hashed, in the data folder. Synchronous, for the control plane
 * and the command line; data threads get a snapshot of the keys and ask a `KeyIndex`.
 */
export class Store {
  /** Secret under which keys are hashed (32 bytes), for a `KeyIndex`. Never written to any output. */
  readonly pepper: Uint8Array
  readonly #database: DatabaseSync
  readonly #hash: KeyedHash
  readonly #dataVersion: StatementSync
  readonly #adminHash: StatementSync
  readonly #subscribers = new Set<() => void>()
  #seenVersion: unknown
  #timer: NodeJS.Timeout | undefined

  /** Use `openStore`. */
  constructor(database: DatabaseSync, pepper: Uint8Array) {
    this.#database = database
    this.pepper = pepper
    this.#hash = new KeyedHash(pepper)
    this.#dataVersion = database.prepare('PRAGMA data_version')
    this.#adminHash = database.prepare("SELECT hash FROM secrets WHERE name = 'admin'")
    this.#seenVersion = this.#readVersion()
  }

  /**
   * Issues a key. It is on disk when this returns, and can be read nowhere again.
   *
   * @throws StoreError when identity or owner cannot stand in a list for people.
   */
  createKey({ identity, owner }: NewKey): { readonly id: string; readonly key: string } {
    requireName('identity', identity)
    requireName('owner', owner)
    const id = newKeyId()
    const key = newSecret(apiKeyPrefix)
    this.#database
      .prepare('INSERT INTO keys (id, hash, identity, owner, created) VALUES (?, ?, ?, ?, ?)')
      .run(id, this.#hash.of(`key:${key}`), identity, owner, new Date().toISOString())
    this.#announce()
    return { id, key }
  }

  /** All keys, revoked ones too, oldest first. The driver types every row as a bare record; the columns are those selected. */
  listKeys(): readonly StoredKey[] {
    return this.#database
      .prepare('SELECT id, identity, owner, created, revoked FROM keys ORDER BY rowid')
      .all() as unknown as StoredKey[]
  }

  /** Ends a key for good. Returns false when no live key has this id. */
  revokeKey(id: string): boolean {
    const { changes } = this.#database
      .prepare('UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL')
      .run(new Date().toISOString(), id)
    if (changes === 0) return false
    this.#announce()
    return true
  }

  /** The live keys, for the `KeyIndex` of each data thread. Plain data; its columns are those selected. */
  keysSnapshot(): readonly HashedKey[] {
    return this.#database
      .prepare('SELECT hash, id, owner, identity FROM keys WHERE revoked IS NULL ORDER BY rowid')
      .all()
      .map((row) => ({ ...row }) as unknown as HashedKey)
  }

  /** Makes the admin token at the first start. Returns it then, and null ever after: it can be read nowhere again. */
  ensureAdminToken(): string | null {
    return this.#adminHash.get() === undefined ? this.replaceAdminToken() : null
  }

  /** Makes a new admin token; the one before ends. */
  replaceAdminToken(): string {
    const token = newSecret(adminTokenPrefix)
    this.#database
      .prepare("INSERT OR REPLACE INTO secrets (name, hash) VALUES ('admin', ?)")
      .run(this.#hash.of(`admin:${token}`))
    this.#announce()
    return token
  }

  /** Whether this is the admin token, in a time that does not depend on how much of it is right. */
  checkAdminToken(presented: string): boolean {
    if (!hasFormat(adminTokenPrefix, presented)) return false
    const stored = this.#adminHash.get()?.['hash']
    if (typeof stored !== 'string') return false
    return timingSafeEqual(Buffer.from(this.#hash.of(`admin:${presented}`)), Buffer.from(stored))
  }

  /**
   * Calls back after each change of the store, by this process at once and by another one (`keys revoke`) within
   * 250 ms. Returns the function that ends it. A disk that can no longer be read throws, and ends the process:
   * going on would miss a revocation.
   */
  onChange(callback: () => void): () => void {
    this.#subscribers.add(callback)
    this.#timer ??= setInterval(() => this.#poll(), pollInterval).unref()
    return () => this.#subscribers.delete(callback)
  }

  /** Closes the files. No method may be called afterwards; closing twice does nothing. */
  close(): void {
    clearInterval(this.#timer)
    this.#subscribers.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #poll(): void {
    const version = this.#readVersion()
    if (version === this.#seenVersion) return
    this.#seenVersion = version
    this.#announce()
  }

  /** Changes when another connection committed, never by a commit of this one. */
  #readVersion(): unknown {
    return this.#dataVersion.get()?.['data_version']
  }

  #announce(): void {
    for (const callback of this.#subscribers) callback()
  }
}

/**
 * Opens the store of a data folder, and makes what is absent: the folder (0700), `store.db` and `pepper` (0600).
 *
 * @throws StoreError when the folder or a file is open to other users, cannot be written, is damaged, or when the
 *   pepper is lost or another one while something hashed under it is stored.
 */
export function openStore(folder: string): Store {
  prepareFolder(folder)
  const database = openDatabase(folder)
  try {
    return new Store(database, matchingPepper(folder, database))
  } catch (error) {
    database.close()
    throw error
  }
}

/** The pepper of this store: without it every key would be refused, and nobody would know why. */
function matchingPepper(folder: string, database: DatabaseSync): Uint8Array {
  const check = database.prepare("SELECT hash FROM secrets WHERE name = 'pepper-check'")
  const stored = check.get()?.['hash']
  const found = readPepper(folder)
  if (found === undefined && stored !== undefined) {
    throw new StoreError(
      `${folder}/pepper is lost, and no key of the store can be checked without it: restore it from a backup, ` +
        `or remove ${folder}/store.db and issue new keys`,
    )
  }
  const pepper = found ?? makePepper(folder)
  const mark = new KeyedHash(pepper).of('pepper-check')
  if (stored === undefined) {
    database.prepare("INSERT OR IGNORE INTO secrets (name, hash) VALUES ('pepper-check', ?)").run(mark)
  }
  if (check.get()?.['hash'] !== mark) {
    throw new StoreError(
      `${folder}/pepper does not belong to ${folder}/store.db: restore both from one backup`,
    )
  }
  return pepper
}

/** Control characters would forge lines in lists and logs. */
function requireName(what: string, text: string): void {
  if (text === '' || text.length > 200 || /\p{C}/u.test(text)) {
    throw new StoreError(`the ${what} of a key is a text of 1 to 200 characters without control characters`)
  }
}
