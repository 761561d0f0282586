import { hash } from 'node:crypto'
import { codes } from '../../codes.ts'
import { shown } from '../../engines/jwt/faults.ts'
import type { KeySet } from '../../engines/jwt/keys.ts'
import type { TokenRules } from '../../engines/jwt/rules.ts'
import { type ParsedToken, parseToken } from '../../engines/jwt/token.ts'
import { type RefusedToken, type VerifiedToken, verifyToken } from '../../engines/jwt/verify.ts'
import type { FactSetter, Host, RequestView } from '../../gateway/policy.ts'
import { type Deny, notMine, pass, type Verdict } from '../../gateway/verdict.ts'
import type { Freshness, KeyView } from '../../remote/key-set-view.ts'
import { tokenOf } from '../bearer.ts'
import { wrongCertificate } from '../binding.ts'
import { TokenCache } from '../token-cache.ts'
import { revocationOf } from '../token-caller.ts'
import { TokenRefusals } from '../token-refusals.ts'
import { hintFor } from './hints.ts'
import type { JwtSettings } from './jwt-settings.ts'
import type { ProvenToken } from './proven-token.ts'
import { Prover } from './prover.ts'
import { rulesOf } from './token-rules.ts'

/** Judges the tokens of one identity in one data thread. */
export class TokenJudge {
  readonly #settings: JwtSettings
  readonly #host: Host
  readonly #keys: KeyView
  readonly #rules: TokenRules
  readonly #refusals: TokenRefusals
  readonly #prover: Prover
  /** Null where no token is kept. */
  readonly #cache: TokenCache<ProvenToken> | null

  constructor(settings: JwtSettings, host: Host, keys: KeyView) {
    this.#settings = settings
    this.#host = host
    this.#keys = keys
    this.#rules = rulesOf(settings)
    this.#refusals = new TokenRefusals(settings, codes.KEYS_UNAVAILABLE)
    this.#prover = new Prover(settings, host.instance, this.#refusals)
    this.#cache = settings.cacheBytes === 0 ? null : new TokenCache(settings.cacheBytes)
  }

  judge(request: RequestView, set: FactSetter): Verdict | Promise<Verdict> {
    const token = tokenOf(request, this.#settings.header, this.#refusals)
    if (typeof token !== 'string') return token
    const now = Date.now()
    const keys = this.#keys.current(now)
    if (this.#cache === null) return this.#first(token, '', keys, request, set)
    const digest = hash('sha256', token, 'base64')
    const proven = this.#cache.get(digest)
    if (proven !== undefined && keys !== null && this.#stillHolds(proven, keys, now))
      return this.#admit(proven, request, set)
    if (proven !== undefined) this.#cache.delete(digest)
    return this.#first(token, digest, keys, request, set)
  }

  /** What was proven holds until the token ends or its key leaves the set. */
  #stillHolds(proven: ProvenToken, keys: KeySet, nowMs: number): boolean {
    if (!(nowMs < proven.expiresAt * 1000)) return false
    if (proven.keys === keys) return true
    if (!keys.has(proven.thumbprint)) return false
    proven.keys = keys
    return true
  }

  /** A token that is not known yet, or no longer. */
  #first(
    token: string,
    digest: string,
    keys: KeySet | null,
    request: RequestView,
    set: FactSetter,
  ): Verdict | Promise<Verdict> {
    const parsed = parseToken(token)
    // No token that could be read: another identity that reads the same place may know what it is.
    if ('fault' in parsed)
      return notMine(this.#refuse(parsed.reason, hintFor(parsed.fault, null, token, this.#settings)))
    const { claims } = parsed
    const issuer = claims['iss']
    if (typeof issuer !== 'string' || !this.#settings.issuers.includes(issuer)) {
      const reason = `The issuer is ${typeof issuer === 'string' ? shown(issuer) : 'absent'}, and not that of the identity.`
      return notMine(this.#refuse(reason, hintFor('ISSUER_WRONG', claims, token, this.#settings)))
    }
    const admit = (verdict: ProvenToken | Deny): Verdict => {
      if ('kind' in verdict) return verdict
      this.#cache?.put(digest, verdict)
      return this.#admit(verdict, request, set)
    }
    const outcome = keys === null ? null : this.#verify(parsed, keys)
    if (outcome !== null && keys !== null && !(outcome.ok === false && outcome.mayRefresh))
      return admit(this.#conclude(outcome, parsed, keys, token))
    const freshness = this.#keys.newer()
    if (typeof freshness === 'string') return admit(this.#again(freshness, parsed, token))
    return freshness.then((late) => admit(this.#again(late, parsed, token)))
  }

  /** After newer keys were looked for. */
  #again(freshness: Freshness, parsed: ParsedToken, token: string): ProvenToken | Deny {
    const keys = this.#keys.current(Date.now())
    if (keys === null) return this.#refusals.unavailable(this.#keys.problem)
    const outcome = this.#verify(parsed, keys)
    // An issuer that cannot be asked may have a new key: the token is neither right nor wrong.
    if (!outcome.ok && outcome.mayRefresh && freshness === 'unknown')
      return this.#refusals.unavailable(`${outcome.reason} Newer keys cannot be had: ${this.#keys.problem}`)
    return this.#conclude(outcome, parsed, keys, token)
  }

  #verify(parsed: ParsedToken, keys: KeySet): VerifiedToken | RefusedToken {
    return verifyToken(parsed, keys, this.#rules, Date.now() / 1000)
  }

  #conclude(
    outcome: VerifiedToken | RefusedToken,
    { claims }: ParsedToken,
    keys: KeySet,
    token: string,
  ): ProvenToken | Deny {
    if (outcome.ok) return this.#prover.prove(outcome, keys, token.length)
    const reason = `${outcome.reason}${hintFor(outcome.fault, claims, token, this.#settings)}`
    return outcome.fault === 'EXPIRED' ? this.#refusals.expired(reason) : this.#refusals.invalid(reason)
  }

  /** What may change between two requests with one token. */
  #admit(proven: ProvenToken, request: RequestView, set: FactSetter): Verdict {
    const { revocations } = this.#host
    if (proven.revocations !== revocations.version) {
      const revoked = revocationOf(revocations, proven.credential, proven.caller)
      if (revoked !== null) return this.#refusals.revoked(`${revoked}.`)
      proven.revocations = revocations.version
    }
    if (proven.certificate !== null) {
      const wrong = wrongCertificate(proven.certificate, request)
      if (wrong !== null) return this.#refusals.invalid(wrong)
    }
    set('caller', proven.caller)
    return pass
  }

  #refuse(reason: string, hint: string): Deny {
    return this.#refusals.invalid(`${reason}${hint}`)
  }
}
