import type { Fields } from '../engines/http1/fields.ts'

/**
 * Cookies of the gateway's own begin so: `__Host-` binds them to the host, to TLS and to every path (RFC 6265bis
 * §4.1.3.2). No service gets them, and none may set them, which would put its own session in the place of a log-in's.
 */
export const ownCookiePrefix = '__Host-sallyport-'

/**
 * The value of a cookie in a `Cookie` field; null where there is none, and where there are several of the name:
 * browsers hold one of a `__Host-` name, and which of two is meant is not guessed. White space is that of RFC 6265
 * alone: a name that begins with U+00A0 is another one, which browsers let any site of the domain set.
 */
export function cookieIn(field: string, name: string): string | null {
  if (!field.includes(name)) return null
  const start = `${name}=`
  let found: string | null = null
  for (const pair of field.split(';')) {
    const trimmed = trimBlanks(pair)
    if (!trimmed.startsWith(start)) continue
    if (found !== null) return null
    found = trimmed.slice(start.length)
  }
  return found
}

/** Without a pattern: one that looks for the end of blanks walks back over them again and again. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** A `Cookie` value as the upstream gets it; '' when nothing is left. */
export function withoutOwnCookies(value: string): string {
  if (!value.includes(ownCookiePrefix)) return value
  return value
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => !pair.startsWith(ownCookiePrefix))
    .join('; ')
}

/** Takes cookies in the gateway's name out of an upstream's answer. */
export function dropOwnCookies(fields: Fields): void {
  const { names, values } = fields
  for (let at = names.indexOf('set-cookie'); at >= 0; at = names.indexOf('set-cookie', at)) {
    if (values[at]!.trimStart().startsWith(ownCookiePrefix)) fields.removeAt(at)
    else at++
  }
}
