import { kind, queryKinds } from './characters.ts'
import type { Target, TargetProblem } from './target.ts'
import { isUpperCase, nextUtf8State, tripletAt, utf8Start, writeTriplet } from './triplets.ts'

/**
 * Brings a query (without `?`) to normal form, into `target.query`. Returns null, or why it is refused.
 *
 * Triplets are written in capitals and must come to valid UTF-8. `%00` is refused: it ends a string for services
 * written in C. Other encoded control characters are data (a line break of a text field). The characters
 * `"<>^`{|}` and `\`, which browsers send as they are, have one meaning in a query and are encoded. A query that is
 * already normal comes back as the same string.
 */
export function normalizeQuery(raw: string, target: Target): TargetProblem | null {
  let out = ''
  let copied = 0
  let utf8 = utf8Start
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    const k = c < 128 ? queryKinds[c]! : kind.refused
    if (k === kind.percent) {
      const octet = tripletAt(raw, i)
      if (octet < 0) return 'percent-encoding'
      if (octet === 0) return 'control'
      utf8 = nextUtf8State(utf8, octet)
      if (utf8 < 0) return 'utf-8'
      if (!isUpperCase(raw, i)) {
        out += raw.slice(copied, i) + writeTriplet(octet)
        copied = i + 3
      }
      i += 2
      continue
    }
    if (utf8 !== utf8Start) return 'utf-8'
    if (k === kind.plain) continue
    if (k === kind.hash) return 'fragment'
    if (c <= 0x20 || c >= 0x7f) return 'character'
    out += raw.slice(copied, i) + writeTriplet(c)
    copied = i + 1
  }
  if (utf8 !== utf8Start) return 'utf-8'
  target.query = copied === 0 ? raw : out + raw.slice(copied)
  return null
}
