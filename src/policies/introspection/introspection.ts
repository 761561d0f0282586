import { hash } from 'node:crypto'
import { codes } from '../../codes.ts'
import { parseToken } from '../../engines/jwt/token.ts'
import { networkOfClient } from '../../engines/networks/client-network.ts'
import type { Caller, Claims } from '../../gateway/facts.ts'
import {
  definePolicy,
  type FactSetter,
  type Policy,
  type RequestView,
  type RevocableCredential,
} from '../../gateway/policy.ts'
import { notMine, pass, type Verdict } from '../../gateway/verdict.ts'
import { tokenOf } from '../bearer.ts'
import { bindingOf, wrongCertificate } from '../binding.ts'
import { outgoingFiles } from '../remote-settings.ts'
import { bytesOf, type CachedToken, TokenCache } from '../token-cache.ts'
import { callerOf, callerPaths, credentialOf, revocationOf } from '../token-caller.ts'
import { TokenRefusals } from '../token-refusals.ts'
import type { IntrospectionSettings } from './introspection-settings.ts'
import { type Asked, type Introspected, Introspector } from './introspector.ts'
import { introspectionSettings } from './settings.ts'

/** Memory of each data thread for active answers. */
const cacheBytes = 8 * 1024 * 1024
const longestToken = 16_384

/** A token that the provider called active a short while ago. */
interface ActiveToken extends CachedToken {
  readonly caller: Caller
  /** Milliseconds since 1970. */
  readonly until: number
  readonly certificate: string | null
  readonly credential: RevocableCredential
}

/** Proves a caller by a token that only its provider can read (RFC 7662). */
export const introspection: Policy<IntrospectionSettings> = definePolicy({
  name: 'introspection',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  // Above the longest call, which ends in an answer of its own.
  timeout: 61_000,
  reads: [],
  writes: ['caller'],
  neverAmbient: true,
  credential: () => 'authorization',
  consumedHeaders: ({ forwardToken }) => (forwardToken ? [] : ['authorization']),
  files: (config, absolute) => ({ ...config, outgoing: outgoingFiles(config.outgoing, absolute) }),
  config: introspectionSettings,
  denials: [codes.TOKEN_INVALID, codes.TOKEN_REVOKED, codes.INTROSPECTION_UNAVAILABLE],
  control: (config, host) => new Introspector(config, host),
  setup(config, host) {
    const refusals = new TokenRefusals(
      { realm: config.realm, header: null, resource: null },
      codes.INTROSPECTION_UNAVAILABLE,
    )
    const jwt = notMine(refusals.invalid('the token has the form of a JWT, and `tokens` is `opaque`'))
    const malformed = refusals.invalid('the token has characters that a bearer token has not, or is too long')
    const paths = callerPaths(config)
    const cache = new TokenCache<ActiveToken>(config.rememberMs === 0 ? 0 : cacheBytes)

    const read = (cloned: Claims, until: number, length: number): ActiveToken | string => {
      const claims = Object.assign(Object.create(null) as Claims, cloned)
      const binding = bindingOf(claims)
      if (binding.kind === 'unusable') return binding.reason
      const certificate = binding.kind === 'certificate' ? binding.thumbprint : null
      const caller = callerOf(claims, paths, host.instance, false)
      if (typeof caller === 'string') return caller
      return {
        caller,
        until,
        certificate,
        credential: credentialOf(claims, host.instance, null, certificate),
        bytes: bytesOf(length),
      }
    }

    const admit = (active: ActiveToken, request: RequestView, set: FactSetter): Verdict => {
      const revoked = revocationOf(host.revocations, active.credential, active.caller)
      if (revoked !== null) return refusals.revoked(revoked)
      const wrong = active.certificate === null ? null : wrongCertificate(active.certificate, request)
      if (wrong !== null) return refusals.invalid(wrong)
      set('caller', active.caller)
      return pass
    }

    return {
      request(request, set) {
        const token = tokenOf(request, null, refusals)
        if (typeof token !== 'string') return token
        // RFC 6750 §2.1. What is no token is not worth a call.
        if (token.length > longestToken || !/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return malformed
        if (!config.jwts && !('fault' in parseToken(token))) return jwt
        const digest = hash('sha256', token, 'base64')
        const known = cache.get(digest)
        if (known !== undefined) {
          if (Date.now() < known.until) return admit(known, request, set)
          cache.delete(digest)
        }
        return host.control
          .ask({ token, from: networkOfClient(request.clientAddress) } satisfies Asked)
          .then((answer) => {
            const introspected = answer as Introspected
            if (introspected.kind === 'unavailable') return refusals.unavailable(introspected.reason)
            if (introspected.kind === 'refused') return refusals.invalid(introspected.reason)
            const active = read(introspected.claims, introspected.until, token.length)
            if (typeof active === 'string') return refusals.invalid(active)
            if (config.rememberMs > 0) cache.put(digest, active)
            return admit(active, request, set)
          })
      },
    }
  },
})
