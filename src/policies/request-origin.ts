import type { RequestView } from '../gateway/policy.ts'

/** Where a browser says that a request comes from. `reason` is for the record. */
export type RequestOrigin =
  /** Pages of this origin, of a listed one, or the person itself. */
  | { readonly kind: 'own' }
  | { readonly kind: 'foreign'; readonly reason: string }
  /** It says nothing: no browser of these days, or none at all. */
  | { readonly kind: 'unsaid' }

const own: RequestOrigin = { kind: 'own' }
const unsaid: RequestOrigin = { kind: 'unsaid' }
const foreign = (reason: string): RequestOrigin => ({ kind: 'foreign', reason })

/**
 * Fetch Metadata first, which no page can forge (`Sec-` names are forbidden to scripts), then `Origin`, then `Referer`.
 * The own origin is `https` with host and port as the request names them: another port is another origin.
 */
export function originOf(request: RequestView, listed: ReadonlySet<string>): RequestOrigin {
  const origin = request.header('origin')
  if (origin !== undefined && listed.has(origin)) return own
  const sites = request.headerCount('sec-fetch-site')
  if (sites > 1) return foreign('Sec-Fetch-Site was sent several times')
  if (sites === 1) {
    const site = request.header('sec-fetch-site')
    if (site === 'same-origin' || site === 'none') return own
    return foreign(
      site === 'same-site' || site === 'cross-site'
        ? `Sec-Fetch-Site is ${site}`
        : 'Sec-Fetch-Site is no known word',
    )
  }
  if (origin !== undefined) {
    if (request.headerCount('origin') > 1) return foreign('Origin was sent several times')
    return origin === ownOrigin(request) ? own : foreign('Origin is another one')
  }
  const referer = request.header('referer')
  if (referer === undefined) return unsaid
  const from = URL.parse(referer)?.origin
  return from !== undefined && (from === ownOrigin(request) || listed.has(from))
    ? own
    : foreign('Referer is of another origin')
}

/** The origin that the browser knows the gateway by; '' where the request names no host, which is nobody's origin. */
export function ownOrigin(request: RequestView): string {
  const host = (request.header('host') ?? '').toLowerCase()
  if (host === '' || /[^a-z0-9.:[\]_-]/.test(host)) return ''
  return `https://${host.endsWith(':443') ? host.slice(0, -4) : host}`
}
