import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type AdminRole, adminRoles } from './admin-roles.ts'
import type { Actor, StoreContext } from './change.ts'
import { adminTokenPrefix, hasFormat, newSecret } from './keys/key-format.ts'
import { requireName } from './names.ts'
import { StoreError } from './store-error.ts'

/** An admin token by what is public of it. */
export interface AdminToken {
  /** `adm_…`, or `admin` for the first token, the one of the file `admin-token`. */
  readonly id: string
  readonly name: string
  readonly role: AdminRole
}

/** An admin token as it is listed. Times in RFC 3339, UTC. */
export interface StoredAdminToken extends AdminToken {
  /** Null for the first token, of which only the hash is kept. */
  readonly created: string | null
  readonly expires: string | null
  readonly revoked: string | null
  /** To the minute; null when it was never used. */
  readonly lastUsed: string | null
}

/** What must be told of a new admin token. */
export interface NewAdminToken {
  /** Who or what holds it, in words for people. */
  readonly name: string
  readonly role: AdminRole
  /** When it ends. Default: never. */
  readonly expires?: Date | undefined
}

/** A use is written down once in so many milliseconds: a busy client must not write to the disk with each request. */
const useInterval = 60_000
/** A typing mistake must not make one last for ever (ten years). */
const longestLifeMs = 3660 * 86_400_000

const first: AdminToken = { id: 'admin', name: 'admin', role: 'admin' }

/** The admin tokens of the embedded store, hashed. */
export class AdminTokenStore {
  readonly #context: StoreContext
  readonly #usesNoted = new Map<string, number>()

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** Makes the first token at the first start. Returns it then, and null ever after: it can be read nowhere again. */
  ensure(actor: Actor): string | null {
    return this.#firstHash() === undefined ? this.replace(actor) : null
  }

  /** Makes a new first token, of role `admin`; the one before ends. */
  replace(actor: Actor): string {
    const { database, hash, change } = this.#context
    const token = newSecret(adminTokenPrefix)
    change({ actor, action: 'admin-tokens.replace', target: first.id }, () =>
      database
        .prepare("INSERT OR REPLACE INTO secrets (name, hash) VALUES ('admin', ?)")
        .run(hash.of(`admin:${token}`)),
    )
    return token
  }

  /**
   * Issues a token. It is on disk when this returns, and can be read nowhere again.
   *
   * @throws StoreError when the name cannot stand in a list for people, or the time has passed or is too far.
   */
  create(
    actor: Actor,
    { name, role, expires }: NewAdminToken,
  ): { readonly id: string; readonly token: string } {
    requireName('name of an admin token', name)
    if (!adminRoles.includes(role)) throw new StoreError(`a role is one of ${adminRoles.join(', ')}`)
    const now = new Date()
    if (expires !== undefined && !(expires > now && Number(expires) <= Number(now) + longestLifeMs))
      throw new StoreError('an admin token ends in the future, and within ten years')
    const { database, hash, change } = this.#context
    const id = `adm_${randomBytes(9).toString('base64url')}`
    const token = newSecret(adminTokenPrefix)
    const ends = expires?.toISOString() ?? null
    change({ actor, action: 'admin-tokens.create', target: id, detail: { name, role, expires: ends } }, () =>
      database
        .prepare(
          'INSERT INTO admin_tokens (id, hash, name, role, created, expires) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(id, hash.of(`admin:${token}`), name, role, now.toISOString(), ends),
    )
    return { id, token }
  }

  /** All tokens, the first one first, then oldest first; those that ended too. */
  list(): readonly StoredAdminToken[] {
    // The driver types every row as a bare record; the columns are those selected.
    const rows = this.#context.database
      .prepare(
        `SELECT id, name, role, created, expires, revoked, last_used AS lastUsed FROM admin_tokens
         ORDER BY rowid`,
      )
      .all()
      .map((row) => ({ ...row }) as unknown as StoredAdminToken)
    if (this.#firstHash() === undefined) return rows
    return [{ ...first, created: null, expires: null, revoked: null, lastUsed: null }, ...rows]
  }

  /** Ends a token at once. Returns false when no live token has this id; the first one is replaced, not revoked. */
  revoke(actor: Actor, id: string): boolean {
    const { database, change } = this.#context
    return change({ actor, action: 'admin-tokens.revoke', target: id }, () => {
      const { changes } = database
        .prepare('UPDATE admin_tokens SET revoked = ? WHERE id = ? AND revoked IS NULL')
        .run(new Date().toISOString(), id)
      return changes > 0
    })
  }

  /**
   * The token that was presented; null for what is malformed, unknown, revoked or expired. The look-up is by keyed
   * hash: without the pepper, nobody can steer what its time depends on. Read anew each time, so that a revocation by
   * another process holds at once.
   */
  find(presented: string): AdminToken | null {
    if (!hasFormat(adminTokenPrefix, presented)) return null
    const hashed = this.#context.hash.of(`admin:${presented}`)
    const firstHash = this.#firstHash()
    if (firstHash !== undefined && timingSafeEqual(Buffer.from(hashed), Buffer.from(firstHash))) return first
    const now = new Date().toISOString()
    const row = this.#context.database
      .prepare(
        `SELECT id, name, role FROM admin_tokens
         WHERE hash = ? AND revoked IS NULL AND (expires IS NULL OR expires > ?)`,
      )
      .get(hashed, now)
    if (row === undefined) return null
    // The same: the columns are those selected.
    const found = { ...row } as unknown as AdminToken
    this.#noteUse(found.id, now)
    return found
  }

  #noteUse(id: string, now: string): void {
    const time = Date.parse(now)
    if (time - (this.#usesNoted.get(id) ?? 0) < useInterval) return
    this.#usesNoted.set(id, time)
    try {
      this.#context.database.prepare('UPDATE admin_tokens SET last_used = ? WHERE id = ?').run(now, id)
    } catch {
      // A full disk or a writer that takes long must not keep an administrator out: the time of use is for lists only.
    }
  }

  #firstHash(): string | undefined {
    const row = this.#context.database.prepare("SELECT hash FROM secrets WHERE name = 'admin'").get()
    return row === undefined ? undefined : String(row['hash'])
  }
}
