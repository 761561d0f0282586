import type { ChangeEntry } from '../change.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { StoreError } from '../store-error.ts'

/** One line of the audit log. */
export interface AuditEntry {
  /** 1 for the first entry; each next one is one more. */
  readonly seq: number
  /** RFC 3339, UTC. */
  readonly time: string
  /** Who did it: `command line (user 1000)`, `admin token ci`, `staff/ada`. */
  readonly actor: string
  /** Address it came from; null for the machine itself. */
  readonly from: string | null
  /** `keys.create`, `revocations.add`. */
  readonly action: string
  /** What was changed, by its public name. */
  readonly target: string
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
  /** `mac` of the entry before; '' for the first. */
  readonly prev: string
  /** HMAC-SHA-256 of the line without it, base64url. */
  readonly mac: string
}

/** Where the chain stands: the last entry that was acknowledged. Sequence 0 is no entry yet. */
export interface ChainEnd {
  readonly sequence: number
  readonly hash: string
}

/** Longest line in bytes. What is longer is refused before anything is changed. */
export const longestLine = 131_072

/** What was issued here, should somebody give it where a name belongs (a key in the place of its id). */
const issuedSecret = /sp[ka]_[A-Za-z0-9_-]{40,}/g

/** The next line of the chain, with its line feed, and where the chain stands after it. */
export function nextLine(
  end: ChainEnd,
  { actor, action, target, detail = {} }: ChangeEntry,
  macOf: KeyedHash,
): { readonly line: string; readonly end: ChainEnd } {
  const sequence = end.sequence + 1
  const content = {
    seq: sequence,
    time: new Date().toISOString(),
    actor: withoutSecret(actor.name),
    from: actor.from,
    action,
    target: withoutSecret(target),
    detail: Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, withoutSecret(value)])),
    prev: end.hash,
  }
  const text = visible(JSON.stringify(content))
  const hash = macOf.of(text)
  const line = `${text.slice(0, -1)},"mac":"${hash}"}\n`
  if (line.length > longestLine) throw new StoreError('the change is too large for the audit log')
  return { line, end: { sequence, hash } }
}

function withoutSecret<T>(value: T): T | string {
  return typeof value === 'string' ? value.replaceAll(issuedSecret, '[secret]') : value
}

/** The entry of a line without its line feed, or null when the gateway did not write it so. */
export function readLine(line: string, macOf: KeyedHash): AuditEntry | null {
  const mac = macOfLine(line)
  if (mac === null) return null
  // The bytes themselves are checked, not what they come to: a line has one form.
  if (macOf.of(`${line.slice(0, -macPart)}}`) !== mac) return null
  return JSON.parse(line) as AuditEntry
}

/** `,"mac":"…"}` with 43 characters of base64url. */
const macPart = 8 + 43 + 2

/** The mac at the end of a line, unproven. */
export function macOfLine(line: string): string | null {
  const end = line.slice(-macPart)
  return /^,"mac":"[A-Za-z0-9_-]{43}"\}$/.test(end) ? end.slice(8, -2) : null
}

/** Whether a text can be the beginning of the line with this number: what a write leaves that was cut off. */
export function isBegun(text: string, sequence: number): boolean {
  const begin = `{"seq":${sequence},"time":"`
  return text.length < longestLine && (text.startsWith(begin) || begin.startsWith(text))
}

/** Visible ASCII only: no reader of the file meets a control character or a text that runs backwards (T60). */
function visible(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
