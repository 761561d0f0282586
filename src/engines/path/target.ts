/**
 * Why a target is refused whatever the API allows. The first three are no target at all (RFC 9112 §3.2.1,
 * RFC 3986 §3.3), the others have more than one reading.
 */
export type TargetProblem =
  | 'not-absolute'
  | 'character'
  | 'fragment'
  | 'backslash'
  | 'percent-encoding'
  | 'control'
  | 'utf-8'
  | 'dot-segment'
  | 'encoded-backslash'
  | 'leading-double-slash'

/** A path and query in normal form. Reused: the caller keeps one and reads it after each call. */
export class Target {
  path = ''
  /** Without `?`; '' when there is none or an empty one. */
  query = ''
  /** Bits of `pathClasses` that the path contains. */
  classes = 0
}
