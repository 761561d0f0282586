import { longestLine } from './audit-entry.ts'
import type { AuditFile } from './audit-file.ts'

/** One line of the file. */
export interface AuditLine {
  readonly number: number
  /** Without its line feed. Of a line that is too long, the beginning. */
  readonly text: string
  /** False for a last line without a line feed, and for one that is too long. */
  readonly whole: boolean
}

/** The lines of the first `size` bytes, in constant memory whatever the file holds. */
export function* auditLines(file: AuditFile, size: number): Generator<AuditLine> {
  let number = 1
  let rest = ''
  let tooLong = false
  for (const chunk of file.chunks(0, size)) {
    const text = rest + chunk.toString('latin1')
    let begin = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      yield { number, text: text.slice(begin, end), whole: !tooLong }
      tooLong = false
      number++
      begin = end + 1
    }
    rest = text.slice(begin)
    if (rest.length > longestLine) {
      tooLong = true
      rest = rest.slice(0, longestLine)
    }
  }
  if (rest !== '') yield { number, text: rest, whole: false }
}

/** The lines of the first `size` bytes, last one first, each with the byte that it begins at. */
export function* auditLinesBackwards(
  file: AuditFile,
  size: number,
): Generator<{ readonly text: string; readonly at: number }> {
  const stepBytes = 65_536
  let rest = ''
  let end = size
  while (end > 0) {
    const begin = Math.max(0, end - stepBytes)
    let text = ''
    for (const chunk of file.chunks(begin, end)) text += chunk.toString('latin1')
    rest = text + rest
    end = begin
    for (let feed = rest.lastIndexOf('\n'); feed >= 0; feed = rest.lastIndexOf('\n')) {
      const line = rest.slice(feed + 1)
      if (line !== '') yield { text: line, at: begin + feed + 1 }
      rest = rest.slice(0, feed)
    }
    // Such a line is none of the gateway's: what is left of it is passed over as well.
    if (rest.length > longestLine) rest = rest.slice(0, longestLine)
  }
  if (rest !== '') yield { text: rest, at: 0 }
}
