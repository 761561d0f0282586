import { printable } from './printable.ts'

/** Facts of an event; strings are cleaned of secrets and control characters when written. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** The process's own log: events of the control plane, never requests. */
export interface Log {
  /** `event` is a stable name to alert on, such as `reload-refused`; `message` is a sentence for people. */
  info(event: string, message: string, fields?: LogFields): void
  warn(event: string, message: string, fields?: LogFields): void
  error(event: string, message: string, fields?: LogFields): void
  /** Replaces the list of values that are blotted out; call it before anything of a new configuration is said. */
  setSecrets(secrets: readonly string[]): void
}

export interface LogOptions {
  readonly stream: NodeJS.WritableStream & { readonly writableLength?: number; readonly isTTY?: boolean }
  /** One line for people instead of JSON. Default: whether the stream is a terminal. */
  readonly human?: boolean
  readonly secrets?: readonly string[]
}

type LogLevel = 'info' | 'warn' | 'error'

/** A stalled reader of stderr costs events, never memory: more than this waiting, and the event is dropped. */
const maxWaitingBytes = 1_048_576

/** Shorter values (`1`, `no`) would blot out half of every line and protect nothing. */
const shortestSecret = 3

/** A line of a longer secret, such as a private key in PEM, is secret by itself from this length on. */
const shortestSecretLine = 16

function listSecrets(secrets: readonly string[]): string[] {
  const all = new Set<string>()
  for (const secret of secrets) {
    if (secret.length >= shortestSecret) all.add(secret)
    for (const line of secret.split(/\r?\n/)) if (line.length >= shortestSecretLine) all.add(line)
  }
  // Longest first: a secret that is part of another must not leave the rest of it readable.
  return [...all].sort((a, b) => b.length - a.length)
}

/** Makes the log. One object a line, or one readable line when a person is watching. */
export function createLog(options: LogOptions): Log {
  const { stream } = options
  const human = options.human ?? stream.isTTY === true
  let secrets = listSecrets(options.secrets ?? [])
  // The reader of stderr may go away; the gateway serves on.
  if (stream.listenerCount('error') === 0) stream.on('error', () => undefined)

  function blot(text: string): string {
    for (const secret of secrets) text = text.replaceAll(secret, '[redacted]')
    return text
  }

  function clean(value: LogFields[string]): LogFields[string] {
    if (typeof value === 'string') return blot(value)
    if (typeof value === 'number' && secrets.includes(String(value))) return '[redacted]'
    return Array.isArray(value) ? value.map(blot) : value
  }

  function write(level: LogLevel, event: string, message: string, fields: LogFields): void {
    if ((stream.writableLength ?? 0) > maxWaitingBytes) return
    const time = new Date().toISOString()
    const cleaned = Object.entries(fields).map(([name, value]) => [name, clean(value)] as const)
    if (human) {
      const facts = cleaned.map(([name, value]) => ` ${name}=${printable(String(value))}`).join('')
      const mark = level === 'info' ? '' : `${level}: `
      stream.write(`${time.slice(11, 23)} ${mark}${printable(blot(message))}${facts}\n`)
      return
    }
    const line = JSON.stringify({
      time,
      level,
      event,
      message: blot(message),
      ...Object.fromEntries(cleaned),
    })
    // JSON leaves C1, bidirectional and separator characters as they are; a viewer of the raw file acts on them.
    stream.write(`${line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeForJson)}\n`)
  }

  return {
    info: (event, message, fields = {}) => write('info', event, message, fields),
    warn: (event, message, fields = {}) => write('warn', event, message, fields),
    error: (event, message, fields = {}) => write('error', event, message, fields),
    setSecrets(next) {
      secrets = listSecrets(next)
    },
  }
}

function escapeForJson(character: string): string {
  let escaped = ''
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return escaped
}
