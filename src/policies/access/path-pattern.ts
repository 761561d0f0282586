import { normalizeLiteral } from '../../engines/match/normalize-literal.ts'
import { looseReadings } from './loose-readings.ts'

/** Whether a path in normal form is one of the pattern's. */
export type PathMatch = (path: string) => boolean

/**
 * Compiles a pattern: a star is one segment, two at the end are any rest, none included. Linear in the path. `loose`
 * also matches whatever a service may take for the same path.
 */
export function pathPattern(pattern: string, loose: boolean): PathMatch {
  const open = pattern.endsWith('/**')
  const written = open ? pattern.slice(0, -3) : pattern
  if (loose) {
    // Of several readings of the pattern itself any will do: a denial may mean more, never less.
    const patterns = looseReadings(written)
    return (path) => looseReadings(path).some((parts) => patterns.some((one) => fits(one, open, parts)))
  }
  const segments = written.split('/').map((segment) => (segment === '*' ? segment : exact(segment)))
  return (path) => fits(segments, open, path.split('/'))
}

/** In the form that request paths have: `/café` is `/caf%C3%A9`. */
function exact(segment: string): string {
  return normalizeLiteral(segment) ?? segment
}

function fits(segments: readonly string[], open: boolean, parts: readonly string[]): boolean {
  if (open ? parts.length < segments.length : parts.length !== segments.length) return false
  return segments.every((segment, index) => segment === '*' || segment === parts[index])
}
