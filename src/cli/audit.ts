import { printable } from '../observe/printable.ts'
import type { AuditEntry } from '../store/audit/audit-entry.ts'
import type { Output } from './output.ts'
import { withStore } from './with-store.ts'

/** What of the audit log is shown. */
export interface AuditFilter {
  /** RFC 3339, or a day: entries from then on. */
  readonly since?: string
  /** `keys.create`, or `keys` for all of them. */
  readonly action?: string
  /** Part of the name of who did it. */
  readonly actor?: string
  readonly json: boolean
}

/** `sallyport audit verify`. Exit: 0 whole, 1 tampered with, 2 unusable. */
export function verifyAuditLog(dataFolder: string, json: boolean, { stdout, stderr }: Output): number {
  const check = withStore(
    dataFolder,
    { stdout, stderr },
    (store) => {
      const verdict = store.audit.verify()
      const { ok, entries, line, problem, undone } = verdict
      if (json) stdout(`${JSON.stringify(verdict)}\n`)
      else if (ok)
        stdout(
          `${counted(entries, 'entry', 'entries')}, whole and in order${undone === 0 ? '' : `; ${undone} of them ${undone === 1 ? 'was' : 'were'} never carried out, since the process died first`}.\n`,
        )
      else stdout(`${store.audit.path}:${line}: ${problem}. ${rightBefore(entries)}\n`)
      return ok ? 0 : 1
    },
    { mustExist: true },
  )
  return check
}

/** `sallyport audit list`: oldest first. Exit: 0; 1 when lines were passed over that the gateway did not write. */
export function listAuditLog(dataFolder: string, filter: AuditFilter, output: Output): number {
  const since = filter.since === undefined ? '' : timeOf(filter.since)
  if (since === null) {
    output.stderr('Write --since as 2026-11-25 or 2026-11-25T09:30:00Z.\n')
    return 2
  }
  return withStore(
    dataFolder,
    output,
    (store) => {
      let foreign = 0
      for (const entry of store.audit.entries()) {
        if (entry === null) foreign++
        else if (fits(entry, since, filter))
          output.stdout(filter.json ? `${JSON.stringify(entry)}\n` : lineOf(entry))
      }
      if (foreign > 0)
        output.stderr(
          `${counted(foreign, 'line was', 'lines were')} not written by the gateway: run \`sallyport audit verify\`.\n`,
        )
      return foreign === 0 ? 0 : 1
    },
    { mustExist: true },
  )
}

function rightBefore(entries: number): string {
  if (entries === 0) return 'No entry stands before it.'
  return entries === 1 ? 'The entry before it is right.' : `The ${entries} entries before it are right.`
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

function fits({ time, action, actor }: AuditEntry, since: string, filter: AuditFilter): boolean {
  if (time < since) return false
  if (filter.actor !== undefined && !actor.includes(filter.actor)) return false
  return filter.action === undefined || action === filter.action || action.startsWith(`${filter.action}.`)
}

function lineOf({ time, actor, from, action, target, detail }: AuditEntry): string {
  const facts = Object.entries(detail).flatMap(([name, value]) =>
    value === null || value === '' ? [] : [`${name}=${String(value)}`],
  )
  const who = from === null ? actor : `${actor} from ${from}`
  return `${printable([time, action, target, ...facts, `(${who})`].filter((part) => part !== '').join('  '))}\n`
}

/** The beginning of a day or a moment, in the form of entries. */
function timeOf(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null
  const time = new Date(text)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
