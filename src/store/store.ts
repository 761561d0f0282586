import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { AdminTokenStore } from './admin-tokens.ts'
import { AuditLog } from './audit/audit-log.ts'
import type { ChangeEntry, StoreContext } from './change.ts'
import { prepareFolder } from './data-folder.ts'
import { openDatabase } from './database.ts'
import { GrantStore } from './grants/grants.ts'
import { KeyedHash } from './keyed-hash.ts'
import { KeyStore } from './keys/keys.ts'
import { makePepper, readPepper } from './pepper.ts'
import { RevocationStore } from './revocations/revocations.ts'
import { SessionStore } from './sessions.ts'
import { StoreError } from './store-error.ts'
import { transaction } from './transaction.ts'

/** How often another process's change is looked for, in milliseconds: a read of one page in memory. */
const pollInterval = 100

/**
 * The embedded store: what must be kept, hashed where it is secret, in the data folder. Synchronous, for the control
 * plane and the command line; data threads get snapshots and ask an index.
 */
export class Store {
  /** Secret under which keys are hashed (32 bytes), for a `KeyIndex`. Never written to any output. */
  readonly pepper: Uint8Array
  readonly keys: KeyStore
  readonly adminTokens: AdminTokenStore
  readonly revocations: RevocationStore
  readonly sessions: SessionStore
  readonly grants: GrantStore
  readonly audit: AuditLog
  readonly #database: DatabaseSync
  readonly #dataVersion: StatementSync
  readonly #subscribers = new Set<() => void>()
  #seenVersion: unknown
  #timer: NodeJS.Timeout | undefined

  /** Use `openStore`. */
  constructor(folder: string, database: DatabaseSync, pepper: Uint8Array) {
    this.#database = database
    this.pepper = pepper
    this.audit = new AuditLog(folder, database, pepper)
    this.#dataVersion = database.prepare('PRAGMA data_version')
    this.#seenVersion = this.#readVersion()
    const context: StoreContext = {
      database,
      hash: new KeyedHash(pepper),
      change: (entry, write) => this.#change(entry, write),
    }
    this.keys = new KeyStore(context)
    this.adminTokens = new AdminTokenStore(context)
    this.revocations = new RevocationStore(context)
    this.grants = new GrantStore(context)
    this.sessions = new SessionStore(database, pepper)
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

  /**
   * Writes an entry to the audit log for something that is no change of the store. On disk when it returns.
   *
   * @throws AuditError when the log cannot be written.
   */
  record(entry: ChangeEntry): void {
    transaction(this.#database, () => this.audit.append(entry))
  }

  #change<T>(entry: ChangeEntry, write: () => T): T {
    const result = transaction(this.#database, () => {
      const written = write()
      if (written !== false) this.audit.append(entry)
      return written
    })
    if (result !== false) this.#announce()
    return result
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
    return new Store(folder, database, matchingPepper(folder, database))
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
