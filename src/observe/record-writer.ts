import type { Exchange } from '../gateway/exchange.ts'
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

/** A JSON string. The test is for the rare text that needs escapes; it is one linear pass and no backtracking. */
function quote(text: string): string {
  return /[^\x20-\x7e]|["\\]/.test(text) ? escape(text) : `"${text}"`
}

/** JSON escapes also whatever is not visible ASCII, so that no terminal or log reader meets it raw (T60). */
function escape(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Longest text of a client's in a record. */
const mostText = 2048

const clip = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)}…` : text)

const round = (ms: number): number => Math.round(ms * 1000) / 1000

/** The decision record of a finished exchange as one line of JSON (`decision-record.ts`), ended by a line feed. */
export function writeRecord(x: Exchange, now: number): string {
  let line = `{"time":"${timestamp(x.startedAt)}","id":"${x.id}"`
  if (x.trace !== null) line += `,"trace":"${x.trace}"`
  line += `,"listener":${quote(x.listener)},"client":"${x.clientAddress}"`
  if (x.peer !== x.clientAddress) line += `,"peer":"${x.peer}"`
  if (x.method !== '') line += `,"method":${quote(x.method)}`
  if (x.host !== '') line += `,"host":${quote(clip(x.host))}`
  // A target that was refused has no normal form: what was sent is the evidence.
  const path = x.path === '' ? x.head.target.split('?', 1)[0]! : x.path
  if (path !== '') line += `,"path":${quote(clip(redactPath(path)))}`
  if (x.query !== '') line += `,"query":${quote(clip(redactQuery(x.query)))}`
  if (x.operation !== null) line += `,"api":${x.operation.apiJson},"operation":${x.operation.nameJson}`
  const { caller } = x.facts
  if (caller !== undefined) line += `,"caller":${quote(`${caller.identity}/${caller.id}`)}`
  const { trail } = x
  if (trail !== null) {
    line += ',"policies":['
    for (let i = 0; i < trail.length; i += 3) {
      line += `${i === 0 ? '' : ','}[${quote(trail[i] as string)},"${trail[i + 1]}",${trail[i + 2]}]`
    }
    line += ']'
  }
  line += `,"verdict":"${x.verdict}"`
  if (x.code !== null) line += `,"code":"${x.code}"`
  if (x.reason !== null) line += `,"reason":${quote(clip(x.reason))}`
  line += `,"status":${x.status}`
  if (x.upstream !== null) line += `,"upstream":"${x.upstream}","attempts":${x.attempts}`
  line += `,"bytesIn":${x.bytesIn},"bytesOut":${x.bytesOut},"ms":${round(now - x.started)}`
  if (x.upstreamMs >= 0) line += `,"upstreamMs":${round(x.upstreamMs)}`
  return `${line}}\n`
}
