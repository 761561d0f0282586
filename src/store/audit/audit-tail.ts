import type { KeyedHash } from '../keyed-hash.ts'
import { type ChainEnd, isBegun, longestLine, macOfLine, readLine } from './audit-entry.ts'
import type { AuditFile } from './audit-file.ts'

/** What the end of the file says, seen from the last acknowledged entry. */
export type AuditTail =
  | {
      readonly fits: true
      /** Where the chain stands in the file: later than the acknowledged end when a process died before its commit. */
      readonly end: ChainEnd
      /** Bytes of whole lines. */
      readonly size: number
      /** Bytes of a last line that was cut off. */
      readonly torn: number
    }
  /** Somebody else wrote it, cut it or took it away. */
  | { readonly fits: false; readonly why: string; readonly size: number; readonly torn: number }

/** Enough for what several processes that died one after the other can leave behind. */
const windowBytes = 4 * longestLine

/** Judges the end of the file before something is written after it. Reads no more than its last bytes. */
export function judgeTail(file: AuditFile, acknowledged: ChainEnd, macOf: KeyedHash): AuditTail {
  const { size, bytes } = file.tail(windowBytes)
  const text = bytes.toString('latin1')
  const whole = text.lastIndexOf('\n') + 1
  const torn = text.length - whole
  const damaged = (why: string): AuditTail => ({ fits: false, why, size, torn })
  const after = linesAfter(text.slice(0, whole), acknowledged, size > bytes.length)
  if (after === null)
    return damaged(size === 0 ? 'the file was gone or empty' : 'its end was not the last acknowledged entry')
  let end = acknowledged
  for (const line of after) {
    const entry = readLine(line, macOf)
    if (entry === null || entry.prev !== end.hash || entry.seq !== end.sequence + 1)
      return damaged('lines that the gateway did not write stood at its end')
    end = { sequence: entry.seq, hash: entry.mac }
  }
  if (torn > 0 && !isBegun(text.slice(whole), end.sequence + 1))
    return damaged('a text that the gateway did not write stood at its end')
  return { fits: true, end, size: size - torn, torn }
}

/** The lines after the acknowledged entry, or null when that is not there. */
function linesAfter(text: string, acknowledged: ChainEnd, hasMore: boolean): readonly string[] | null {
  const lines: string[] = []
  let end = text.length - 1
  while (end > 0) {
    const begin = text.lastIndexOf('\n', end - 1) + 1
    if (begin === 0 && hasMore) return null
    const line = text.slice(begin, end)
    if (acknowledged.sequence > 0 && macOfLine(line) === acknowledged.hash) return lines
    lines.unshift(line)
    end = begin - 1
  }
  return acknowledged.sequence === 0 ? lines : null
}
