import type { Gateway } from './gateways.ts'

/** A gateway that checks tokens, with its cache of verified tokens on or off. */
export interface Contender {
  readonly gateway: Gateway
  readonly cached: boolean
  /** What stands in its configuration for `@CACHE@`. */
  readonly cacheLine: string
}

interface Guarding {
  readonly template: string
  readonly uncached: string
  /** Left out where a gateway has no such cache. */
  readonly cached?: string
}

/** Those that can check a JWT in their free edition. nginx and Caddy cannot. */
const guarding: Readonly<Record<string, Guarding>> = {
  sallyport: { template: 'sallyport-jwt.yaml', uncached: 'cache: 0', cached: '' },
  haproxy: { template: 'haproxy-jwt.cfg', uncached: '' },
  envoy: {
    template: 'envoy-jwt.yaml',
    uncached: '',
    // Its default of 100 tokens would never meet one of the 1,000 again.
    cached: 'jwt_cache_config: { jwt_cache_size: 4096 }',
  },
}

/**
 * The gateways among these that check tokens: once with a cache where they have one, and once without.
 * @throws Error when there is none.
 */
export function contendersOf(gateways: readonly Gateway[]): Contender[] {
  const contenders = gateways.flatMap((found): Contender[] => {
    const { template, uncached, cached } = guarding[found.name] ?? {}
    if (template === undefined || uncached === undefined) return []
    const gateway = { ...found, template }
    const plain = { gateway, cached: false, cacheLine: uncached }
    return cached === undefined ? [plain] : [{ gateway, cached: true, cacheLine: cached }, plain]
  })
  if (contenders.length === 0) {
    throw new Error(`no gateway that checks tokens: there are ${Object.keys(guarding).join(', ')}`)
  }
  return contenders
}
