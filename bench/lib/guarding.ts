import type { Gateway } from './gateways.ts'

/** A gateway that checks tokens, with its cache of verified tokens on or off. */
export interface Contender {
  readonly gateway: Gateway
  readonly cached: boolean
  /** What stands in its configuration for `@CACHE@` and the like. */
  readonly values: Readonly<Record<string, string>>
}

interface Guarding {
  readonly template: string
  readonly uncached: string
  /** Left out where a gateway has no such cache. */
  readonly cached?: string
  /** What the template says where a token is enough, and where it has to carry the role. Left out: it knows no roles. */
  readonly rules?: Readonly<Record<Rule, Readonly<Record<string, string>>>>
}

/** What a caller has to have: a right token, or one with the role `reader` in it. */
export type Rule = 'token' | 'role'

/** Envoy's filter that lets through whose token has the role, by the claims that its check of tokens leaves behind. */
const envoyRole =
  "- { name: envoy.filters.http.rbac, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC, rules: { action: ALLOW, policies: { readers: { permissions: [{ any: true }], principals: [{ metadata: { filter: envoy.filters.http.jwt_authn, path: [{ key: claims }, { key: roles }], value: { list_match: { one_of: { string_match: { exact: reader } } } } } }] } } } } }"

/** Those that can check a JWT in their free edition. nginx and Caddy cannot. */
const guarding: Readonly<Record<string, Guarding>> = {
  sallyport: {
    template: 'sallyport-jwt.yaml',
    uncached: 'cache: 0',
    cached: '',
    rules: {
      token: { AUTHORIZE: 'authorize: any-authenticated-caller' },
      role: { AUTHORIZE: 'require: { roles: [reader] }' },
    },
  },
  haproxy: { template: 'haproxy-jwt.cfg', uncached: '' },
  envoy: {
    template: 'envoy-jwt.yaml',
    uncached: '',
    // Its default of 100 tokens would never meet one of the 1,000 again.
    cached: 'jwt_cache_config: { jwt_cache_size: 4096 }',
    rules: {
      token: { PAYLOAD: '', RBAC: '' },
      role: { PAYLOAD: 'payload_in_metadata: claims', RBAC: envoyRole },
    },
  },
}

/**
 * The gateways among these that check tokens: once with a cache where they have one, and once without.
 * @throws Error when there is none.
 */
export function contendersOf(gateways: readonly Gateway[], rule: Rule): Contender[] {
  const contenders = gateways.flatMap((found): Contender[] => {
    const { template, uncached, cached, rules } = guarding[found.name] ?? {}
    if (template === undefined || uncached === undefined) return []
    if (rules === undefined && rule === 'role') return []
    const gateway = { ...found, template }
    const values = rules?.[rule] ?? {}
    const plain = { gateway, cached: false, values: { ...values, CACHE: uncached } }
    if (cached === undefined) return [plain]
    return [{ gateway, cached: true, values: { ...values, CACHE: cached } }, plain]
  })
  if (contenders.length === 0) {
    throw new Error(`no gateway that checks tokens: there are ${Object.keys(guarding).join(', ')}`)
  }
  return contenders
}
