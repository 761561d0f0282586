import type { Captures } from './captures.ts'
import type { Segment } from './template.ts'

const PERCENT = 0x25

/**
 * Matches the segment of `path` from `start` to `end` with a template segment that has literal text and parameters,
 * and captures these. Each parameter takes as little as the text after it allows, the last one the rest; for a
 * yes or no that is as good as trying every division, and never takes more than one pass.
 *
 * On false, what was captured is the caller's to undo.
 */
export function matchPattern(
  segment: Segment,
  path: string,
  start: number,
  end: number,
  captures: Captures,
): boolean {
  const prefix = segment[0]!
  const suffix = segment[segment.length - 1]!
  const limit = end - suffix.length
  let at = start + prefix.length
  if (at >= limit || !path.startsWith(prefix, start)) return false
  if (suffix !== '' && !(path.startsWith(suffix, limit) && isBoundary(path, limit))) return false
  for (let i = 1; i < segment.length - 1; i++) {
    const literal = segment[i]!
    const found = findLiteral(literal, path, at + 1, limit)
    if (found < 0) return false
    captures.push(at, found)
    at = found + literal.length
  }
  if (at >= limit) return false
  captures.push(at, limit)
  return true
}

function findLiteral(literal: string, path: string, from: number, limit: number): number {
  for (let i = from; i + literal.length < limit; i++) {
    if (path.startsWith(literal, i) && isBoundary(path, i)) return i
  }
  return -1
}

/** Not inside a triplet: the `A` of `%2A` is no letter. */
function isBoundary(path: string, at: number): boolean {
  return path.charCodeAt(at - 1) !== PERCENT && path.charCodeAt(at - 2) !== PERCENT
}

/** Order in which patterns are tried: more literal text first, then a longer beginning, then by their text. */
export function comparePatterns(a: Segment, b: Segment): number {
  const [textA, textB] = [a.join(''), b.join('')]
  if (textA.length !== textB.length) return textB.length - textA.length
  if (a[0]!.length !== b[0]!.length) return b[0]!.length - a[0]!.length
  if (a.length !== b.length) return a.length - b.length
  const [keyA, keyB] = [a.join('{}'), b.join('{}')]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}
