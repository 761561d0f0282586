/** Who sends: the same for all messages of a process. */
export interface SyslogOrigin {
  readonly hostname: string
  readonly processId: number
}

/** Facility local0 (RFC 5424 §6.2.1). */
const facility = 16

/**
 * Batch of JSON lines as syslog messages (RFC 5424) with octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3): a newline
 * in a message cannot begin a second one. The receiver learns severity and time from the header, the rest is the line.
 */
export function syslogFrames(batch: string, origin: SyslogOrigin): string {
  let frames = ''
  let start = 0
  for (let end = batch.indexOf('\n'); end !== -1; end = batch.indexOf('\n', start)) {
    const message = syslogMessage(batch.slice(start, end), origin)
    // All ASCII, so characters are octets.
    frames += `${message.length} ${message}`
    start = end + 1
  }
  return frames
}

function syslogMessage(line: string, origin: SyslogOrigin): string {
  const host = printUsAscii(origin.hostname, 255)
  const priority = facility * 8 + severity(line)
  return `<${priority}>1 ${timestamp(line)} ${host} sallyport ${origin.processId} decision - ${ascii(line)}`
}

/** 3 error, 4 warning for a denial, 6 informational. A `"` inside a JSON string is escaped: only a key looks like this. */
function severity(line: string): 3 | 4 | 6 {
  const key = '"verdict":"'
  const at = line.indexOf(key)
  if (at === -1) return 6
  if (line.startsWith('error"', at + key.length)) return 3
  return line.startsWith('deny"', at + key.length) ? 4 : 6
}

const timeKey = '{"time":"'
const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Time of the record, not of sending: a queue may have held it. NILVALUE when it has none (RFC 5424 §6.2.3). */
function timestamp(line: string): string {
  if (!line.startsWith(timeKey)) return '-'
  const time = line.slice(timeKey.length, timeKey.length + 24)
  return timeForm.test(time) ? time : '-'
}

/** HOSTNAME is 1 to 255 characters of printable US-ASCII without space (RFC 5424 §6). */
function printUsAscii(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-'
}

/**
 * RFC 5424 §6.4 wants a byte order mark before UTF-8, RFC 8259 §8.1 forbids one before JSON, and receivers follow one
 * or the other. ASCII needs none: in JSON every other character can be written as an escape and means the same.
 */
function ascii(line: string): string {
  return line.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
