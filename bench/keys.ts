import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { KeyedHash } from '../src/store/keyed-hash.ts'
import { newApiKey, newKeyId } from '../src/store/keys/key-format.ts'
import { KeyIndex } from '../src/store/keys/key-index.ts'
import { openStore, type Store } from '../src/store/store.ts'
import { median, rounded } from './lib/figures.ts'
import type { BenchOptions } from './lib/options.ts'
import { renderTable } from './lib/table.ts'

const sizes = [10, 10_000, 1_000_000]
/** Keys that are presented: drawn over the whole store, as callers come in no order. */
const presentedKeys = 10_000
const lookups = 200_000
const actor = { name: 'bench', from: null }

interface Figures {
  readonly keys: number
  /** From the opened store to a table that threads can read. */
  readonly loadMs: number
  /** Shared by all threads. */
  readonly bytesPerKey: number
  readonly sharedMb: number
  /** Growth of the process's resident memory by the load, which includes what SQLite keeps. */
  readonly residentMb: number
  /** One look-up in nanoseconds, hash included: a key that is there, one that is not, and one with a wrong checksum. */
  readonly foundNs: number
  readonly absentNs: number
  readonly mistypedNs: number
  /** From a revocation by another process until no thread finds the key. */
  readonly revokedMs: number
}

/** What a store of so many keys costs: time to load, memory, and each look-up. */
export async function keys({ rounds }: BenchOptions): Promise<Record<string, unknown>> {
  const figures: Figures[] = []
  for (const size of sizes) figures.push(await measure(size, rounds))
  const rows = figures.map((one) => Object.values(one).map(String))
  process.stderr.write(`\n${renderTable(Object.keys(figures[0]!), rows)}\n`)
  return { id: 'keys', rounds, lookups, figures }
}

async function measure(size: number, rounds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-keys-'))
  try {
    const presented = fill(folder, size)
    return await figuresOf(folder, size, presented, rounds)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Puts keys into the store past its interface, which has each on disk by itself. Returns some of them. */
function fill(folder: string, size: number): string[] {
  const store = openStore(folder)
  const hash = new KeyedHash(store.pepper)
  store.close()
  const database = new DatabaseSync(join(folder, 'store.db'))
  const insert = database.prepare(
    `INSERT INTO keys (id, hash, identity, owner, created, scopes, labels) VALUES (?, ?, 'partners', ?, ?, ?, ?)`,
  )
  const presented: string[] = []
  const every = Math.max(1, Math.floor(size / presentedKeys))
  database.exec('BEGIN')
  for (let i = 0; i < size; i++) {
    const key = newApiKey()
    if (i % every === 0) presented.push(key)
    const [scopes, labels] = [`["orders:read"]`, `{"team":"team-${i % 100}"}`]
    insert.run(newKeyId(), hash.of(`key:${key}`), `owner ${i}`, new Date().toISOString(), scopes, labels)
  }
  database.exec('COMMIT')
  database.close()
  return presented
}

async function figuresOf(
  folder: string,
  size: number,
  presented: readonly string[],
  rounds: number,
): Promise<Figures> {
  const store = openStore(folder)
  try {
    const residentBefore = process.memoryUsage.rss()
    const started = performance.now()
    const feed = store.keys.feed()
    const loadMs = performance.now() - started
    const { slots, records } = feed.memory
    const shared = slots.byteLength + records.byteLength
    const resident = process.memoryUsage.rss() - residentBefore
    const index = new KeyIndex(feed.memory, store.pepper)
    const absent = presented.map(() => newApiKey())
    const mistyped = presented.map((key) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)
    const nanoseconds = (list: readonly string[], found: boolean): number =>
      rounded(median(Array.from({ length: rounds }, () => lookupNs(index, list, found))), 0)
    return {
      keys: size,
      loadMs: rounded(loadMs, 1),
      bytesPerKey: rounded(shared / size, 0),
      sharedMb: rounded(shared / 1e6, 1),
      residentMb: rounded(resident / 1e6, 1),
      foundNs: nanoseconds(presented, true),
      absentNs: nanoseconds(absent, false),
      mistypedNs: nanoseconds(mistyped, false),
      revokedMs: await revocationMs(folder, store, () => feed.refresh(), index, presented[0]!),
    }
  } finally {
    store.close()
  }
}

function lookupNs(index: KeyIndex, presented: readonly string[], found: boolean): number {
  let right = 0
  const started = performance.now()
  for (let i = 0; i < lookups; i++) {
    if ((index.find(presented[i % presented.length]!) !== undefined) === found) right++
  }
  const elapsed = performance.now() - started
  if (right !== lookups) throw new Error(`${lookups - right} look-ups went wrong`)
  return (elapsed * 1e6) / lookups
}

async function revocationMs(
  folder: string,
  store: Store,
  refresh: () => void,
  index: KeyIndex,
  key: string,
): Promise<number> {
  const end = store.onChange(refresh)
  const other = openStore(folder)
  const started = performance.now()
  other.keys.revoke(actor, other.keys.find(key)!.id)
  other.close()
  while (index.find(key) !== undefined) {
    if (performance.now() - started > 5000) throw new Error('a revoked key is found after 5 s')
    await delay(1)
  }
  end()
  return rounded(performance.now() - started, 1)
}
