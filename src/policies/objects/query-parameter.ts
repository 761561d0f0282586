import { ambiguous } from './belonging.ts'
import { spelling } from './spelling.ts'

/**
 * The only value of a query parameter, undefined where it is absent; ambiguous where services may find another one:
 * several, a name that looks like it, `;` between parameters, or `+`, which is a blank to some.
 */
export function parameterOf(query: string, name: string): string | undefined | typeof ambiguous {
  if (query.includes(';')) return ambiguous
  const plain = nameOf(name)
  const found = [...new URLSearchParams(query)].filter(([key]) => nameOf(key) === plain)
  if (found.length === 0) return undefined
  const [key, value] = found[0]!
  if (found.length > 1 || key !== name) return ambiguous
  return query.includes('+') && value.includes(' ') ? ambiguous : value
}

/** What services make of a name: without brackets and what follows NUL, and in PHP with `_` for dots and blanks. */
function nameOf(key: string): string {
  const end = key.search(/[[\0]/)
  return spelling((end < 0 ? key : key.slice(0, end)).trim().replace(/[. ]/g, '_'))
}
