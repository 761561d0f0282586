import type { Fields } from '../engines/http1/fields.ts'

/**
 * Cookies of the gateway's own begin so: `__Host-` binds them to the host, to TLS and to every path (RFC 6265bis
 * §4.1.3.2). No service gets them, and none may set them, which would put its own session in the place of a log-in's.
 */
export const ownCookiePrefix = '__Host-sallyport-'

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
