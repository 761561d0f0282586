import { randomBytes } from 'node:crypto'
import type { Actor, StoreContext } from '../change.ts'
import { isOneLine } from '../one-line.ts'
import { StoreError } from '../store-error.ts'

/** `break-glass` was taken in an emergency, without asking who may give. */
export type GrantKind = 'grant' | 'break-glass'

/** A role for a caller, for a time. */
export interface NewGrant {
  readonly kind: GrantKind
  /** As `identity/id`. */
  readonly caller: string
  readonly role: string
  /** How long, in milliseconds. */
  readonly lasts: number
  /** Why, for people. */
  readonly reason: string
}

/** A grant as it is kept. */
export interface StoredGrant extends Omit<NewGrant, 'lasts'> {
  readonly id: string
  readonly giver: string
  /** RFC 3339, UTC. */
  readonly created: string
  readonly ends: string
}

/** Longest grant of each kind, in milliseconds: who needs it longer has a role, and a role stands in the configuration. */
export const longestGrant: Readonly<Record<GrantKind, number>> = {
  grant: 24 * 3600_000,
  'break-glass': 3600_000,
}

const columns = 'id, kind, caller, role, giver, reason, created, ends'
/** Ended grants stay in the list so long (90 days); the audit log has them for good. */
const keptAfterEndMs = 90 * 86_400_000

/** Grants of the embedded store. */
export class GrantStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /**
   * Gives a role. On disk when it returns.
   *
   * @throws StoreError when something of it cannot be kept, or it would last too long.
   */
  give(actor: Actor, asked: NewGrant): StoredGrant {
    const { kind, caller, role, lasts, reason } = checked(asked)
    const now = Date.now()
    const grant: StoredGrant = {
      id: `gnt_${randomBytes(9).toString('base64url')}`,
      kind,
      caller,
      role,
      giver: actor.name,
      reason,
      created: new Date(now).toISOString(),
      ends: new Date(now + lasts).toISOString(),
    }
    const detail = { id: grant.id, role, reason, ends: grant.ends }
    const action = kind === 'grant' ? 'grants.give' : 'grants.break-glass'
    return this.#context.change({ actor, action, target: caller, detail }, () => {
      this.#clean(now)
      this.#context.database
        .prepare(`INSERT INTO grants (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
        .run(grant.id, kind, caller, role, grant.giver, reason, grant.created, grant.ends)
      return grant
    })
  }

  /** Ends a grant before its time. Returns false when none in force has this id. */
  end(actor: Actor, id: string): boolean {
    const now = new Date().toISOString()
    const grant = this.#context.database
      .prepare('SELECT caller, role FROM grants WHERE id = ? AND ends > ?')
      .get(id, now)
    if (grant === undefined) return false
    const detail = { id, role: String(grant['role']) }
    const entry = { actor, action: 'grants.end', target: String(grant['caller']), detail }
    return this.#context.change(entry, () => {
      const { changes } = this.#context.database
        .prepare('UPDATE grants SET ends = ? WHERE id = ? AND ends > ?')
        .run(now, id, now)
      return changes > 0
    })
  }

  /** Those in force, or also those that have ended; break-glass first, then the newest. */
  list(all: boolean): readonly StoredGrant[] {
    return this.#context.database
      .prepare(`SELECT ${columns} FROM grants WHERE ends > ? ORDER BY kind, created DESC LIMIT 10000`)
      .all(all ? '' : new Date().toISOString())
      .map((row) => ({ ...row }) as unknown as StoredGrant)
  }

  #clean(now: number): void {
    this.#context.database
      .prepare('DELETE FROM grants WHERE ends < ?')
      .run(new Date(now - keptAfterEndMs).toISOString())
  }
}

function checked(asked: NewGrant): NewGrant {
  const { kind, caller, role, lasts, reason } = asked
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/./.test(caller) || caller.length > 320 || !isOneLine(caller))
    throw new StoreError('name the caller as identity/id')
  if (role === '' || role.length > 200 || !isOneLine(role))
    throw new StoreError('a role has 1 to 200 characters and no control characters')
  if (reason.trim().length < 5 || reason.length > 500 || !isOneLine(reason))
    throw new StoreError('a reason has 5 to 500 characters and no control characters')
  if (!(lasts > 0 && lasts <= longestGrant[kind]))
    throw new StoreError(`a ${kind} lasts at most ${longestGrant[kind] / 3600_000}h`)
  return asked
}
