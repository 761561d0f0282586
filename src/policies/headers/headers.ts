import type { HeaderEdit, Policy, RequestView, ResponseView, UpstreamRequest } from '../../gateway/policy.ts'
import { definePolicy } from '../../gateway/policy.ts'
import { type HeadersSettings, settings } from './settings.ts'

/** What an answer without them gets. `Cache-Control` and two conditional ones are in `secure`. */
const secureDefaults: readonly (readonly [name: string, value: string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
]

const apiContentSecurity = "default-src 'none'; frame-ancestors 'none'"

/** Names and versions of the software behind: they tell an attacker which exploit to try. */
const fingerprints = ['server', 'x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version']

/** Every header that `security` may add: leaving one of them out opens. */
const securityNames: ReadonlySet<string> = new Set([
  ...secureDefaults.map(([name]) => name),
  'content-security-policy',
  'cache-control',
  'cross-origin-resource-policy',
])

const implicit: HeadersSettings = Object.freeze({
  request: Object.freeze({ set: {}, remove: [] }),
  response: Object.freeze({ set: {}, remove: [], security: true }),
})

/** Sets and removes headers in both directions; answers get secure defaults without being asked. */
export const headers: Policy<HeadersSettings> = definePolicy({
  name: 'headers',
  phases: ['prepare', 'respond'],
  place: 'setting',
  implicit,
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  mayRead: ['caller'],
  writes: [],
  upstreamHeaders: (config) => lower(Object.keys(config.request.set)),
  opens,
  config: settings,
  denials: [],
  setup(config) {
    const upstreamSet = entries(config.request.set)
    const upstreamRemove = lower(config.request.remove)
    const clientSet = entries(config.response.set)
    const clientRemove = lower(config.response.remove)
    const kept = new Set(clientRemove)
    return {
      // Absent where there is nothing to edit: the request then goes up without a copy of its fields.
      ...(upstreamSet.length + upstreamRemove.length > 0 && {
        prepare: (_request: RequestView, upstream: UpstreamRequest) =>
          apply(upstream.headers, upstreamSet, upstreamRemove),
      }),
      respond(request, response) {
        if (config.response.security) for (const name of fingerprints) response.headers.remove(name)
        apply(response.headers, clientSet, clientRemove)
        if (config.response.security) secure(response, request.facts.caller !== undefined, kept)
      },
    }
  },
})

/** Adds what is absent and was not removed on purpose. What the upstream says for itself stays. */
function secure(response: ResponseView, authenticated: boolean, leftOut: ReadonlySet<string>): void {
  const { headers } = response
  const add = (name: string, value: string) => {
    if (headers.get(name) === undefined && !leftOut.has(name)) headers.set(name, value)
  }
  for (const [name, value] of secureDefaults) add(name, value)
  if (!isPage(headers.get('content-type'))) add('content-security-policy', apiContentSecurity)
  // Shared caches would hand one caller's answer to another (T47); refusals are of one moment.
  if (authenticated || response.local) add('cache-control', 'no-store')
  // An answer that CORS opens is meant to be read across origins.
  if (headers.get('access-control-allow-origin') === undefined) {
    add('cross-origin-resource-policy', 'same-origin')
  }
}

/** Pages load scripts and styles, and must bring a policy of their own. Anything unclear counts as an API answer. */
function isPage(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return false
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase()
  return essence === 'text/html' || essence === 'application/xhtml+xml'
}

function apply(
  headers: HeaderEdit,
  set: readonly (readonly [name: string, value: string])[],
  remove: readonly string[],
): void {
  for (const name of remove) headers.remove(name)
  for (const [name, value] of set) headers.set(name, value)
}

function opens(outer: HeadersSettings = implicit, inner: HeadersSettings): string | null {
  if (outer.response.security && !inner.response.security) return 'answers get no secure headers'
  const outerOut = new Set(lower(outer.response.remove))
  const out = lower(inner.response.remove).filter((name) => securityNames.has(name) && !outerOut.has(name))
  if (out.length > 0) return `answers get no ${out.join(', ')}`
  const innerRemove = new Set(lower([...inner.request.remove, ...Object.keys(inner.request.set)]))
  const through = lower(outer.request.remove).filter((name) => !innerRemove.has(name))
  return through.length > 0 ? `requests may carry ${through.join(', ')} again` : null
}

function entries(set: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(set).map(([name, value]) => [name.toLowerCase(), value] as const)
}

function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase())
}
