import type { Fields } from '../engines/http1/fields.ts'
import { id, numberOf } from '../engines/http1/names.ts'
import { statusLines } from './status-lines.ts'

const hsts = numberOf('strict-transport-security')

const hstsLine = 'strict-transport-security: '

let dateSecond = 0
let dateLine = ''

/** `Date` line, made once a second (RFC 9110 §6.6.1). */
function date(): string {
  const now = Date.now()
  const second = (now / 1000) | 0
  if (second !== dateSecond) {
    dateSecond = second
    dateLine = `date: ${new Date(now).toUTCString()}\r\n`
  }
  return dateLine
}

/**
 * The head of an answer. Written anew from names and values that were checked when they were parsed or set; reason
 * phrases are the gateway's own. `framing` and `extra` are whole lines.
 */
export function responseHead(status: number, fields: Fields, framing: string, extra: string): string {
  let text = statusLines[status]!
  const { names, values, numbers } = fields
  let dated = false
  for (let i = 0; i < names.length; i++) {
    const number = numbers[i]!
    if (number === id.date) dated = true
    // The gateway's own come in `extra`; a client that reads the first of two would believe the service instead.
    if (number === id.xRequestId || (number === hsts && extra.includes(hstsLine))) continue
    text += `${names[i]!}: ${values[i]!}\r\n`
  }
  if (!dated) text += date()
  return `${text + framing + extra}\r\n`
}

/** An informational answer (1xx): fields only, no framing. */
export function informationalHead(status: number, fields: Fields | null): string {
  let text = statusLines[status]!
  if (fields !== null)
    for (let i = 0; i < fields.names.length; i++) text += `${fields.names[i]!}: ${fields.values[i]!}\r\n`
  return `${text}\r\n`
}
