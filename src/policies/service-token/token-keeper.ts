import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { askTokens } from '../../remote/token-endpoint.ts'
import type { ServiceTokenSettings } from './settings.ts'

/** What the data halves get. */
export interface ServiceToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** A token is renewed when so much of its life is over, and used until so long before its end. */
const renewedAt = 0.8
const marginMs = 5000
const firstRetryMs = 1000
const longestRetryMs = 30_000

/** Keeps a token of the gateway's own: asked for by client credentials (RFC 6749 §4.4), renewed before its end. */
export class TokenKeeper implements ControlHalf {
  readonly #settings: ServiceTokenSettings
  readonly #host: Pick<ControlHost, 'call' | 'publish' | 'report' | 'where'>
  #timer: NodeJS.Timeout | undefined
  #flight: Promise<void>
  #failures = 0
  #problem: string | null = null
  #until = 0
  #closed = false

  constructor(
    settings: ServiceTokenSettings,
    host: Pick<ControlHost, 'call' | 'publish' | 'report' | 'where'>,
  ) {
    this.#settings = settings
    this.#host = host
    this.#flight = this.#renew()
  }

  /** For a request that finds no token: waits for the call under way. */
  async ask(): Promise<void> {
    await this.#flight
  }

  status(): unknown {
    return {
      validUntil: this.#until === 0 ? null : new Date(this.#until).toISOString(),
      problem: this.#problem,
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #renew(): Promise<void> {
    const { tokenEndpoint, secretInForm, scopes, resource, audience } = this.#settings
    const form = {
      grant_type: 'client_credentials',
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(resource === null ? {} : { resource }),
      ...(audience === null ? {} : { audience }),
    }
    const outcome = await askTokens(
      form,
      { token: tokenEndpoint, secretInForm },
      this.#settings,
      this.#host.call,
    )
    if (this.#closed) return
    if (outcome.kind !== 'tokens') return this.#failed(outcome.reason)
    const lifeMs = outcome.tokens.expiresInSeconds * 1000
    this.#until = Date.now() + Math.max(lifeMs - marginMs, lifeMs / 2)
    this.#host.publish({ token: outcome.tokens.accessToken, until: this.#until } satisfies ServiceToken)
    if (this.#problem !== null)
      this.#host.report('service-token-recovered', `${this.#host.where}: the provider gives tokens again`)
    this.#problem = null
    this.#failures = 0
    this.#schedule(lifeMs * renewedAt)
  }

  #failed(reason: string): void {
    if (this.#problem === null) this.#host.report('service-token-failing', `${this.#host.where}: ${reason}`)
    this.#problem = reason
    this.#schedule(Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures++))
  }

  #schedule(afterMs: number): void {
    // A timer of Node holds some 24 days; a token that lives longer is renewed earlier.
    this.#timer = setTimeout(
      () => {
        this.#flight = this.#renew()
      },
      Math.min(afterMs, 2 ** 31 - 1),
    )
    this.#timer.unref()
  }
}
