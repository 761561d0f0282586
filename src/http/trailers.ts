import { Fields } from '../engines/http1/fields.ts'
import type { HeadParser } from '../engines/http1/head-parser.ts'
import { numberOf } from '../engines/http1/names.ts'
import { isOverriding } from './forwarded.ts'

/** Known names that carry no routing, framing, authentication or content meaning, and so may trail (RFC 9110 §6.5.1). */
const harmless: ReadonlySet<number> = new Set(
  ['content-digest', 'repr-digest', 'digest', 'server-timing', 'etag'].map(numberOf),
)

/**
 * Trailers of a request: null when there are none, undefined when one of them may not trail. A service that merges
 * trailers into headers would otherwise take from a trailer what the gateway removed from, or judged by, the head.
 */
export function requestTrailers(
  parser: HeadParser,
  reserved: ReadonlySet<string>,
): Fields | null | undefined {
  const { count, names, numbers } = parser
  if (count === 0) return null
  const fields = new Fields()
  for (let i = 0; i < count; i++) {
    const name = names[i]!
    const number = numbers[i]!
    if (number !== 0 ? !harmless.has(number) : !mayTrail(name, reserved)) return undefined
    fields.push(name, parser.value(i), number)
  }
  return fields
}

function mayTrail(name: string, reserved: ReadonlySet<string>): boolean {
  return !(
    name.includes('_') ||
    name.includes('.') ||
    name.startsWith('content-') ||
    isOverriding(name) ||
    reserved.has(name)
  )
}

/** Trailers of a response: those that may trail are passed on, others are dropped. */
export function responseTrailers(parser: HeadParser): Fields | null {
  const { count, names, numbers } = parser
  const fields = new Fields()
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!
    if (number === 0 ? names[i]!.startsWith('content-') : !harmless.has(number)) continue
    fields.push(names[i]!, parser.value(i), number)
  }
  return fields.names.length === 0 ? null : fields
}
