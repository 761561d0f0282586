import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ChangeEntry } from '../change.ts'
import { KeyedHash } from '../keyed-hash.ts'
import { type AuditEntry, type ChainEnd, nextLine, readLine } from './audit-entry.ts'
import { AuditFile } from './audit-file.ts'
import { auditLines, auditLinesBackwards } from './audit-lines.ts'
import { judgeTail } from './audit-tail.ts'
import { type AuditVerdict, verifyAudit } from './audit-verify.ts'

/** Entries of a page of the log, newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Where the next page begins, for `page`; null when this was the last. */
  readonly next: number | null
}

/**
 * The audit log: a file that is only appended to, each line chained to the one before by a mac, with the end of the
 * chain in the store. So a line that is changed, dropped, moved or added is found, and so is a file that was cut or
 * exchanged. It does not hold against somebody who has the whole data folder, pepper included.
 */
export class AuditLog {
  readonly #file: AuditFile
  readonly #mac: KeyedHash
  readonly #database: DatabaseSync
  readonly #readEnd: StatementSync
  readonly #writeEnd: StatementSync

  constructor(folder: string, database: DatabaseSync, pepper: Uint8Array) {
    this.#file = new AuditFile(folder)
    // A key of its own: what signs the log hashes no credential.
    this.#mac = new KeyedHash(Buffer.from(new KeyedHash(pepper).of('audit-log'), 'base64url'))
    this.#database = database
    this.#readEnd = database.prepare('SELECT sequence, hash FROM audit_head WHERE one = 1')
    this.#writeEnd = database.prepare(
      'INSERT OR REPLACE INTO audit_head (one, sequence, hash) VALUES (1, ?, ?)',
    )
  }

  get path(): string {
    return this.#file.path
  }

  /**
   * Appends an entry, on disk when it returns. Called inside the transaction of the change that it tells, which also
   * keeps other processes out; the end of the chain moves with its commit. So an entry that stands after the end was
   * never acknowledged: its process died in between. The next one says so.
   */
  append(entry: ChangeEntry): void {
    const acknowledged = this.#end()
    const tail = judgeTail(this.#file, acknowledged, this.#mac)
    const gateway = { name: 'gateway', from: null }
    const entries: ChangeEntry[] = [entry]
    let end = acknowledged
    if (tail.fits) {
      end = tail.end
      const first = acknowledged.sequence + 1
      if (tail.torn > 0 || end.sequence >= first) {
        // What was torn is cut away: it is no entry, and nobody was told that it would be one.
        const undone = end.sequence < first ? null : first
        const detail = { undoneFrom: undone, undoneTo: undone && end.sequence, tornBytes: tail.torn }
        entries.unshift({ actor: gateway, action: 'audit.recovered', target: '', detail })
      }
    } else {
      // Evidence stays as it is. A revocation must not fail because somebody moved a file; `verify` tells it from now on.
      entries.unshift({ actor: gateway, action: 'audit.damaged', target: '', detail: { why: tail.why } })
    }
    let text = tail.fits || tail.torn === 0 ? '' : '\n'
    for (const one of entries) {
      const next = nextLine(end, one, this.#mac)
      text += next.line
      end = next.end
    }
    this.#file.append(tail.size, text)
    this.#writeEnd.run(end.sequence, end.hash)
  }

  /** Checks the whole file, in constant memory. Others may append meanwhile. */
  verify(): AuditVerdict {
    // Under the lock of writers, so that the end and the size belong together.
    this.#database.exec('BEGIN IMMEDIATE')
    let end: ChainEnd
    let size: number
    try {
      end = this.#end()
      size = this.#file.size()
    } finally {
      this.#database.exec('ROLLBACK')
    }
    return verifyAudit(auditLines(this.#file, size), end, this.#mac)
  }

  /** Entries, oldest first. A line that the gateway did not write is given as null. */
  *entries(): Generator<AuditEntry | null> {
    for (const { text, whole } of auditLines(this.#file, this.#file.size())) {
      if (whole) yield readLine(text, this.#mac)
    }
  }

  /** Up to `limit` entries before a place that a page named, or the newest. */
  page(limit: number, before: number | null): AuditPage {
    const size = Math.min(before ?? Number.POSITIVE_INFINITY, this.#file.size())
    const entries: AuditEntry[] = []
    let lines = 0
    for (const { text, at } of auditLinesBackwards(this.#file, size)) {
      const entry = readLine(text, this.#mac)
      if (entry !== null) entries.push(entry)
      // Lines are counted, not entries: a file full of something else must not be read to its end.
      if (++lines >= limit) return { entries, next: at === 0 ? null : at }
    }
    return { entries, next: null }
  }

  #end(): ChainEnd {
    const row = this.#readEnd.get()
    return { sequence: Number(row?.['sequence'] ?? 0), hash: String(row?.['hash'] ?? '') }
  }
}
