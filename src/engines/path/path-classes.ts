/** Name of a class, as written under `allow.path` of an API. */
export type PathClass = 'semicolon' | 'encoded-slash' | 'double-slash' | 'encoded-percent'

/**
 * What a path may contain that services are known to read in different ways. Each is refused unless the matched API
 * allows it; as the API is known only after matching, a normal path carries the set of classes found in it as bits.
 */
export const pathClasses: Readonly<Record<PathClass, number>> = {
  /** `;` or `%3B`: servlet containers cut it and what follows off each segment (T5). */
  semicolon: 1,
  /** `%2F`: a slash to a service that decodes before it splits (T2, T6). */
  'encoded-slash': 2,
  /** An empty segment before the last: many services merge slashes (T9, T16). */
  'double-slash': 4,
  /** `%25` before two hexadecimal digits: another triplet to a service that decodes twice. */
  'encoded-percent': 8,
}

/** The bit set of an API's allowances. A path may pass when `(classes & ~allowed) === 0`. */
export function allowedClasses(names: readonly PathClass[]): number {
  return names.reduce((bits, name) => bits | pathClasses[name], 0)
}

/** The names of the classes in a bit set, for records and messages. */
export function classNames(classes: number): PathClass[] {
  return (Object.keys(pathClasses) as PathClass[]).filter((name) => (classes & pathClasses[name]) !== 0)
}
