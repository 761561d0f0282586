import { ambiguous } from './belonging.ts'
import { spelling } from './spelling.ts'

/**
 * The only value of a query parameter, undefined where it is absent; ambiguous where services may find another one:
 * several, a name that looks like it, `;` between parameters, or `+`, which is a blank to some.
 */
export function parameterOf(query: string, name: string): string | undefined | typeof ambiguous {
  if (query.includes(';')) return ambiguous
  const plain = spelling(name)
  const found = [...new URLSearchParams(query)].filter(([key]) => namesOf(key).includes(plain))
  if (found.length === 0) return undefined
  const [key, value] = found[0]!
  if (found.length > 1 || key !== name) return ambiguous
  return query.includes('+') && value.includes(' ') ? ambiguous : value
}

/** What services make of a name: without what follows a bracket, a dot or NUL; in PHP a dot is `_`. */
function namesOf(key: string): readonly string[] {
  const end = key.search(/[[\].\0]/)
  if (end < 0) return [spelling(key)]
  return [spelling(key.slice(0, end)), spelling(key.replaceAll('.', '_'))]
}
