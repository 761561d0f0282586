import { randomBytes } from 'node:crypto'
import type { Actor, StoreContext } from '../change.ts'
import type { Revocation, RevocationKind } from './revocation-index.ts'
import { type CheckedRevocation, checkRevocation, type NewRevocation } from './revocation-request.ts'

/** A revocation as it is listed. */
export interface StoredRevocation extends CheckedRevocation {
  readonly id: string
  /** RFC 3339, UTC. */
  readonly created: string
}

/** Revocations of a page, newest first. */
export interface RevocationPage {
  readonly revocations: readonly StoredRevocation[]
  /** Where the next page begins; null when this was the last. */
  readonly next: number | null
}

/** What changed in the store since somebody looked. */
export interface RevocationChanges {
  /** Where to go on from. */
  readonly cursor: number
  /** Also those that ended before their time: they carry an `expires` that has passed. */
  readonly changes: readonly Revocation[]
}

/** What has ended stays in the store for so long, for gateways that have not seen that it was taken back (24 h). */
const keptAfterEndMs = 24 * 3600_000
/** Rows that one change cleans up at most. */
const mostCleaned = 1000

const nextSequence = '(SELECT coalesce(max(sequence), 0) + 1 FROM revocations)'
const columns = 'id, kind, value, identity, created, before, expires, reason'
const inForce = '(expires IS NULL OR expires > ?)'

/** Revoked credentials of the embedded store. */
export class RevocationStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /**
   * Revokes. On disk when it returns. The same once more makes it last longer and never shorter.
   *
   * @throws StoreError when something of it cannot be kept, or is a credential itself.
   */
  add(actor: Actor, asked: NewRevocation): StoredRevocation {
    const now = new Date()
    const checked = checkRevocation(asked, now.getTime())
    const id = `rev_${randomBytes(9).toString('base64url')}`
    const created = now.toISOString()
    const detail: Record<string, string | number | null> = { id }
    const target = `${checked.kind} ${checked.value}`
    return this.#context.change({ actor, action: 'revocations.add', target, detail }, () => {
      const { database } = this.#context
      this.#clean(now.getTime())
      const { kind, value, identity, before, expires, reason } = this.#widened(checked, created)
      Object.assign(detail, { identity, before, expires, reason })
      database
        .prepare(
          `INSERT OR REPLACE INTO revocations (${columns}, sequence)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ${nextSequence})`,
        )
        .run(id, kind, value, identity, created, before, expires, reason)
      return { id, kind, value, identity, created, before, expires, reason }
    })
  }

  /** Takes a revocation back. Returns false when none in force has this id. */
  remove(actor: Actor, id: string): boolean {
    const stored = this.get(id)
    if (stored === undefined) return false
    const { kind, value, identity } = stored
    const entry = {
      actor,
      action: 'revocations.remove',
      target: `${kind} ${value}`,
      detail: { id, identity },
    }
    return this.#context.change(entry, () => {
      // It stays for a while as one that has ended, so that every gateway sees it go.
      const now = new Date().toISOString()
      const { changes } = this.#context.database
        .prepare(`UPDATE revocations SET expires = ?, sequence = ${nextSequence} WHERE id = ? AND ${inForce}`)
        .run(now, id, now)
      return changes > 0
    })
  }

  /** The revocation in force with this id. */
  get(id: string): StoredRevocation | undefined {
    const row = this.#context.database
      .prepare(`SELECT ${columns} FROM revocations WHERE id = ? AND ${inForce}`)
      .get(id, new Date().toISOString())
    return row === undefined ? undefined : ({ ...row } as unknown as StoredRevocation)
  }

  /** Those in force, newest first, one after the other. The store must not be closed before the last. */
  *each(): Generator<StoredRevocation> {
    for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null; ) {
      const page: RevocationPage = this.page(1000, next)
      yield* page.revocations
      next = page.next
    }
  }

  /** Up to `limit` of those in force before a place that a page named, or the newest. */
  page(limit: number, before: number | null): RevocationPage {
    const rows = this.#context.database
      .prepare(
        `SELECT ${columns}, sequence FROM revocations WHERE sequence < ? AND ${inForce}
         ORDER BY sequence DESC LIMIT ?`,
      )
      .all(before ?? Number.MAX_SAFE_INTEGER, new Date().toISOString(), limit)
    return {
      revocations: rows.map(({ sequence: _, ...row }) => row as unknown as StoredRevocation),
      next: rows.length < limit ? null : Number(rows.at(-1)!['sequence']),
    }
  }

  /** What is in force, for the index of a data thread. */
  snapshot(): readonly Revocation[] {
    const statement = this.#context.database.prepare(
      `SELECT kind, identity, value, before, expires FROM revocations WHERE ${inForce}`,
    )
    // Row by row: a hundred thousand of them are not in memory twice.
    return Array.from(statement.iterate(new Date().toISOString()), plain)
  }

  /** What changed since a cursor; from 0 on everything. */
  since(cursor: number): RevocationChanges {
    const statement = this.#context.database.prepare(
      `SELECT kind, identity, value, before, expires, sequence FROM revocations
       WHERE sequence > ? ORDER BY sequence`,
    )
    let last = cursor
    const changes: Revocation[] = []
    for (const row of statement.iterate(cursor)) {
      changes.push(plain(row))
      last = Number(row['sequence'])
    }
    return { cursor: last, changes }
  }

  /** A second revocation of the same adds to the first: it must not end what was to last. */
  #widened(asked: CheckedRevocation, now: string): CheckedRevocation {
    const row = this.#context.database
      .prepare(
        `SELECT before, expires FROM revocations WHERE kind = ? AND identity = ? AND value = ? AND ${inForce}`,
      )
      .get(asked.kind, asked.identity, asked.value, now)
    if (row === undefined) return asked
    const before = row['before'] === null ? null : Math.max(Number(row['before']), asked.before ?? 0)
    const known = row['expires'] === null ? null : String(row['expires'])
    const expires =
      known === null || asked.expires === null ? null : known > asked.expires ? known : asked.expires
    return { ...asked, before: asked.before === null ? null : before, expires }
  }

  /** The last row stays whatever it is: the numbers of later ones go on from it. */
  #clean(now: number): void {
    this.#context.database
      .prepare(
        `DELETE FROM revocations WHERE id IN (
           SELECT id FROM revocations WHERE expires < ?
           AND sequence < (SELECT max(sequence) FROM revocations) LIMIT ?)`,
      )
      .run(new Date(now - keptAfterEndMs).toISOString(), mostCleaned)
  }
}

function plain(row: Record<string, unknown>): Revocation {
  const { kind, identity, value, before, expires } = row
  return {
    kind: kind as RevocationKind,
    identity: String(identity),
    value: String(value),
    before: before === null ? null : Number(before),
    expires: expires === null ? null : Date.parse(String(expires)),
  }
}
