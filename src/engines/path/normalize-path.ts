import { kind, pathKinds, unreserved } from './characters.ts'
import { pathClasses } from './path-classes.ts'
import { isPlainPath } from './plain-path.ts'
import type { Target, TargetProblem } from './target.ts'
import { isUpperCase, nextUtf8State, tripletAt, utf8Start, writeTriplet } from './triplets.ts'

const HASH = 0x23
const PERCENT = 0x25
const DOT = 0x2e
const SLASH = 0x2f
const SEMICOLON = 0x3b
const QUESTION = 0x3f

/**
 * Brings a path (without its query) to the one form that router, policies and upstream share, into `target.path`,
 * and notes in `target.classes` what in it an API must allow. Returns null, or why the path is refused.
 *
 * Triplets of unreserved characters are decoded, the others written in capitals; nothing else is changed. Dot
 * segments are refused, never resolved: whoever sends them means two parts of a system to disagree. A path that is
 * already normal comes back as the same string.
 */
export function normalizePath(raw: string, target: Target): TargetProblem | null {
  target.classes = 0
  target.path = raw
  if (isPlainPath(raw)) return null
  if (raw.charCodeAt(0) !== SLASH) return 'not-absolute'
  // A service that hands `//admin/x` to a URL parser reads `admin` as a host (T9); no API can allow that.
  if (raw.charCodeAt(1) === SLASH) return 'leading-double-slash'
  const percent = raw.indexOf('%')
  if (percent >= 0) {
    const problem = normalizeTriplets(raw, percent, target)
    if (problem !== null) return problem
  }
  return inspect(target.path, target)
}

/** Rewrites the triplets of `raw` from the first at `percent` on, into `target.path`. */
function normalizeTriplets(raw: string, percent: number, target: Target): TargetProblem | null {
  let out = ''
  let copied = 0
  let utf8 = utf8Start
  while (percent >= 0) {
    const octet = tripletAt(raw, percent)
    if (octet < 0) return 'percent-encoding'
    if (octet < 0x20 || octet === 0x7f) return 'control'
    if (octet === 0x5c) return 'encoded-backslash'
    utf8 = nextUtf8State(utf8, octet)
    if (utf8 < 0) return 'utf-8'
    if (octet < 0x80 && unreserved[octet] === 1) {
      out += raw.slice(copied, percent) + String.fromCharCode(octet)
      copied = percent + 3
    } else if (!isUpperCase(raw, percent)) {
      out += raw.slice(copied, percent) + writeTriplet(octet)
      copied = percent + 3
    }
    const next = raw.indexOf('%', percent + 3)
    if (utf8 !== utf8Start && next !== percent + 3) return 'utf-8'
    percent = next
  }
  if (copied > 0) target.path = out + raw.slice(copied)
  return null
}

/** Looks at every character of a path whose triplets are normal. */
function inspect(path: string, target: Target): TargetProblem | null {
  let classes = 0
  for (let i = 0; i < path.length; i++) {
    const c = path.charCodeAt(i)
    const k = c < 128 ? pathKinds[c]! : kind.refused
    if (k === kind.plain) continue
    if (k === kind.slash) {
      const next = path.charCodeAt(i + 1)
      if (next === SLASH) classes |= pathClasses['double-slash']
      else if (next === DOT && isDotSegment(path, i + 1)) return 'dot-segment'
    } else if (k === kind.percent) {
      const octet = tripletAt(path, i)
      if (octet === PERCENT) {
        if (tripletAt(path, i + 2) >= 0) classes |= pathClasses['encoded-percent']
      } else if (octet === SLASH) {
        classes |= pathClasses['encoded-slash']
        if (isDotSegment(path, i + 3)) return 'dot-segment'
      } else if (octet === SEMICOLON) classes |= pathClasses.semicolon
      i += 2
    } else if (k === kind.semicolon) classes |= pathClasses.semicolon
    else if (k === kind.hash) return 'fragment'
    else return k === kind.backslash ? 'backslash' : 'character'
  }
  target.classes = classes
  return null
}

/**
 * Whether the segment at `start` is `.` or `..` to any service: also to one that cuts `;parameters` off before it
 * resolves dots (`/a/..;/b`), and to one that decodes a path and then parses it anew (`..%2F`, `..%23`, T15).
 */
function isDotSegment(path: string, start: number): boolean {
  if (path.charCodeAt(start) !== DOT) return false
  const end = path.charCodeAt(start + 1) === DOT ? start + 2 : start + 1
  if (end === path.length) return true
  const c = path.charCodeAt(end)
  if (c === SLASH || c === SEMICOLON) return true
  if (c !== PERCENT) return false
  const octet = tripletAt(path, end)
  return octet === SLASH || octet === SEMICOLON || octet === QUESTION || octet === HASH
}
