import type { TargetSpec } from '../../config/spec.ts'
import { Fields } from '../../engines/http1/fields.ts'
import { id } from '../../engines/http1/names.ts'
import { CHUNKED_BODY, LENGTH_BODY } from '../../engines/http1/request-head.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import { FieldEdit } from '../../gateway/field-edit.ts'
import { withoutOwnCookies } from '../../gateway/own-cookies.ts'
import type { Operation } from '../../gateway/plan.ts'

/**
 * The path towards the upstream. Prefixes are whole literal segments of the matched template, so what was authorized
 * and what is sent differ by a constant; anything else is our own fault and stops the request (T7, T8, T11–T13).
 */
export function upstreamPath(x: Exchange, basePath: string): string {
  const { stripPrefix, addPrefix } = x.operation!.spec
  let { path } = x
  if (stripPrefix !== '') {
    if (!path.startsWith(stripPrefix)) throw new Error('the path does not begin with the prefix to strip')
    path = path.slice(stripPrefix.length)
    if (path !== '' && path.charCodeAt(0) !== 47) throw new Error('the prefix to strip ends inside a segment')
    if (path.startsWith('//')) throw new Error('the stripped path would begin with an authority')
  }
  const whole = basePath + addPrefix + path
  return whole === '' ? '/' : whole
}

/** The request head as the upstream gets it: rebuilt from the canonical view, never from the client's bytes. */
export function requestText(
  x: Exchange,
  target: TargetSpec,
  authority: string,
  hostHeader: 'client' | 'target',
): string {
  const operation = x.operation!
  const { reservedHeaders } = operation
  let { fields } = x
  if (operation.prepare.length > 0) fields = prepared(x, operation)
  const host = hostHeader === 'client' && x.head.authority !== '' ? x.head.authority : authority
  let text = `${x.method} ${upstreamPath(x, target.basePath)}${x.query === '' ? '' : `?${x.query}`} HTTP/1.1\r\nhost: ${host}\r\n`
  const { names, values, numbers } = fields
  for (let i = 0; i < names.length; i++) {
    if (numbers[i] === id.host) continue
    const name = names[i]!
    // After `prepare`, what is reserved is the gateway's own.
    if (fields === x.fields && reservedHeaders.has(name)) continue
    const value = numbers[i] === id.cookie ? withoutOwnCookies(values[i]!) : values[i]!
    if (value !== '' || numbers[i] !== id.cookie) text += `${name}: ${value}\r\n`
  }
  const { head } = x
  if (head.framing === LENGTH_BODY) text += `content-length: ${head.length}\r\n`
  else if (head.framing === CHUNKED_BODY) text += 'transfer-encoding: chunked\r\n'
  else if (x.method === 'POST' || x.method === 'PUT' || x.method === 'PATCH') text += 'content-length: 0\r\n'
  return `${text}x-forwarded-for: ${x.forwardedFor}\r\nx-forwarded-proto: https\r\nx-forwarded-host: ${x.head.authority}\r\nx-request-id: ${x.id}\r\n\r\n`
}

/** The client's fields without those that only the gateway may set, edited by the policies of `prepare`. */
function prepared(x: Exchange, operation: Operation): Fields {
  const fields = new Fields()
  const { names, values, numbers } = x.fields
  for (let i = 0; i < names.length; i++)
    if (!operation.reservedHeaders.has(names[i]!)) fields.push(names[i]!, values[i]!, numbers[i])
  const upstream = { headers: new FieldEdit(fields), service: operation.upstream.name }
  for (const step of operation.prepare) if (!step.observe) step.instance.prepare!(x, upstream)
  return fields
}
