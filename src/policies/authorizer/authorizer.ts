import { hash } from 'node:crypto'
import { codes } from '../../codes.ts'
import { networkOfClient } from '../../engines/networks/client-network.ts'
import type { Caller } from '../../gateway/facts.ts'
import { definePolicy, type Policy, type RequestView } from '../../gateway/policy.ts'
import { deny, pass, passBy, type Verdict } from '../../gateway/verdict.ts'
import { bytesOf, type CachedToken, TokenCache } from '../token-cache.ts'
import { headersSet } from './common-settings.ts'
import { type Asked, type Decided, Deciding } from './deciding.ts'
import { type AuthorizerSettings, authorizerSettings, backendOf, filesOf, missing } from './kinds.ts'
import type { PassedOn } from './passed-on.ts'
import { Showing } from './shown-request.ts'

/** Memory of each data thread for allowing answers. */
const cacheBytes = 8 * 1024 * 1024
/**
 * Questions under way in one data thread: of one authorizer, and of all. A thread has 1,000 for everything that its
 * policies ask of the control plane, and authorizers that hang must leave places to log-ins and introspection.
 */
const mostOfOne = 250
const mostOfAll = 500
let ofAll = 0

/** A request that looked the same was allowed a short while ago. */
interface Allowed extends CachedToken {
  readonly headers: readonly PassedOn[]
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Has every request decided by somebody else: a function at AWS Lambda, a service, OPA. */
export const authorizer: Policy<AuthorizerSettings> = definePolicy<AuthorizerSettings>({
  name: 'authorizer',
  phases: ['authorize', 'prepare'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  // Above waiting and the longest call, which end in an answer of their own.
  timeout: 31_000,
  reads: [],
  mayRead: ['caller'],
  writes: [],
  authorizes: true,
  located: true,
  varies: true,
  upstreamHeaders: headersSet,
  files: filesOf,
  config: authorizerSettings,
  denials: [codes.AUTHORIZER_DENIED, codes.AUTHORIZER_CREDENTIALS, codes.AUTHORIZER_FAILED],
  control: (config, host) => new Deciding(config, backendOf(config, host), host),
  setup(config, host) {
    const where = `${host.where} (${host.sourceOf([])})`
    const passed = passBy(where)
    const challenge = [['www-authenticate', config.challenge]] as const
    const showing = new Showing(config.show)
    const cache = new TokenCache<Allowed>(config.rememberMs === 0 ? 0 : cacheBytes)
    const routes = new Map<string, string>()
    /** What `prepare` sets; only of requests for which there is something. */
    const toPassOn = new WeakMap<RequestView, readonly PassedOn[]>()

    const refused = (status: 401 | 403, reason: string): Verdict =>
      status === 401
        ? deny(codes.AUTHORIZER_CREDENTIALS, { reason: `${where}: ${reason}`, headers: challenge })
        : deny(codes.AUTHORIZER_DENIED, { reason: `${where}: ${reason}` })

    let ofThis = 0
    const ask = async (asked: Asked): Promise<Decided> => {
      if (ofThis >= mostOfOne || ofAll >= mostOfAll)
        return { kind: 'failed', reason: 'too many questions to authorizers are under way' }
      ofThis++
      ofAll++
      try {
        return (await host.control.ask(asked)) as Decided
      } catch {
        return { kind: 'failed', reason: 'the control plane did not answer' }
      } finally {
        ofThis--
        ofAll--
      }
    }

    const admit = (request: RequestView, headers: readonly PassedOn[]): Verdict => {
      if (headers.length > 0) toPassOn.set(request, headers)
      return passed
    }

    return {
      request(request) {
        const route = routes.get(`${request.api} ${request.operationName}`) ?? request.path
        const shown = showing.of(request, route)
        const lacking = missing(config, shown)
        if (lacking !== null) return refused(401, lacking)
        let digest: string | null = null
        if (config.rememberMs > 0) {
          // All that was shown, and what was revoked by then: nothing else can have decided.
          digest = hash('sha256', JSON.stringify([host.revocations.version, shown]), 'base64')
          const known = cache.get(digest)
          if (known !== undefined) {
            if (Date.now() < known.until) return admit(request, known.headers)
            cache.delete(digest)
          }
        }
        const event = { requestId: request.id, at: request.startedAt, shown }
        const asked = { event, from: networkOfClient(request.clientAddress), digest } satisfies Asked
        return ask(asked).then((decided) => {
          if (decided.kind === 'failed')
            return deny(codes.AUTHORIZER_FAILED, { reason: `${where}: ${decided.reason}` })
          if (decided.kind === 'denied') return refused(decided.status, decided.reason)
          const { headers, ttlMs } = decided
          if (digest !== null && ttlMs > 0) {
            const until = Math.min(Date.now() + ttlMs, endOf(request.facts.caller))
            const length = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
            cache.put(digest, { headers, until, bytes: bytesOf(length) })
          }
          return admit(request, headers)
        })
      },
      // The template of its path is what a plan tells of an operation beforehand; nothing is decided here.
      needs({ api, name, template }) {
        routes.set(`${api} ${name}`, template)
        return { object: false, body: false, readBy: null, answer: false }
      },
      object: () => pass,
      prepare(request, { headers }) {
        for (const [name, value] of toPassOn.get(request.origin) ?? []) headers.set(name, value)
      },
    }
  },
})

/** When the caller's credential ends, in milliseconds since 1970, where it says so. */
function endOf(caller: Caller | undefined): number {
  const exp = caller?.claims['exp']
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
}
