import { codes } from '../../codes.ts'
import type { Caller } from '../../gateway/facts.ts'
import { cookieIn, ownCookiePrefix } from '../../gateway/own-cookies.ts'
import { definePolicy, type Host, type Policy, type RequestView } from '../../gateway/policy.ts'
import { deny, pass, type Verdict } from '../../gateway/verdict.ts'
import { originOf } from '../request-origin.ts'
import { control, type PublishedKey } from './control.ts'
import { type CsrfSettings, settings } from './settings.ts'
import { isToken, tokenOf } from './token.ts'

const implicit: CsrfSettings = Object.freeze(settings.parse({}))

/** What a client writes into the header to be given a token. */
const wanted = 'fetch'

/**
 * Refuses what another site makes a browser send in the name of its visitor (CSRF). Only for callers whose credential
 * browsers send along by themselves.
 */
export const csrf: Policy<CsrfSettings> = definePolicy({
  name: 'csrf',
  phases: ['authorize', 'respond'],
  place: 'setting',
  implicit,
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  mayRead: ['caller'],
  writes: [],
  ambientOnly: true,
  opens,
  config: settings,
  denials: [codes.CSRF_REFUSED],
  sharedControl: () => 'csrf',
  control: (_config, host) => control(host),
  setup(config, host) {
    const origins = new Set(config.origins)
    const header = config.header.toLowerCase()
    return {
      request(request): Verdict {
        const { caller } = request.facts
        if (caller === undefined || !caller.ambient || !mayChange(request)) return pass
        const origin = originOf(request, origins)
        if (origin.kind === 'own') return pass
        if (origin.kind === 'foreign') return refuse(origin.reason)
        return withoutOrigin(request, caller, header, host)
      },
      respond(request, { headers }) {
        const { caller } = request.facts
        if (caller === undefined || !caller.ambient || request.header(header) !== wanted) return
        const key = keyOf(host)
        if (key === null) return
        headers.set(header, tokenOf(caller, sessionOf(request, caller), key))
        // A cache that gave it to others would give them the token too.
        headers.set('cache-control', 'no-store')
      },
    }
  },
})

/** RFC 9110 §9.2.1; a WebSocket is opened by a GET, and then says whatever it likes (cross-site hijacking). */
function mayChange(request: RequestView): boolean {
  switch (request.method) {
    case 'GET':
      return request.headerCount('upgrade') > 0
    case 'HEAD':
    case 'OPTIONS':
      return false
    default:
      return true
  }
}

/** The request says nothing of where it comes from: all browsers of these days do, for methods that may change. */
function withoutOrigin(request: RequestView, caller: Caller, header: string, host: Host): Verdict {
  const session = sessionOf(request, caller)
  const sent = request.header(header)
  if (sent !== undefined && sent !== wanted) {
    const key = keyOf(host)
    if (key === null) return refuse('the token cannot be checked yet')
    return isToken(sent, tokenOf(caller, session, key))
      ? pass
      : refuse('the token is not that of this session')
  }
  // A password or certificate without a word of a browser's is that of a program, which no other site commands.
  if (session === null && !isBrowser(request)) return pass
  return refuse('neither Sec-Fetch-Site, Origin nor Referer says where it comes from, and there is no token')
}

/** Every browser since the first calls itself so; scripts of another site cannot change it. */
function isBrowser(request: RequestView): boolean {
  return /^(?:Mozilla|Opera)\//.test(request.header('user-agent') ?? '')
}

/** The cookie of the caller's session; null where it was proven otherwise. */
function sessionOf(request: RequestView, { identity }: Caller): string | null {
  return cookieIn(request.header('cookie') ?? '', `${ownCookiePrefix}${identity}`)
}

function keyOf({ control }: Host): Uint8Array | null {
  const published = control.state as PublishedKey | undefined
  return published === undefined ? null : Buffer.from(published.key, 'base64url')
}

function refuse(reason: string): Verdict {
  return deny(codes.CSRF_REFUSED, { reason })
}

function opens(outer: CsrfSettings = implicit, inner: CsrfSettings): string | null {
  const more = inner.origins.filter((origin) => !outer.origins.includes(origin))
  return more.length > 0 ? `pages of ${more.join(', ')} may act with the log-in of their visitors` : null
}
