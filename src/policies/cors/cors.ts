import { codes } from '../../codes.ts'
import { definePolicy, type HeaderEdit, type Policy, type RequestView } from '../../gateway/policy.ts'
import { answer, deny, pass, type Verdict } from '../../gateway/verdict.ts'
import { type CorsSettings, settings } from './settings.ts'

/** Removed from every upstream answer, so that only the gateway decides who may read. */
const corsNames = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-private-network',
  'access-control-expose-headers',
  'access-control-max-age',
]

/** Browsers send these without asking, or ask for them in some forms only (Fetch, "CORS-safelisted"). */
const safelisted = ['accept', 'accept-language', 'content-language', 'range']

/** A preflight names few headers; what names more is no browser. */
const longestHeaderList = 2048

/** Lets pages of listed origins read answers, and answers the preflights of browsers. */
export const cors: Policy<CorsSettings> = definePolicy({
  name: 'cors',
  phases: ['preflight', 'respond'],
  place: 'setting',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  writes: [],
  opens,
  config: settings,
  denials: [codes.CORS_REFUSED],
  setup(config) {
    const origins = new Set(config.origins)
    const everyOrigin = origins.has('*')
    const methods = new Set<string>(config.methods)
    const allowedHeaders = new Set([...safelisted, ...config.headers.map((name) => name.toLowerCase())])
    const exposed = config.expose.join(', ')
    /** Value of `Access-Control-Allow-Origin` for this origin; undefined when it may not read. */
    const allowed = (origin: string | undefined): string | undefined => {
      if (origin === undefined) return undefined
      if (everyOrigin) return '*'
      return origins.has(origin) ? origin : undefined
    }
    const preflightHeaders: readonly (readonly [string, string])[] = [
      ['access-control-allow-methods', config.methods.join(', ')],
      ...(config.headers.length > 0
        ? [['access-control-allow-headers', config.headers.join(', ')] as const]
        : []),
      ...(config.credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
      ['access-control-max-age', String(config.maxAge)],
      ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'],
    ]
    return {
      request(request): Verdict {
        if (!isPreflight(request)) return pass
        const origin = allowed(request.header('origin'))
        if (origin === undefined) return refuse('the origin is not listed')
        const method = request.header('access-control-request-method') ?? ''
        if (!methods.has(method)) return refuse('the method is not allowed')
        const asked = request.header('access-control-request-headers') ?? ''
        if (!allListed(asked, allowedHeaders)) return refuse('a request header is not allowed')
        return answer(204, [['access-control-allow-origin', origin], ...preflightHeaders])
      },
      respond(request, { headers, local }) {
        // The answer to a preflight is this policy's own, or a refusal that tells a page nothing.
        if (local && isPreflight(request)) return
        for (const name of corsNames) headers.remove(name)
        // Also without an origin: a cache must not serve that answer to a page (Fetch, "CORS and HTTP caches").
        varyByOrigin(headers)
        const origin = allowed(request.header('origin'))
        if (origin === undefined) return
        headers.set('access-control-allow-origin', origin)
        if (config.credentials) headers.set('access-control-allow-credentials', 'true')
        if (exposed !== '') headers.set('access-control-expose-headers', exposed)
      },
    }
  },
})

function refuse(reason: string): Verdict {
  return deny(codes.CORS_REFUSED, { reason, headers: [['vary', 'Origin']] })
}

/** Fetch, "CORS-preflight request". */
function isPreflight(request: RequestView): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headerCount('origin') > 0 &&
    request.headerCount('access-control-request-method') > 0
  )
}

function allListed(list: string, allowed: ReadonlySet<string>): boolean {
  if (list.length > longestHeaderList) return false
  if (list.trim() === '') return true
  return list.split(',').every((name) => allowed.has(name.trim().toLowerCase()))
}

function varyByOrigin(headers: HeaderEdit): void {
  const vary = headers.get('vary')
  if (vary === undefined) {
    headers.set('vary', 'Origin')
    return
  }
  const names = vary.split(',').map((name) => name.trim().toLowerCase())
  if (!names.includes('origin') && !names.includes('*')) headers.append('vary', 'Origin')
}

function opens(outer: CorsSettings | undefined, inner: CorsSettings): string | null {
  if (inner.origins.includes('*')) {
    return outer?.origins.includes('*') ? null : 'pages of every origin may read answers'
  }
  if (outer === undefined) return null
  if (inner.credentials && !outer.credentials) return 'pages may act with the cookies of their visitor'
  if (outer.origins.includes('*')) return null
  const more = inner.origins.filter((origin) => !outer.origins.includes(origin))
  return more.length > 0 ? `pages of ${more.join(', ')} may read answers` : null
}
