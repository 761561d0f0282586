import type { AuthorizerAnswer } from './backend.ts'
import type { CommonSettings } from './common-settings.ts'

/** A header towards the service: its name in lower case, its value. */
export type PassedOn = readonly [name: string, value: string]

const longest = 8192

/**
 * What of an answer goes on to the service, or a sentence for the operator. A value that is no header value is never
 * repaired: what is left of it could mean something else to the service (T26, T27).
 */
export function passedOn(
  answer: AuthorizerAnswer,
  { upstreamHeaders, context }: Pick<CommonSettings, 'upstreamHeaders' | 'context'>,
): readonly PassedOn[] | string {
  const headers = new Map<string, string>()
  for (const name of upstreamHeaders) {
    const value = ownText(answer.upstreamHeaders, name)
    if (value !== '') headers.set(name, value)
  }
  for (const [key, name] of Object.entries(context)) {
    const value = ownText(answer.context, key)
    if (value === '') continue
    if (headers.has(name)) return `the answer sets the header ${name} in two ways`
    headers.set(name, value)
  }
  for (const [name, value] of headers)
    if (value.length > longest || !isFieldValue(value))
      return `the value for the header ${name} is too long, or has characters that a header has not`
  return [...headers]
}

function ownText(values: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(values, name) ? values[name]! : ''
}

/** Visible ASCII, spaces and tabs inside (RFC 9110 §5.5). One pass, no backtracking. */
function isFieldValue(text: string): boolean {
  return /^[\x20-\x7e\t]*$/.test(text) && text.trim() === text
}
