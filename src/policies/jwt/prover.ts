import { shown } from '../../engines/jwt/faults.ts'
import type { KeySet } from '../../engines/jwt/keys.ts'
import type { VerifiedToken } from '../../engines/jwt/verify.ts'
import type { Claims } from '../../gateway/facts.ts'
import type { Deny } from '../../gateway/verdict.ts'
import { bindingOf } from '../binding.ts'
import { bytesOf } from '../token-cache.ts'
import { type CallerPaths, callerOf, callerPaths, credentialOf } from '../token-caller.ts'
import type { TokenRefusals } from '../token-refusals.ts'
import { firstUnmet, type ReadyRules, readyRules } from './claim-rules.ts'
import type { JwtSettings } from './jwt-settings.ts'
import type { Preset } from './presets/preset.ts'
import { presetOf } from './presets/table.ts'
import type { ProvenToken } from './proven-token.ts'

/** Never a version: what is proven is looked up among the revocations before it is first used. */
const notLookedUp = -1

/** Turns a token whose signature and registered claims are right into a proven caller, or refuses it. */
export class Prover {
  readonly #preset: Preset
  readonly #clients: readonly string[] | null
  readonly #paths: CallerPaths
  readonly #rules: ReadyRules
  readonly #identity: string
  readonly #refusals: TokenRefusals

  constructor(settings: JwtSettings, identity: string, refusals: TokenRefusals) {
    this.#preset = presetOf(settings.preset)
    this.#clients = settings.clients
    this.#paths = callerPaths(settings)
    this.#rules = readyRules(settings.require)
    this.#identity = identity
    this.#refusals = refusals
  }

  prove({ claims, key, expiresAt }: VerifiedToken, keys: KeySet, tokenLength: number): ProvenToken | Deny {
    const refused = this.#preset.check?.(claims) ?? null
    if (refused !== null)
      return refused.kind === 'wrong'
        ? this.#refusals.invalid(refused.reason)
        : this.#refusals.notAllowed(refused.reason)
    const client = this.#wrongClient(claims)
    if (client !== null) return this.#refusals.invalid(client)
    const binding = bindingOf(claims)
    if (binding.kind === 'unusable') return this.#refusals.invalid(binding.reason)
    const certificate = binding.kind === 'certificate' ? binding.thumbprint : null
    const caller = callerOf(claims, this.#paths, this.#identity, false)
    if (typeof caller === 'string') return this.#refusals.invalid(caller)
    const unmet = firstUnmet(claims, this.#rules)
    if (unmet !== null) return this.#refusals.notAllowed(unmet)
    return {
      caller,
      expiresAt,
      thumbprint: key.thumbprint,
      certificate,
      credential: credentialOf(claims, this.#identity, key.kid, certificate),
      bytes: bytesOf(tokenLength),
      keys,
      revocations: notLookedUp,
    }
  }

  #wrongClient(claims: Claims): string | null {
    if (this.#clients === null) return null
    const name = this.#preset.clientClaims.find((one) => claims[one] !== undefined)
    if (name === undefined)
      return `It names no client (${this.#preset.clientClaims.join(' or ')}), and \`clients\` asks for one.`
    const client = claims[name]
    if (typeof client === 'string' && this.#clients.includes(client)) return null
    return `The client is ${typeof client === 'string' ? shown(client) : 'no text'}, which is not one of \`clients\`.`
  }
}
