import { Fields } from './fields.ts'
import type { HeadParser } from './head-parser.ts'
import { id, isHopByHop, numberOf } from './names.ts'
import { CHUNKED_BODY, CLOSE_BODY, type Framing, LENGTH_BODY, NO_BODY, parseLength } from './request-head.ts'

/** A response head with its one reading. */
export class ResponseHead {
  status = 0
  fields: Fields = new Fields()
  framing: Framing = NO_BODY
  length = 0
  /** The connection may carry another request afterwards. */
  keepAlive = true
  /** Content-Length of an answer that has no body (HEAD, 304), passed on for information; -1 when absent. */
  announced = -1
}

/**
 * Reads a response head. `null` when it has more than one reading: an upstream whose framing is doubtful could
 * otherwise feed one client's answer to the next (RFC 9112 §6.3, §11.1).
 */
export function readResponseHead(parser: HeadParser, method: string): ResponseHead | null {
  const head = new ResponseHead()
  const status = parser.status
  head.status = status
  head.keepAlive = parser.minor === 1
  const { names, numbers, count } = parser
  const values: string[] = []
  let length = -1
  let chunked = false
  let connection = ''
  let to = 0
  for (let from = 0; from < count; from++) {
    const number = numbers[from]!
    const value = parser.value(from)
    if (number !== 0 && number <= id.altSvc) {
      switch (number) {
        case id.contentLength: {
          const bytes = parseLength(value)
          if (bytes < 0 || length >= 0) return null
          length = bytes
          continue
        }
        case id.transferEncoding:
          if (chunked || parser.minor === 0 || value.toLowerCase() !== 'chunked') return null
          chunked = true
          continue
        case id.connection:
          connection = connection === '' ? value : `${connection},${value}`
          continue
        case id.proxyAuthenticate:
        case id.upgrade:
        // An upstream's alternative address would lead clients around the gateway.
        case id.altSvc:
          continue
        default:
          if (isHopByHop(number)) continue
      }
    }
    names[to] = names[from]!
    numbers[to] = number
    values.push(value)
    to++
  }
  names.length = to
  numbers.length = to
  head.fields = new Fields(names, values, numbers)
  if (chunked && length >= 0) return null
  if (connection !== '') {
    for (const part of connection.split(',')) {
      const token = part.trim().toLowerCase()
      if (token === 'close') head.keepAlive = false
      else if (token !== '' && token !== 'keep-alive' && numberOf(token) === 0) head.fields.remove(token)
    }
  }
  if (status < 200 || status === 204) {
    // No body, whatever the fields say; a framing field here is a fault of the upstream (RFC 9110 §8.6, RFC 9112 §6.1).
    if (chunked || length > 0) return null
    return head
  }
  if (method === 'HEAD' || status === 304) {
    head.announced = length
    return head
  }
  if (chunked) head.framing = CHUNKED_BODY
  else if (length > 0) {
    head.framing = LENGTH_BODY
    head.length = length
  } else if (length < 0) {
    head.framing = CLOSE_BODY
    head.keepAlive = false
  }
  return head
}
