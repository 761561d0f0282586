import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { KeyFilter, StoredKey } from '../store/keys/key-rows.ts'
import type { KeyStore } from '../store/keys/keys.ts'

/** So many rows have one width of columns. A million keys are never in memory together. */
const rowsAtOnce = 1000
const heads = [
  'ID',
  'IDENTITY',
  'STATE',
  'CREATED',
  'OWNER',
  'EXPIRES',
  'LAST-USED',
  'SCOPES',
  'NETWORKS',
  'LABELS',
]

/** Writes the list of keys, as one JSON array or as columns. Returns how many there are. */
export async function writeKeys(
  keys: KeyStore,
  filter: KeyFilter,
  json: boolean,
  stdout: Writable,
): Promise<number> {
  let count = 0
  let rows: StoredKey[] = []
  const flush = async (): Promise<void> => {
    const text = json ? jsonRows(rows, count === 0) : table(rows, count === 0)
    count += rows.length
    rows = []
    if (text !== '' && !stdout.write(text)) await once(stdout, 'drain')
  }
  for (const key of keys.each(filter)) {
    rows.push(key)
    if (rows.length === rowsAtOnce) await flush()
  }
  if (rows.length > 0) await flush()
  if (json) stdout.write(count === 0 ? '[]\n' : ']\n')
  return count
}

function jsonRows(rows: readonly StoredKey[], first: boolean): string {
  return `${first ? '[' : ','}${rows.map((row) => JSON.stringify(row)).join(',')}`
}

/** Columns by two spaces or more: readable, and cut by `awk -F '  +'`; owners may hold single spaces. */
function table(keys: readonly StoredKey[], first: boolean): string {
  const rows = [
    ...(first ? [heads] : []),
    ...keys.map((key) => [
      key.id,
      key.identity,
      key.state,
      key.created,
      key.owner,
      key.expires ?? '-',
      key.lastUsed ?? '-',
      orDash(key.scopes),
      orDash(key.networks),
      orDash(Object.entries(key.labels).map(([name, value]) => `${name}=${value}`)),
    ]),
  ]
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

function orDash(words: readonly string[]): string {
  return words.length === 0 ? '-' : words.join(' ')
}
