import type { Exchange } from '../gateway/exchange.ts'
import { asciiJson } from './ascii-json.ts'
import { redactPath, redactQuery } from './redact.ts'

let second = 0
let secondText = ''

/** RFC 3339 in UTC; the text up to the second is made once a second. */
function timestamp(at: number): string {
  const whole = Math.floor(at / 1000)
  if (whole !== second) {
    second = whole
    secondText = new Date(whole * 1000).toISOString().slice(0, 20)
  }
  const ms = at - whole * 1000
  return `${secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
}

/** Longest text of a client's in a record. */
const mostText = 2048

const clip = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)}…` : text)

const clipAscii = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)}...` : text)

/** Milliseconds with three decimals. Whole numbers become text several times faster than fractions do. */
function milliseconds(ms: number): string {
  const microseconds = Math.round(ms * 1000)
  const whole = (microseconds / 1000) | 0
  const rest = microseconds - whole * 1000
  return rest === 0 ? `${whole}` : `${whole}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`
}

/** The decision record of a finished exchange as one line of JSON (`decision-record.ts`), ended by a line feed. */
export function writeRecord(x: Exchange, now: number): string {
  let line = `{"time":"${timestamp(x.startedAt)}","id":"${x.id}"`
  if (x.trace !== null) line += `,"trace":"${x.trace}"`
  line += `,"listener":${x.listenerJson},"client":"${x.clientAddress}"`
  if (x.peer !== x.clientAddress) line += `,"peer":"${x.peer}"`
  // Method, host and path in normal form hold nothing that JSON would escape: their parsers refuse it.
  if (x.method !== '') line += `,"method":"${x.method}"`
  if (x.host !== '') line += `,"host":"${x.host}"`
  if (x.path !== '') line += `,"path":"${clipAscii(redactPath(x.path))}"`
  // A target that was refused has no normal form: what was sent is the evidence.
  else if (x.head.target !== '')
    line += `,"path":${asciiJson(clip(redactPath(x.head.target.split('?', 1)[0]!)))}`
  if (x.query !== '') line += `,"query":${asciiJson(clip(redactQuery(x.query)))}`
  if (x.operation !== null) line += `,"api":${x.operation.apiJson},"operation":${x.operation.nameJson}`
  if (x.operation !== null && x.operation.until !== Number.POSITIVE_INFINITY) line += ',"undeclared":true'
  const { caller } = x.facts
  if (caller !== undefined) line += `,"caller":${asciiJson(`${caller.identity}/${caller.id}`)}`
  const { trail } = x
  if (trail !== null) {
    line += ',"policies":['
    for (let i = 0; i < trail.length; i += 3) {
      line += `${i === 0 ? '' : ','}[${asciiJson(trail[i] as string)},"${trail[i + 1]}",${trail[i + 2]}]`
    }
    line += ']'
  }
  line += `,"verdict":"${x.verdict}"`
  if (x.code !== null) line += `,"code":"${x.code}"`
  if (x.reason !== null) line += `,"reason":${asciiJson(clip(x.reason))}`
  line += `,"status":${x.status}`
  if (x.upstream !== null) line += `,"upstream":"${x.upstream}","attempts":${x.attempts}`
  line += `,"bytesIn":${x.bytesIn},"bytesOut":${x.bytesOut},"ms":${milliseconds(now - x.started)}`
  if (x.upstreamMs >= 0) line += `,"upstreamMs":${milliseconds(x.upstreamMs)}`
  return `${line}}\n`
}
