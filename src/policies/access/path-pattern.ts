/** Whether a path in normal form is one of the pattern's. */
export type PathMatch = (path: string) => boolean

/**
 * Compiles a pattern: a star is one segment, two at the end are any rest, none included. Linear in the path. `loose` also matches what services may take for the same: other letter case, and escapes.
 */
export function pathPattern(pattern: string, loose: boolean): PathMatch {
  const written = pattern.split('/')
  const open = written.at(-1) === '**'
  const segments = (open ? written.slice(0, -1) : written).map((segment) => plain(segment, loose))
  return (path) => {
    const parts = path.split('/')
    if (open ? parts.length < segments.length : parts.length !== segments.length) return false
    return segments.every((segment, index) => segment === '*' || segment === plain(parts[index]!, loose))
  }
}

function plain(segment: string, loose: boolean): string {
  if (!loose) return segment
  try {
    return decodeURIComponent(segment).toLowerCase()
  } catch {
    return segment.toLowerCase()
  }
}
