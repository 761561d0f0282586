import { z } from 'zod'
import { type Algorithm, traitsOf } from '../../engines/jwt/algorithms.ts'
import { KeySet } from '../../engines/jwt/keys.ts'
import { unusable } from '../../remote/key-set-check.ts'
import { protectedResourceOf } from '../protected-resource.ts'
import { isConfidential } from '../provider-fields.ts'
import { outgoingOf } from '../remote-settings.ts'
import type { JwtSettings, KeyOrigin } from './jwt-settings.ts'
import { type Preset, presetKeys } from './presets/preset.ts'
import { presetOf } from './presets/table.ts'
import type { WrittenJwt } from './written-jwt.ts'

type Refuse = (at: readonly (string | number)[], message: string) => void

/** Completes what is written by its preset, and refuses what does not fit together, each with a remedy. */
export function complete(written: WrittenJwt, context: z.core.$RefinementCtx<WrittenJwt>): JwtSettings {
  let refused = false
  const refuse: Refuse = (at, message) => {
    refused = true
    context.addIssue({ code: 'custom', path: [...at], message })
  }
  const preset = presetOf(written.preset ?? null)
  for (const key of presetKeys) {
    if (written[key] !== undefined && !preset.keys.includes(key))
      refuse(
        [key],
        `\`${key}\` belongs to another preset\nRemove it, or write the \`preset\` that it belongs to.`,
      )
  }
  const issuers = preset.issuers(written)
  if ('key' in issuers) {
    refuse([issuers.key], issuers.message)
    return z.NEVER
  }
  const [first = '', ...others] = issuers
  const algorithms = written.algorithms ?? preset.algorithms
  const origin = originOf(written, first, refuse)
  const symmetric = checkAlgorithms(algorithms, origin, refuse)
  if (origin.kind === 'inline') checkInline(origin.jwks, algorithms, symmetric, refuse)
  const audiences = audiencesOf(written, preset, refuse)
  if (refused) return z.NEVER
  return {
    preset: written.preset ?? null,
    issuers: [first, ...others],
    origin,
    audiences,
    clients: written.clients === undefined ? null : [written.clients].flat(),
    algorithms,
    symmetric,
    rfc9068: written.tokenType === 'at+jwt',
    clockToleranceSeconds: written.clockTolerance / 1000,
    maxLifetimeSeconds: written.maxLifetime === undefined ? null : written.maxLifetime / 1000,
    caller: written.caller,
    scopes: [written.scopes ?? preset.scopes].flat(),
    roles: [written.roles ?? preset.roles].flat(),
    require: written.require,
    header: written.from?.header.toLowerCase() ?? null,
    realm: written.realm,
    resource: written.resource === undefined ? null : protectedResourceOf(written.resource, first),
    forwardToken: written.forwardToken,
    cacheBytes: written.cache,
    refreshMs: written.refresh,
    maxStaleMs: written.maxStale,
    outgoing: outgoingOf(written),
  }
}

function originOf({ keys, discovery }: WrittenJwt, issuer: string, refuse: Refuse): KeyOrigin {
  if (keys !== undefined && discovery !== undefined)
    refuse(['discovery'], 'the keys have two sources\nWrite `discovery` or `keys`, not both.')
  if (keys?.file !== undefined) return { kind: 'file', file: keys.file }
  if (keys?.inline !== undefined) return { kind: 'inline', jwks: keys.inline }
  if (keys?.url !== undefined) return { kind: 'url', url: keys.url }
  if (discovery !== undefined) return { kind: 'discovery', url: discovery }
  if (!isReadable(issuer))
    refuse(
      ['issuer'],
      'the keys cannot be found by this issuer, which is no `https` address\nWrite `discovery` or `keys` beside it: in clear text, whoever is on the way chooses the keys.',
    )
  return { kind: 'discovery', url: issuer }
}

/** Without a further word, keys come over TLS, or from this machine. */
function isReadable(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false
  return isConfidential(issuer)
}

/** Whether the keys are shared secrets; they never are beside public keys, nor from a network (RFC 8725 §2.1). */
function checkAlgorithms(algorithms: readonly Algorithm[], origin: KeyOrigin, refuse: Refuse): boolean {
  const secrets = algorithms.filter((one) => traitsOf(one).kty === 'oct').length
  if (secrets === 0) return false
  if (secrets < algorithms.length)
    refuse(
      ['algorithms'],
      'shared secrets (HS…) stand beside public keys\nA public key would serve as a secret: make two identities.',
    )
  if (origin.kind !== 'file' && origin.kind !== 'inline')
    refuse(
      ['algorithms'],
      'a shared secret (HS…) cannot come from an address\nWrite it under `keys.file` or `keys.inline`, or let the issuer sign with a private key.',
    )
  return true
}

function checkInline(
  jwks: object,
  algorithms: readonly Algorithm[],
  symmetric: boolean,
  refuse: Refuse,
): void {
  const at = ['keys', 'inline', 'keys'] as const
  const set = KeySet.fromJwks(jwks, { symmetric })
  if (typeof set === 'string') return refuse(at, `the keys cannot be used\n${set}`)
  const problem = set.refused[0] ?? unusable(set, algorithms)
  if (problem !== null) refuse(at, `a key cannot be used\n${problem}`)
}

function audiencesOf(written: WrittenJwt, preset: Preset, refuse: Refuse): readonly string[] | null {
  const audiences = [written.audience ?? preset.audiences?.(written) ?? []].flat()
  if (audiences.length > 0) return audiences
  const bound = [written.clients ?? []].flat().length > 0
  if (preset.boundByClients && bound) return null
  refuse(
    [preset.boundByClients ? 'clients' : 'audience'],
    preset.boundByClients
      ? 'nothing binds the tokens to this API\nWrite `clients`, the app clients that may call: access tokens of this provider have no `aud`.'
      : 'the audience is missing\nWrite `audience`, the name of this API in `aud` of the tokens: without it, a token for any other API of the issuer would open this one.',
  )
  return null
}
