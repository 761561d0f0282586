import { cookieIn, ownCookiePrefix } from '../../gateway/own-cookies.ts'
import type { RequestView } from '../../gateway/policy.ts'

type Header = readonly [name: string, value: string]

/** Name of the cookie that a session of the identity is in. */
export function sessionCookieName(identity: string): string {
  return `${ownCookiePrefix}${identity}`
}

/**
 * The value of a cookie. Null where there is none, and where there are several of the name: browsers hold one of a
 * `__Host-` name, and which of two is meant is not guessed.
 */
export function cookieOf(request: RequestView, name: string): string | null {
  // Lines of several fields are joined by commas, which nothing in a cookie tells apart: browsers send one (RFC 6265 §5.4).
  if (request.headerCount('cookie') !== 1) return null
  return cookieIn(request.header('cookie') ?? '', name)
}

/**
 * Sets a cookie that no other host and no script can read or write. `Lax`: it must be there when the provider sends
 * the browser back, and goes along with no unsafe request of another site.
 */
export function setCookie(name: string, value: string, maxAgeSeconds: number | null): Header {
  const age = maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`
  return ['set-cookie', `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age}`]
}

export function clearCookie(name: string): Header {
  return setCookie(name, '', 0)
}
