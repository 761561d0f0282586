import type { ControlHost } from '../../../gateway/control-half.ts'
import type { Sessions } from '../../../gateway/sessions.ts'
import { askTokens } from '../../../remote/token-endpoint.ts'
import { proveIdToken } from '../id-token.ts'
import type { OidcSettings } from '../oidc-settings.ts'
import type { Provider } from '../provider.ts'
import { claimsOf, contentOf, type SessionContent } from './session-content.ts'
import type { Renewal } from './session-keeper.ts'

/** Pause of one session after a renewal that could be neither made nor refused. */
const pauseMs = 30_000

/**
 * Renews the tokens of sessions (OpenID Connect Core §12), one call a session at a time: providers that rotate refresh
 * tokens take the second use of one for theft, and end everything. A refusal ends the session. A provider that cannot
 * be asked ends nothing: the session lasts by its own times, and is tried again.
 */
export class Renewals {
  readonly #settings: OidcSettings
  readonly #sessions: Sessions
  readonly #provider: Provider
  readonly #call: ControlHost['call']
  readonly #onRefused: (id: string) => void
  readonly #flights = new Map<string, Promise<Renewal>>()
  readonly #pausedUntil = new Map<string, number>()

  constructor(
    settings: OidcSettings,
    sessions: Sessions,
    provider: Provider,
    call: ControlHost['call'],
    onRefused: (id: string) => void,
  ) {
    this.#settings = settings
    this.#sessions = sessions
    this.#provider = provider
    this.#call = call
    this.#onRefused = onRefused
  }

  /** Never rejects. */
  renew(id: string, content: SessionContent): Promise<Renewal> {
    const running = this.#flights.get(id)
    if (running !== undefined) return running
    const paused = this.#pausedUntil.get(id)
    if (paused !== undefined && performance.now() < paused) return Promise.resolve('later')
    const flight = this.#run(id, content)
      .then((renewal) => {
        this.#pausedUntil.delete(id)
        if (renewal === 'refused') this.#onRefused(id)
        return renewal
      })
      // A store that cannot be written, or is closed already.
      .catch((): Renewal => 'later')
      .then((renewal) => {
        this.#flights.delete(id)
        if (renewal === 'later') this.#pause(id)
        return renewal
      })
    this.#flights.set(id, flight)
    return flight
  }

  async #run(id: string, content: SessionContent): Promise<Renewal> {
    const { metadata } = this.#provider
    if (metadata === null || content.refreshToken === null) return 'later'
    const outcome = await askTokens(
      { grant_type: 'refresh_token', refresh_token: content.refreshToken },
      metadata,
      this.#settings,
      this.#call,
    )
    if (outcome.kind === 'refused') return 'refused'
    if (outcome.kind === 'unavailable') return 'later'
    const { tokens } = outcome
    // First kept, then judged: the old refresh token may be spent, whatever comes of the rest.
    const next = contentOf({ ...tokens, idToken: null }, null, content, Date.now())
    if (next === null || !this.#sessions.update(id, JSON.stringify(next))) return 'refused'
    if (tokens.idToken === null) return 'renewed'
    const { sub } = JSON.parse(claimsOf(content)) as { readonly sub: string }
    const proof = await proveIdToken(
      tokens.idToken,
      { nonce: null, subject: sub, accessToken: tokens.accessToken },
      this.#settings,
      this.#provider,
    )
    if (!proof.ok) return proof.unavailable ? 'renewed' : 'refused'
    return this.#sessions.update(id, JSON.stringify({ ...next, idToken: tokens.idToken }))
      ? 'renewed'
      : 'refused'
  }

  #pause(id: string): void {
    const now = performance.now()
    // Those of sessions that nobody uses any more.
    for (const [other, until] of this.#pausedUntil) {
      if (until > now) break
      this.#pausedUntil.delete(other)
    }
    this.#pausedUntil.delete(id)
    this.#pausedUntil.set(id, now + pauseMs)
  }
}
