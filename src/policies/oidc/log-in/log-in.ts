import { codes } from '../../../codes.ts'
import { shown } from '../../../engines/jwt/faults.ts'
import { networkOfClient } from '../../../engines/networks/client-network.ts'
import type { Host, RequestView } from '../../../gateway/policy.ts'
import type { Answer, Verdict } from '../../../gateway/verdict.ts'
import { ownOrigin } from '../../request-origin.ts'
import { revocationOf } from '../../token-caller.ts'
import { clearCookie, cookieOf, sessionCookieName, setCookie } from '../cookies.ts'
import type { OidcSettings } from '../oidc-settings.ts'
import { redirect, refusalPage } from '../pages.ts'
import type { Paths } from '../paths.ts'
import { singleParameters } from '../query.ts'
import type { CodeAnswer, Published, Question } from '../questions.ts'
import type { KnownSessions } from '../session/known-sessions.ts'
import { secretOf, sessionCookie } from '../session/session-cookie.ts'
import { challengeOf, newLogIn, PendingLogIns, pendingSeconds } from './pending-log-in.ts'
import { returnPath } from './return-path.ts'

/** Longest authorization code that is passed on. */
const longestCode = 4096

/** The way in: to the provider, and back from it. */
export class LogIn {
  readonly #settings: OidcSettings
  readonly #host: Host
  readonly #paths: Paths
  readonly #sessions: KnownSessions
  readonly #pending: PendingLogIns
  readonly #cookie: string

  constructor(settings: OidcSettings, host: Host, paths: Paths, sessions: KnownSessions) {
    this.#settings = settings
    this.#host = host
    this.#paths = paths
    this.#sessions = sessions
    this.#pending = new PendingLogIns(host.instance)
    this.#cookie = sessionCookieName(host.instance)
  }

  /** Sends the browser to the provider (RFC 6749 §4.1.1), with PKCE, `state` and `nonce` in every case. */
  start(request: RequestView): Verdict {
    const published = this.#host.control.state as Published | undefined
    const { provider } = published ?? { provider: null }
    if (published === undefined || provider === null)
      return this.#unavailable(request, published?.problem ?? 'The provider was not asked yet.')
    const origin = ownOrigin(request)
    if (origin === '')
      return this.#invalid(
        request,
        'The request names no host that the provider could send the browser back to.',
      )
    const to = returnPath(singleParameters(request.query)?.get('return') ?? null)
    const now = Date.now()
    const key = Buffer.from(published.logInKey, 'base64url')
    const logIn = newLogIn(`${origin}${this.#paths.callback}`, to, now)
    const { clientId, requestScopes, parameters } = this.#settings
    const url = new URL(provider.authorization)
    const said = {
      ...parameters,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: logIn.redirectUri,
      scope: requestScopes.join(' '),
      state: logIn.state,
      nonce: logIn.nonce,
      code_challenge: challengeOf(logIn),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value)
    const slot = this.#pending.slotFor(request, key, now)
    return redirect(url.href, [setCookie(slot, this.#pending.sealed(logIn, key), pendingSeconds)])
  }

  /** The browser comes back from the provider (RFC 6749 §4.1.2). */
  callback(request: RequestView): Verdict | Promise<Verdict> {
    const published = this.#host.control.state as Published | undefined
    if (published === undefined) return this.#unavailable(request, 'The provider was not asked yet.')
    const parameters = singleParameters(request.query)
    if (parameters === null) return this.#invalid(request, 'A parameter was sent several times.')
    const state = parameters.get('state')
    if (state === undefined) return this.#invalid(request, 'The callback has no `state`.')
    const key = Buffer.from(published.logInKey, 'base64url')
    const found = this.#pending.find(request, state, key, Date.now())
    if (found === null)
      return this.#invalid(request, 'This browser has begun no log-in with this `state`, or it is over.')
    const over = clearCookie(found.name)
    const wrongIssuer = this.#wrongIssuer(parameters.get('iss'), published.provider?.namesIssuer === true)
    if (wrongIssuer !== null) return this.#refused(request, wrongIssuer, [over])
    const error = parameters.get('error')
    if (error !== undefined)
      return this.#refused(request, `The provider answered with the error ${shown(error)}.`, [over])
    const code = parameters.get('code')
    if (code === undefined || code === '' || code.length > longestCode)
      return this.#refused(request, 'The callback has no code, or one that is too long.', [over])
    const { logIn } = found
    const cookie = cookieOf(request, this.#cookie)
    const cookieKey = Buffer.from(published.cookieKey, 'base64url')
    const question: Question = {
      kind: 'code',
      from: networkOfClient(request.clientAddress),
      code,
      state,
      nonce: logIn.nonce,
      verifier: logIn.verifier,
      redirectUri: logIn.redirectUri,
      previous: cookie === null ? null : secretOf(cookie, cookieKey),
    }
    return this.#host.control
      .ask(question)
      .then((answer) => this.#concluded(request, answer as CodeAnswer, logIn.returnTo, cookieKey, over))
  }

  async #concluded(
    request: RequestView,
    answer: CodeAnswer,
    returnTo: string,
    cookieKey: Uint8Array,
    over: Answer['headers'][number],
  ): Promise<Verdict> {
    switch (answer.kind) {
      case 'refused':
        return this.#refused(request, answer.reason, [over])
      case 'unavailable':
        return this.#unavailable(request, answer.reason, [over])
      case 'loop':
        return refusalPage(
          codes.LOGIN_REPEATED,
          'The same person logged in again and again within a minute.',
          {
            title: 'Too many log-ins',
            says: 'You were logged in several times in a row, and sent back to log in each time. Wait a minute; if it goes on, tell whoever runs this service.',
            again: null,
            id: request.id,
            headers: [over],
          },
        )
      case 'in': {
        const session = this.#sessions.describe(answer.session)
        const problem =
          typeof session === 'string'
            ? session
            : revocationOf(this.#host.revocations, session.credential, session.caller)
        if (problem !== null) {
          await this.#host.control.ask({ kind: 'log-out', secret: answer.secret } satisfies Question)
          return this.#refused(request, problem, [over])
        }
        const cookie = setCookie(this.#cookie, sessionCookie(answer.secret, cookieKey), null)
        return redirect(returnTo, [cookie, over])
      }
    }
  }

  /** RFC 9207 §2.4: the answer of another provider must not be taken for this one's (mix-up). */
  #wrongIssuer(found: string | undefined, required: boolean): string | null {
    if (found === undefined) return required ? 'The callback does not name its issuer (`iss`).' : null
    return found === this.#settings.issuer ? null : `The callback is of another issuer: ${shown(found)}.`
  }

  /** Nothing of a log-in is under way: there is nothing to refuse but the request itself. */
  #invalid(request: RequestView, reason: string): Verdict {
    return refusalPage(codes.LOGIN_INVALID, reason, {
      title: 'This log-in is over',
      says: 'It took too long, was finished in another tab, or was not begun in this browser.',
      again: this.#paths.login,
      id: request.id,
    })
  }

  #refused(request: RequestView, reason: string, headers: Answer['headers']): Verdict {
    return refusalPage(codes.LOGIN_REFUSED, reason, {
      title: 'You are not logged in',
      says: 'The log-in was not accepted.',
      again: this.#paths.login,
      id: request.id,
      headers,
    })
  }

  #unavailable(request: RequestView, reason: string, headers: Answer['headers'] = []): Verdict {
    return refusalPage(codes.PROVIDER_UNAVAILABLE, reason, {
      title: 'Log-in is not possible now',
      says: 'The service that people log in at cannot be reached. Try again in a moment.',
      again: this.#paths.login,
      id: request.id,
      headers,
    })
  }
}
