import type { JsonObject } from '../../engines/json/json.ts'
import type { TokenRules } from '../../engines/jwt/rules.ts'
import { type ParsedToken, parseToken } from '../../engines/jwt/token.ts'
import { type VerifyOutcome, verifyToken } from '../../engines/jwt/verify.ts'
import type { ControlHost } from '../../gateway/control-half.ts'
import { keysAt, type LoadedKeys } from '../../remote/key-set-load.ts'
import { KeySetSource } from '../../remote/key-set-source.ts'
import { PublishedKeys } from '../../remote/key-set-view.ts'
import { fetchMetadata, metadataAddress, refusedAddress } from '../../remote/provider-metadata.ts'
import type { OidcSettings } from './oidc-settings.ts'
import type { ProviderPages } from './questions.ts'

/** What is read of the provider's metadata. */
export interface ProviderMetadata extends ProviderPages {
  readonly token: string
  /** Whether it takes the client's secret in the form only, not as Basic. */
  readonly secretInForm: boolean
}

/** What was proven of a token, or why not. */
export type Proof =
  | { readonly ok: true; readonly claims: JsonObject; readonly token: ParsedToken }
  | { readonly ok: false; readonly reason: string; readonly unavailable: boolean }

const refreshMs = 15 * 60_000
const maxStaleMs = 24 * 3600_000

/** The provider as the control plane knows it: its metadata, and the keys that it signs with. */
export class Provider {
  readonly #settings: OidcSettings
  readonly #call: ControlHost['call']
  readonly #onChange: () => void
  readonly #source: KeySetSource
  readonly #keys: PublishedKeys
  #metadata: ProviderMetadata | null = null
  #state: unknown

  constructor(settings: OidcSettings, host: ControlHost, onChange: () => void) {
    this.#settings = settings
    this.#call = host.call
    this.#onChange = onChange
    const { outgoing, algorithms, discovery } = settings
    this.#source = new KeySetSource(
      {
        load: () => this.#load(),
        source: metadataAddress(discovery),
        algorithms,
        symmetric: false,
        kept: true,
        refreshMs,
        maxStaleMs,
      },
      {
        where: host.where,
        kept: host.kept,
        report: host.report,
        publish: (state) => {
          this.#state = state
          this.#onChange()
        },
      },
    )
    const state = (): unknown => this.#state
    this.#keys = new PublishedKeys(
      {
        get state() {
          return state()
        },
        ask: (question) => this.#source.ask(question),
      },
      { symmetric: false, waitMs: 2 * outgoing.timeoutMs },
    )
  }

  /** Null until they were read once. */
  get metadata(): ProviderMetadata | null {
    return this.#metadata
  }

  get problem(): string {
    return this.#keys.problem
  }

  /** Proves a token by rules, with newer keys where it names an unknown one. */
  async prove(text: string, rules: TokenRules): Promise<Proof> {
    const parsed = parseToken(text)
    if ('fault' in parsed) return { ok: false, reason: parsed.reason, unavailable: false }
    const first = this.#verify(parsed, rules)
    if (first !== null && (first.ok || !first.mayRefresh)) return proofOf(first, parsed)
    const freshness = await this.#keys.newer()
    const second = this.#verify(parsed, rules)
    if (second === null) return { ok: false, reason: this.problem, unavailable: true }
    if (!second.ok && second.mayRefresh && freshness === 'unknown')
      return {
        ok: false,
        reason: `${second.reason} Newer keys cannot be had: ${this.problem}`,
        unavailable: true,
      }
    return proofOf(second, parsed)
  }

  status(): unknown {
    return this.#source.status()
  }

  close(): void {
    this.#source.close()
  }

  #verify(parsed: ParsedToken, rules: TokenRules): VerifyOutcome | null {
    const keys = this.#keys.current(Date.now())
    return keys === null ? null : verifyToken(parsed, keys, rules, Date.now() / 1000)
  }

  async #load(): Promise<LoadedKeys> {
    const { discovery, issuer, outgoing } = this.#settings
    const calls = { call: this.#call, remote: outgoing }
    const fetched = await fetchMetadata(discovery, issuer, calls)
    if (!fetched.ok) return fetched
    const at = metadataAddress(discovery)
    const { json } = fetched
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri']) {
      const refused = refusedAddress(name, json[name], at)
      if (refused !== null) return { ok: false, reason: refused }
    }
    const endSession = json['end_session_endpoint']
    const methods = json['token_endpoint_auth_methods_supported']
    const keys = await keysAt(String(json['jwks_uri']), calls)
    this.#metadata = {
      authorization: String(json['authorization_endpoint']),
      token: String(json['token_endpoint']),
      endSession: refusedAddress('end_session_endpoint', endSession, at) === null ? String(endSession) : null,
      namesIssuer: json['authorization_response_iss_parameter_supported'] === true,
      // RFC 8414 §2: `client_secret_basic` where nothing is said.
      secretInForm: Array.isArray(methods) && !methods.includes('client_secret_basic'),
    }
    this.#onChange()
    return keys
  }
}

function proofOf(outcome: VerifyOutcome, token: ParsedToken): Proof {
  return outcome.ok
    ? { ok: true, claims: outcome.claims, token }
    : { ok: false, reason: outcome.reason, unavailable: false }
}
