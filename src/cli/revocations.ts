import type { StoredRevocation } from '../store/revocations/revocations.ts'
import type { Store } from '../store/store.ts'
import { commandLine } from './actor.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'
import { withStore } from './with-store.ts'

/** Rows that have one width of columns: a hundred thousand revocations are never in memory together. */
const rowsAtOnce = 1000

const heads = ['ID', 'KIND', 'IDENTITY', 'CREATED', 'ISSUED BEFORE', 'UNTIL', 'VALUE', 'REASON']

/** `sallyport revocations list`: those in force, newest first. */
export function listRevocations(dataFolder: string, json: boolean, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    if (json) writeJson(store, output)
    else writeTable(store, output)
    return 0
  })
}

/** `sallyport revocations remove`. Exit: 0, or 1 when none in force has this id. */
export function removeRevocation(dataFolder: string, id: string, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    const removed = store.revocations.remove(commandLine, id)
    output.stderr(
      removed
        ? `Taken back: ${id}.\n`
        : 'No revocation in force has this id: see sallyport revocations list.\n',
    )
    return removed ? 0 : 1
  })
}

function writeJson(store: Store, { stdout }: Output): void {
  let before = '['
  for (const one of store.revocations.each()) {
    stdout(`${before}${JSON.stringify(one)}`)
    before = ','
  }
  stdout(before === '[' ? '[]\n' : ']\n')
}

function writeTable(store: Store, { stdout, stderr }: Output): void {
  let rows: string[][] = [heads]
  let count = 0
  for (const one of store.revocations.each()) {
    rows.push(rowOf(one))
    count++
    if (rows.length < rowsAtOnce) continue
    stdout(table(rows))
    rows = []
  }
  if (count === 0) stderr('Nothing is revoked: sallyport revoke subject NAME\n')
  else if (rows.length > 0) stdout(table(rows))
}

function rowOf({ id, kind, identity, created, before, expires, value, reason }: StoredRevocation): string[] {
  const issued = before === null ? '-' : new Date(before * 1000).toISOString()
  return [id, kind, identity === '' ? 'all' : identity, created, issued, expires ?? '-', value, reason]
}
