import { codes } from '../../codes.ts'
import type { Host, RequestView } from '../../gateway/policy.ts'
import { answer, deny, type Verdict } from '../../gateway/verdict.ts'
import { originOf, ownOrigin } from '../request-origin.ts'
import { clearCookie, cookieOf, sessionCookieName } from './cookies.ts'
import type { OidcSettings } from './oidc-settings.ts'
import { page, redirect } from './pages.ts'
import type { Paths } from './paths.ts'
import { singleParameters } from './query.ts'
import type { BackChannelAnswer, LogOutAnswer, Published, Question } from './questions.ts'
import { secretOf } from './session/session-cookie.ts'

const noOrigins: ReadonlySet<string> = new Set()
/** Longest `sid` that is looked for. */
const longestSession = 2048

/** The way out: by the person, and by the provider. */
export class LogOut {
  readonly #settings: OidcSettings
  readonly #host: Host
  readonly #paths: Paths
  readonly #cookie: string

  constructor(settings: OidcSettings, host: Host, paths: Paths) {
    this.#settings = settings
    this.#host = host
    this.#paths = paths
    this.#cookie = sessionCookieName(host.instance)
  }

  /** For people without a button of their own. Nothing ends by a GET: another site could make it. */
  confirm(): Verdict {
    return page(
      'Log out',
      `<form method="post" action="${this.#paths.logout}"><button>Log out</button></form>`,
    )
  }

  /** Ends the session here, then sends the browser to the provider to end its own (RP-Initiated Logout 1.0 §2). */
  async logOut(request: RequestView): Promise<Verdict> {
    const origin = originOf(request, noOrigins)
    if (origin.kind !== 'own')
      return deny(codes.LOGOUT_REFUSED, {
        reason:
          origin.kind === 'foreign' ? origin.reason : 'The request does not say which page it comes from.',
      })
    const idToken = await this.#end(request)
    const gone = clearCookie(this.#cookie)
    const provider = (this.#host.control.state as Published | undefined)?.provider ?? null
    const after = this.#after(request)
    if (provider === null || provider.endSession === null)
      return after === null ? page('You are logged out', '', [gone]) : redirect(after, [gone])
    const url = new URL(provider.endSession)
    url.searchParams.set('client_id', this.#settings.clientId)
    if (idToken !== null) url.searchParams.set('id_token_hint', idToken)
    if (after !== null) url.searchParams.set('post_logout_redirect_uri', after)
    return redirect(url.href, [gone])
  }

  /** The provider tells of a log-out (OpenID Connect Back-Channel Logout 1.0 §2.5). */
  async backChannel(body: Buffer): Promise<Verdict> {
    const token = singleParameters(body.toString('latin1'))?.get('logout_token')
    if (token === undefined) return this.#badToken('The form has no logout_token, or a member twice.')
    const said = (await this.#host.control.ask({
      kind: 'back-channel',
      token,
    } satisfies Question)) as BackChannelAnswer
    switch (said.kind) {
      case 'done':
        return answer(200, [['cache-control', 'no-store']])
      case 'refused':
        return this.#badToken(said.reason)
      case 'unavailable':
        return deny(codes.PROVIDER_UNAVAILABLE, { reason: said.reason })
    }
  }

  /**
   * The provider loads this in a frame of the browser (OpenID Connect Front-Channel Logout 1.0 §2). The cookie does
   * not come along from another site, so that the provider has to name its session, which strangers do not know.
   */
  async frontChannel(request: RequestView): Promise<Verdict> {
    const parameters = singleParameters(request.query)
    const session = parameters?.get('sid')
    if (
      parameters?.get('iss') !== this.#settings.issuer ||
      session === undefined ||
      session.length > longestSession
    )
      return this.#badToken('A front-channel log-out names its issuer and the session (`iss` and `sid`).')
    await this.#host.control.ask({ kind: 'front-channel', session } satisfies Question)
    const { origin } = new URL(this.#settings.issuer)
    return answer(200, [
      ['content-type', 'text/html'],
      ['cache-control', 'no-store'],
      ['x-content-type-options', 'nosniff'],
      ['content-security-policy', `default-src 'none'; frame-ancestors ${origin}`],
    ])
  }

  async #end(request: RequestView): Promise<string | null> {
    const published = this.#host.control.state as Published | undefined
    const cookie = cookieOf(request, this.#cookie)
    if (cookie === null || published === undefined) return null
    const secret = secretOf(cookie, Buffer.from(published.cookieKey, 'base64url'))
    if (secret === null) return null
    const answered = await this.#host.control.ask({ kind: 'log-out', secret } satisfies Question)
    return (answered as LogOutAnswer).idToken
  }

  #after(request: RequestView): string | null {
    const { afterLogout } = this.#settings
    if (afterLogout === null || !afterLogout.startsWith('/')) return afterLogout
    const origin = ownOrigin(request)
    return origin === '' ? null : `${origin}${afterLogout}`
  }

  #badToken(reason: string): Verdict {
    return deny(codes.LOGOUT_TOKEN_INVALID, { reason })
  }
}
