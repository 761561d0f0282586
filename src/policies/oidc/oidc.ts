import { codes } from '../../codes.ts'
import type { Caller } from '../../gateway/facts.ts'
import { definePolicy, type Policy, type RequestView } from '../../gateway/policy.ts'
import { type Deny, deny, notMine, pass, type Skip, type Verdict } from '../../gateway/verdict.ts'
import { outgoingFiles } from '../remote-settings.ts'
import { callerPaths, revocationOf } from '../token-caller.ts'
import { OidcControl } from './control.ts'
import { cookieOf, sessionCookieName } from './cookies.ts'
import { LogIn } from './log-in/log-in.ts'
import { isNavigation, pathOf } from './log-in/navigation.ts'
import { LogOut } from './log-out.ts'
import type { OidcSettings } from './oidc-settings.ts'
import { redirect } from './pages.ts'
import { pathsOf } from './paths.ts'
import { KnownSessions, type LoggedIn } from './session/known-sessions.ts'
import { oidcSettings } from './settings.ts'

/** Logs people in at an OpenID provider, and proves callers by the session that their browser got there. */
export const oidc: Policy<OidcSettings> = definePolicy({
  name: 'oidc',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  // Above the calls of one log-in: the code, and newer keys for the ID token.
  timeout: 25_000,
  reads: [],
  writes: ['caller'],
  // Sessions at several providers may be side by side: each leaves those of the others alone.
  credential: () => 'session cookie',
  consumedHeaders: ({ forwardToken }) => (forwardToken ? ['authorization'] : []),
  endpoints(config, instance) {
    const paths = pathsOf(config, instance)
    return [
      { path: paths.login, methods: ['GET'] },
      { path: paths.callback, methods: ['GET'] },
      { path: paths.logout, methods: ['GET', 'POST'] },
      { path: paths.backChannel, methods: ['POST'] },
      { path: paths.frontChannel, methods: ['GET'] },
    ]
  },
  files: (config, absolute) => ({ ...config, outgoing: outgoingFiles(config.outgoing, absolute) }),
  config: oidcSettings,
  denials: [
    codes.SESSION_ENDED,
    codes.LOGIN_INVALID,
    codes.LOGIN_REFUSED,
    codes.LOGIN_REPEATED,
    codes.LOGOUT_REFUSED,
    codes.LOGOUT_TOKEN_INVALID,
    codes.PROVIDER_UNAVAILABLE,
  ],
  control: (config, host) => new OidcControl(config, host),
  setup(config, host) {
    const paths = pathsOf(config, host.instance)
    const sessions = new KnownSessions(host.control, callerPaths(config), host.instance)
    const logIn = new LogIn(config, host, paths, sessions)
    const logOut = new LogOut(config, host, paths)
    const cookieName = sessionCookieName(host.instance)
    const tokens = new WeakMap<Caller, string>()
    // No scheme is registered for cookies, and a 401 has to name one (RFC 9110 §15.5.2): this tells programs where
    // people log in.
    const challenge = [
      ['www-authenticate', `Session realm="${config.realm}", login="${paths.login}"`],
    ] as const

    const logInFirst = (request: RequestView): Skip['instead'] =>
      isNavigation(request)
        ? redirect(`${paths.login}?return=${encodeURIComponent(pathOf(request))}`)
        : undefined
    const absent = (request: RequestView): Skip => {
      const instead = logInFirst(request)
      return { kind: 'skip', headers: challenge, ...(instead === undefined ? {} : { instead }) }
    }
    const endedBecause = (reason: string): Deny => deny(codes.SESSION_ENDED, { reason, headers: challenge })
    const unknown = endedBecause('There is no such session: it has ended, or was never.')
    const forged = endedBecause('The cookie was not made by this gateway.')
    /** What is over proves nobody: people log in anew, programs are told. */
    const over = (request: RequestView, refusal: Deny): Skip =>
      isNavigation(request) ? absent(request) : notMine(refusal)

    const conclude = (found: LoggedIn | null, request: RequestView, set: SetCaller): Verdict => {
      if (found === null) return over(request, unknown)
      const { revocations } = host
      if (found.revocations !== revocations.version) {
        const revoked = revocationOf(revocations, found.credential, found.caller)
        if (revoked !== null) return over(request, endedBecause(`${revoked}.`))
        found.revocations = revocations.version
      }
      if (config.forwardToken && found.accessToken !== null) tokens.set(found.caller, found.accessToken)
      set('caller', found.caller)
      return pass
    }

    return {
      request(request, set) {
        const cookie = cookieOf(request, cookieName)
        if (cookie === null) return absent(request)
        const found = sessions.find(cookie, Date.now())
        if (found === 'forged') return over(request, forged)
        return found instanceof Promise
          ? found.then((late) => conclude(late, request, set))
          : conclude(found, request, set)
      },
      ...(config.forwardToken
        ? {
            prepare(request, { headers }) {
              const { caller } = request.facts
              const token = caller === undefined ? undefined : tokens.get(caller)
              if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
            },
          }
        : {}),
      serve(request, body) {
        switch (request.path) {
          case paths.login:
            return logIn.start(request)
          case paths.callback:
            return logIn.callback(request)
          case paths.logout:
            return request.method === 'POST' ? logOut.logOut(request) : logOut.confirm()
          case paths.backChannel:
            return logOut.backChannel(body)
          default:
            return logOut.frontChannel(request)
        }
      },
    }
  },
})

type SetCaller = (fact: 'caller', value: Caller) => void
