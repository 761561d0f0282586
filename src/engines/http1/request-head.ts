import { Fields } from './fields.ts'
import type { HeadParser, WireFault } from './head-parser.ts'
import { id, isHopByHop, numberOf } from './names.ts'

/** How the body of a message is delimited. */
export const NO_BODY = 0
export const LENGTH_BODY = 1
export const CHUNKED_BODY = 2
/** Responses only: until the connection closes. */
export const CLOSE_BODY = 3
export type Framing = typeof NO_BODY | typeof LENGTH_BODY | typeof CHUNKED_BODY | typeof CLOSE_BODY

/** A request head with its one reading: framing decided, hop-by-hop fields taken out, host and target in agreement. */
export class RequestHead {
  method = ''
  /** Path and query as sent (origin-form), or `*`. */
  target = ''
  /** Lower case with the port as sent; '' for HTTP/1.0 without Host. */
  authority = ''
  minor = 1
  /** Scheme of an absolute-form target, or ''. */
  scheme = ''
  fields: Fields = new Fields()
  framing: Framing = NO_BODY
  /** Bytes of the body with LENGTH_BODY. */
  length = 0
  keepAlive = true
  expectContinue = false
  /** Some name has `_` or `.` and may be read as another by a service. */
  aliased = false
}

/** Decimal digits only: no sign, no list, no white space; 15 digits stay exact in a double. */
export function parseLength(value: string): number {
  const { length } = value
  if (length === 0 || length > 15) return -1
  let number = 0
  for (let i = 0; i < length; i++) {
    const digit = value.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}

/** Characters of all `Connection` fields together. */
const longestConnection = 1024

/** Fields that mean one thing and may be sent once; two of them are two readings. */
function isSingle(number: number): boolean {
  switch (number) {
    case id.contentType:
    case id.authorization:
    case id.expect:
    case id.origin:
    case id.range:
    case id.referer:
    case id.ifModifiedSince:
    case id.ifUnmodifiedSince:
    case id.maxForwards:
    case id.date:
      return true
    default:
      return false
  }
}

/** Reads what the parser found. Returns the head, or why it has more than one reading. */
export function readRequestHead(parser: HeadParser): RequestHead | WireFault {
  const head = new RequestHead()
  head.method = parser.method
  head.minor = parser.minor
  head.keepAlive = head.minor === 1
  const { names, numbers, count } = parser
  const values: string[] = new Array<string>(count)
  let host: string | null = null
  let length: string | null = null
  let coding: string | null = null
  let connection = ''
  let removed = false
  let seen = 0
  for (let i = 0; i < count; i++) {
    const value = parser.value(i)
    values[i] = value
    const number = numbers[i]!
    if (number === 0) {
      const name = names[i]!
      if (name.indexOf('_') >= 0 || name.indexOf('.') >= 0) {
        // `content_length`, `transfer.encoding`, `x_api_key`: names that collapse into one the gateway acts upon.
        if (numberOf(collapse(name)) !== 0) return 'HEADER_NAME_AMBIGUOUS'
        head.aliased = true
      }
      continue
    }
    if (number > id.maxForwards) continue
    switch (number) {
      case id.host:
        if (host !== null) return 'HOST_INVALID'
        host = value
        break
      case id.contentLength:
        if (length !== null) return 'FRAMING_AMBIGUOUS'
        length = value
        removed = true
        break
      case id.transferEncoding:
        if (coding !== null) return 'FRAMING_AMBIGUOUS'
        coding = value
        removed = true
        break
      case id.connection:
        connection = connection === '' ? value : `${connection},${value}`
        removed = true
        break
      case id.expect:
        if (value.toLowerCase() !== '100-continue') return 'EXPECTATION_UNKNOWN'
        // HTTP/1.0 clients cannot wait for it (RFC 9110 §10.1.1).
        head.expectContinue = head.minor === 1
        removed = true
        break
      default:
        if (isHopByHop(number)) removed = true
    }
    if (isSingle(number)) {
      const bit = 1 << (number - 5)
      if ((seen & bit) !== 0) return 'HEADER_DUPLICATE'
      seen |= bit
    }
  }
  const fault = frame(head, length, coding)
  if (fault !== null) return fault
  head.fields = removed ? withoutHop(names, values, numbers, count) : new Fields(names, values, numbers)
  if (connection !== '') {
    const wrong = applyConnection(head, connection)
    if (wrong !== null) return wrong
  }
  return place(head, parser.target, host)
}

/** Message framing (RFC 9112 §6.3), with every doubtful form refused. */
function frame(head: RequestHead, length: string | null, coding: string | null): WireFault | null {
  if (coding !== null) {
    // Both together, any coding but plain `chunked`, and HTTP/1.0 with a coding are the classic smuggling vectors.
    if (length !== null || head.minor === 0 || coding.toLowerCase() !== 'chunked') return 'FRAMING_AMBIGUOUS'
    head.framing = CHUNKED_BODY
    return null
  }
  if (length === null) return null
  const bytes = parseLength(length)
  if (bytes < 0) return 'FRAMING_AMBIGUOUS'
  if (bytes > 0) {
    head.framing = LENGTH_BODY
    head.length = bytes
  }
  return null
}

function withoutHop(names: string[], values: string[], numbers: number[], count: number): Fields {
  let to = 0
  for (let from = 0; from < count; from++) {
    const number = numbers[from]!
    if (number === id.expect || isHopByHop(number)) continue
    if (to !== from) {
      names[to] = names[from]!
      values[to] = values[from]!
      numbers[to] = number
    }
    to++
  }
  names.length = to
  values.length = to
  numbers.length = to
  return new Fields(names, values, numbers)
}

/**
 * `Connection`: persistence, and names of further hop-by-hop fields. Those are removed from the view before anyone
 * reads it, so that no policy sees a field the upstream would not get. Naming a field the gateway itself gives a
 * meaning (`Connection: Host`, `Connection: Authorization`) is an attack on that meaning (T18) and is refused.
 */
function applyConnection(head: RequestHead, connection: string): WireFault | null {
  // Each token is looked for among all fields: a list of thousands would cost more than the whole rest of the head.
  if (connection.length > longestConnection) return 'HEADER_INVALID'
  for (const part of connection.split(',')) {
    const token = part.trim().toLowerCase()
    if (token === '') continue
    if (token === 'close') head.keepAlive = false
    else if (token === 'keep-alive') {
      // HTTP/1.0 persistence is not honoured: its closing is what delimits the answer.
    } else {
      const number = numberOf(token)
      if (number !== 0 && !isHopByHop(number)) return 'HEADER_INVALID'
      if (number === id.contentLength || number === id.transferEncoding) return 'FRAMING_AMBIGUOUS'
      if (number === 0) {
        if (numberOf(collapse(token)) !== 0) return 'HEADER_INVALID'
        head.fields.remove(token)
      }
    }
  }
  return null
}

/** Host and target (RFC 9112 §3.2): one authority, however often it was named. */
function place(head: RequestHead, target: string, host: string | null): RequestHead | WireFault {
  if (host === null) {
    if (head.minor === 1) return 'HOST_INVALID'
  } else {
    const authority = host.toLowerCase()
    if (!isAuthority(authority)) return 'HOST_INVALID'
    head.authority = authority
  }
  if (target.charCodeAt(0) === 47 /* / */) {
    head.target = target
    return head
  }
  if (target === '*') {
    if (head.method !== 'OPTIONS') return 'TARGET_INVALID'
    head.target = target
    return head
  }
  const absolute = /^(https?):\/\/([^/?#@\\]{1,300})(?=[/?]|$)/i.exec(target.slice(0, 320))
  if (absolute === null) return 'TARGET_INVALID'
  const authority = absolute[2]!.toLowerCase()
  if (!isAuthority(authority)) return 'HOST_INVALID'
  head.scheme = absolute[1]!.toLowerCase()
  const implied = head.scheme === 'https' ? ':443' : ':80'
  if (host !== null && bare(authority, implied) !== bare(head.authority, implied)) return 'HOST_INVALID'
  head.authority = authority
  const rest = target.slice(absolute[0].length)
  head.target = rest.charCodeAt(0) === 47 ? rest : `/${rest}`
  return head
}

function bare(authority: string, implied: string): string {
  return authority.endsWith(implied) ? authority.slice(0, -implied.length) : authority
}

/** The name most services would read: `X_Api.Key` is `x-api-key` to CGI, WSGI and Rack. */
export function collapse(name: string): string {
  return name.replaceAll('_', '-').replaceAll('.', '-')
}

/** `host[:port]` of a reg-name, an IPv4 address or a bracketed IPv6 address (RFC 3986 §3.2.2), without user information. */
export function isAuthority(authority: string): boolean {
  const { length } = authority
  if (length === 0 || length > 261) return false
  let at = 0
  if (authority.charCodeAt(0) === 91 /* [ */) {
    const close = authority.indexOf(']')
    if (close < 3 || close > 46) return false
    for (at = 1; at < close; at++) {
      const c = authority.charCodeAt(at)
      if (!(c >= 48 && c <= 58) && !(c >= 97 && c <= 102) && c !== 46) return false
    }
    at = close + 1
  } else {
    for (; at < length; at++) {
      const c = authority.charCodeAt(at)
      // Letters, digits, `-`, `.`, and `_` of internal names. No percent encoding: two spellings of one host.
      if ((c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 46 || c === 95) continue
      break
    }
    if (at === 0 || authority.charCodeAt(0) === 46) return false
    if (authority.lastIndexOf('..', at) >= 0) return false
  }
  if (at === length) return true
  if (authority.charCodeAt(at) !== 58) return false
  const digits = length - at - 1
  if (digits === 0 || digits > 5) return false
  let port = 0
  for (let i = at + 1; i < length; i++) {
    const digit = authority.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port > 0 && port <= 65_535
}

/** The host of an authority, without its port and without the dot that ends an absolute name. */
export function hostOf(authority: string): string {
  let host = authority
  const colon = authority.lastIndexOf(':')
  if (colon > 0 && authority.indexOf(']', colon) < 0) host = authority.slice(0, colon)
  return host.endsWith('.') ? host.slice(0, -1) : host
}
