import type { Fields } from '../engines/http1/fields.ts'
import { id } from '../engines/http1/names.ts'

/**
 * W3C trace context: a valid `traceparent` is passed on and its trace id recorded; an invalid one is removed together
 * with `tracestate`, as the recommendation asks (§3.2.2.3), so that nothing malformed travels further.
 */
export function readTrace(fields: Fields): string | null {
  const at = fields.numbers.indexOf(id.traceparent)
  if (at < 0) {
    if (fields.numbers.includes(id.tracestate)) fields.remove('tracestate')
    return null
  }
  const value = fields.values[at]!
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value)
  const valid =
    match !== null &&
    !value.startsWith('ff') &&
    match[1] !== '00000000000000000000000000000000' &&
    match[2] !== '0000000000000000' &&
    fields.numbers.indexOf(id.traceparent, at + 1) < 0
  if (valid) return match[1]!
  fields.remove('traceparent')
  fields.remove('tracestate')
  return null
}
