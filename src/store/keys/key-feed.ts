import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type KeyTableMemory, neverEnds, revokedNow } from './key-layout.ts'
import { encodeKey, keyIdOf } from './key-record.ts'
import { type KeyEntry, KeyTable } from './key-table.ts'

/** Expired keys stay known for so long (30 days, in seconds), so that the record can say that they expired. */
const expiredKnownFor = 30 * 24 * 3600
/** A thread goes over to a new table in milliseconds, or it hangs and is replaced before this time is over. */
const retiredMs = 60_000
/** Uses that are written in one transaction; other work has its turn in between. */
const usesAtOnce = 1000
const minuteMs = 60_000

const columns = 'hash, id, identity, owner, scopes, labels, networks, created, expires, revoked, sequence'

interface Retired {
  readonly table: KeyTable
  readonly since: number
}

/** Brings the keys of the store into shared memory, and their uses back. Belongs to the thread with the store. */
export class KeyFeed {
  readonly #database: DatabaseSync
  #table: KeyTable
  /** Threads may read these yet: what ends there must end too. */
  #retired: readonly Retired[] = []
  #sequence = 0
  readonly #replaced: ((memory: KeyTableMemory) => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #flush: (() => Promise<void>) | undefined
  #flushing: Promise<void> = Promise.resolve()
  #flushed = Math.floor(Date.now() / minuteMs)

  constructor(database: DatabaseSync) {
    this.#database = database
    const size = database
      .prepare(
        `SELECT count(*) AS keys, total(length(id) + length(identity) + length(owner) + length(scopes)
          + length(labels) + length(networks) + 16) AS bytes FROM keys WHERE revoked IS NULL`,
      )
      .get()!
    this.#table = new KeyTable(Number(size['keys']), Number(size['bytes']))
    const condition = 'revoked IS NULL AND (expires IS NULL OR expires > ?)'
    const oldest = new Date(Date.now() - expiredKnownFor * 1000).toISOString()
    // The number first: what changes while the rows are read is read again.
    const { sequence } = database.prepare('SELECT coalesce(max(sequence), 0) AS sequence FROM keys').get()!
    this.#read(condition, oldest)
    this.#sequence = Number(sequence)
  }

  /** The table that threads read, as it is now. */
  get memory(): KeyTableMemory {
    return this.#table.memory
  }

  /** Calls back with the table that takes over when the one before is full. */
  onReplaced(callback: (memory: KeyTableMemory) => void): void {
    this.#replaced.push(callback)
  }

  /** Reads what changed in the store since the last time. All threads know when this returns. */
  refresh(): void {
    this.#read('sequence > ?', this.#sequence)
  }

  /** Writes the uses of keys to the store every minute, until `close`. `report` is told why it cannot. */
  keepUses(report: (message: string) => void): void {
    const flush = (): Promise<void> => {
      this.#flushing = this.#flushing
        .then(() => this.flushUses())
        .catch((error: unknown) =>
          report(`uses of keys are not noted: ${error instanceof Error ? error.message : 'unknown'}`),
        )
      return this.#flushing
    }
    this.#flush = flush
    this.#timer = setInterval(flush, minuteMs).unref()
  }

  /** Writes the last uses; nothing is written afterwards. The store must be open yet. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#flush?.()
  }

  /** Writes the uses of keys since the last time to the store. */
  async flushUses(): Promise<void> {
    const since = this.#flushed
    this.#flushed = Math.floor(Date.now() / minuteMs)
    const tables = [this.#table, ...this.#current().map(({ table }) => table)]
    for (const table of tables) {
      let uses: (readonly [id: string, at: string])[] = []
      for (const { text, minute } of table.usedSince(since)) {
        uses.push([keyIdOf(text), new Date(minute * minuteMs).toISOString()])
        if (uses.length < usesAtOnce) continue
        this.#write(uses)
        uses = []
        await yieldToOthers()
      }
      if (uses.length > 0) this.#write(uses)
    }
  }

  #write(uses: readonly (readonly [id: string, at: string])[]): void {
    const database = this.#database
    if (!database.isOpen) return
    const update = database.prepare(
      'UPDATE keys SET last_used = ?1 WHERE id = ?2 AND (last_used IS NULL OR last_used < ?1)',
    )
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const [id, at] of uses) update.run(at, id)
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  #read(condition: string, parameter: string | number): void {
    const query = this.#database.prepare(`SELECT ${columns} FROM keys WHERE ${condition}`)
    query.setReturnArrays(true)
    // With arrays for rows, which the types of the driver do not know.
    const rows = query.iterate(parameter) as unknown as Iterable<SQLOutputValue[]>
    for (const row of rows) {
      const entry = entryOf(row)
      for (const { table } of this.#current()) table.end(entry.digest, entry.ends)
      if (!this.#table.put(entry)) this.#grow(entry)
      this.#sequence = Math.max(this.#sequence, Number(row[10]))
    }
  }

  /** Makes room, without the keys that ended. */
  #grow(entry: KeyEntry): void {
    const old = this.#table
    const endsAfter = Math.floor(Date.now() / 1000) - expiredKnownFor
    let [keys, textBytes] = [old.live + 1, old.textBytes + entry.text.length]
    do {
      keys *= 2
      textBytes *= 2
      this.#table = new KeyTable(keys, textBytes)
    } while (!this.#table.takeFrom(old, endsAfter) || !this.#table.put(entry))
    this.#retired = [...this.#current(), { table: old, since: performance.now() }]
    for (const callback of this.#replaced) callback(this.#table.memory)
  }

  /** Tables that a thread may still read. */
  #current(): readonly Retired[] {
    if (this.#retired.length > 0) {
      const now = performance.now()
      this.#retired = this.#retired.filter(({ since }) => now - since < retiredMs)
    }
    return this.#retired
  }
}

function entryOf(row: readonly SQLOutputValue[]): KeyEntry {
  const [hash, id, identity, owner, scopes, labels, networks, created, expires, revoked] = row
  return {
    digest: Buffer.from(String(hash), 'base64url'),
    created: secondOf(created),
    ends: revoked !== null ? revokedNow : expires === null ? neverEnds : secondOf(expires),
    text: encodeKey({
      id: String(id),
      identity: String(identity),
      owner: String(owner),
      scopes: scopes === '[]' ? none : (JSON.parse(String(scopes)) as string[]),
      labels: labels === '{}' ? noLabels : (JSON.parse(String(labels)) as Record<string, string>),
      networks: networks === '[]' ? none : (JSON.parse(String(networks)) as string[]),
    }),
  }
}

const none: readonly string[] = []
const noLabels: Readonly<Record<string, string>> = {}

function secondOf(time: SQLOutputValue | undefined): number {
  return Math.floor(Date.parse(String(time)) / 1000)
}
