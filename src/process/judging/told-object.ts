import { jsonOf } from '../../gateway/body.ts'
import type { ObjectAnswer } from '../../gateway/policy.ts'

/** The object as somebody tells it: JSON, or `null` where the service has none. A sentence where it is no JSON. */
export function toldObject(text: string): ObjectAnswer | string {
  if (text.trim() === 'null') return { status: 404, json: null }
  const json = jsonOf(Buffer.from(text))
  return typeof json === 'string'
    ? `The object is no JSON with one reading (${json}).`
    : { status: 200, json }
}
