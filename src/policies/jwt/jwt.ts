import { codes } from '../../codes.ts'
import { KeySet } from '../../engines/jwt/keys.ts'
import type { Host } from '../../gateway/policy.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { FixedKeys, type KeyView, PublishedKeys } from '../../remote/key-set-view.ts'
import { metadataAnswer, metadataPath } from '../protected-resource.ts'
import { outgoingFiles } from '../remote-settings.ts'
import { TokenJudge } from './judge.ts'
import type { JwtSettings } from './jwt-settings.ts'
import { keySource } from './key-source.ts'
import { jwtSettings } from './settings.ts'

/** Longest that a request waits for keys; a fetch that takes longer goes on without it. */
const longestWaitMs = 6000

/** Proves a caller by a signed token (RFC 7519) of one issuer. */
export const jwt: Policy<JwtSettings> = definePolicy({
  name: 'jwt',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  // Above the wait for keys, which ends in an answer of its own.
  timeout: longestWaitMs + 1000,
  reads: [],
  writes: ['caller'],
  neverAmbient: true,
  credential: ({ header }) => (header === null ? 'authorization' : `header ${header}`),
  consumedHeaders: ({ header, forwardToken }) => (forwardToken ? [] : [header ?? 'authorization']),
  endpoints: ({ resource }) =>
    resource === null ? [] : [{ path: metadataPath(resource), methods: ['GET'] }],
  files(config, absolute) {
    const { origin } = config
    return {
      ...config,
      origin: origin.kind === 'file' ? { ...origin, file: absolute(['keys', 'file'], origin.file) } : origin,
      outgoing: outgoingFiles(config.outgoing, absolute),
    }
  },
  config: jwtSettings,
  denials: [
    codes.TOKEN_INVALID,
    codes.TOKEN_EXPIRED,
    codes.TOKEN_REVOKED,
    codes.TOKEN_NOT_ALLOWED,
    codes.KEYS_UNAVAILABLE,
  ],
  control: keySource,
  setup(config, host) {
    const judge = new TokenJudge(config, host, viewOf(config, host))
    const { resource, header } = config
    const metadata = resource === null ? null : metadataAnswer(resource, header)
    return {
      request: (request, set) => judge.judge(request, set),
      ...(metadata === null ? {} : { serve: () => metadata }),
    }
  },
})

function viewOf({ origin, symmetric, outgoing }: JwtSettings, host: Host): KeyView {
  if (origin.kind !== 'inline')
    return new PublishedKeys(host.control, {
      symmetric,
      waitMs: Math.min(longestWaitMs, 2 * outgoing.timeoutMs),
    })
  const keys = KeySet.fromJwks(origin.jwks, { symmetric })
  // The schema has read them once: what arrives otherwise is not the operator's.
  if (typeof keys === 'string') throw new Error(keys)
  return new FixedKeys(keys)
}
