/**
 * The value of a path segment, or a part of one, in normal form. Decodes once. Throws a `URIError` for text that is
 * not in normal form.
 */
export function decodeSegment(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment
}
