import { styleText } from 'node:util'
import { printable, printableWord } from '../printable.ts'

export interface TextStyle {
  /** Colours and the time of day only, for a person at a terminal. */
  readonly colour: boolean
}

/** Batch of JSON lines as lines for people. Never throws. */
export function textLines(batch: string, style: TextStyle): string {
  let text = ''
  let start = 0
  for (let end = batch.indexOf('\n'); end !== -1; end = batch.indexOf('\n', start)) {
    text += `${textLine(batch.slice(start, end), style)}\n`
    start = end + 1
  }
  return text
}

/**
 * `time status method path ms api/operation caller`, and code and reason of a refusal. Every value came from the
 * network: each is one word, with nothing in it that a terminal would obey.
 */
function textLine(line: string, style: TextStyle): string {
  const record = parse(line)
  if (record === null) return printable(line)
  const word = (name: string, absent: string): string => {
    const value = record[name]
    return typeof value === 'string' && value !== '' ? printableWord(value) : absent
  }
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    style.colour ? styleText(format, text, { validateStream: false }) : text

  const time = word('time', '-')
  const query = word('query', '')
  const status = typeof record['status'] === 'number' ? record['status'] : 0
  const refused = record['verdict'] === 'deny' || record['verdict'] === 'error'
  const columns = [
    paint('dim', style.colour ? time.slice(11, 23) : time),
    paint(statusColour(status), String(status).padStart(3, '0')),
    word('method', '-').padEnd(6),
    word('path', '-') + (query === '' ? '' : `?${query}`),
    paint('dim', `${typeof record['ms'] === 'number' ? record['ms'].toFixed(1) : '-'}ms`),
    `${word('api', '-')}/${word('operation', '-')}`,
    word('caller', '-'),
  ]
  if (refused || record['code'] !== undefined) {
    columns.push(paint('yellow', word('code', '-')))
    if (typeof record['reason'] === 'string') columns.push(printable(record['reason']))
  }
  return columns.join(' ')
}

function statusColour(status: number): 'green' | 'cyan' | 'yellow' | 'red' {
  if (status >= 500 || status === 0) return 'red'
  if (status >= 400) return 'yellow'
  return status >= 300 ? 'cyan' : 'green'
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
