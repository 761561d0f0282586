import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { askTokens } from '../../remote/token-endpoint.ts'
import { FairShare } from '../fair-share.ts'
import { proveIdToken } from './id-token.ts'
import { pendingSeconds } from './log-in/pending-log-in.ts'
import { RepeatedLogIns } from './log-in/repeated-log-ins.ts'
import { proveLogoutToken } from './logout-token.ts'
import { type OidcSettings, providerOf } from './oidc-settings.ts'
import { OnceOnly } from './once-only.ts'
import { Provider } from './provider.ts'
import type { BackChannelAnswer, CodeAnswer, LogOutAnswer, Published, Question } from './questions.ts'
import { EndedSessionList } from './session/ended-sessions.ts'
import { Renewals } from './session/renewals.ts'
import { contentOf } from './session/session-content.ts'
import { SessionKeeper } from './session/session-keeper.ts'

/** After sessions were told of as ended, others that end within this time are told together. */
const tellWithinMs = 50
/** Codes that the provider is asked about at once. Strangers may begin as many log-ins as they like. */
const logInShares = { all: 100, ofOne: 32, waitingOfOne: 200 }
const tooMany: CodeAnswer = { kind: 'unavailable', reason: 'Too many log-ins are under way.' }

/** The half of an `oidc` identity on the control plane: it alone talks to the provider, and keeps the sessions. */
export class OidcControl implements ControlHalf {
  readonly #settings: OidcSettings
  readonly #host: ControlHost
  readonly #keys: { readonly logInKey: string; readonly cookieKey: string }
  readonly #ended = new EndedSessionList()
  readonly #states = new OnceOnly()
  readonly #logoutTokens = new OnceOnly()
  readonly #repeated = new RepeatedLogIns()
  readonly #share = new FairShare(logInShares)
  readonly #provider: Provider
  readonly #keeper: SessionKeeper
  #ready = false
  #telling: NodeJS.Timeout | undefined
  #untold = false

  constructor(settings: OidcSettings, host: ControlHost) {
    this.#settings = settings
    this.#host = host
    const sessions = host.sessions(providerOf(settings))
    const key = (purpose: string): string => Buffer.from(sessions.key(purpose)).toString('base64url')
    this.#keys = { logInKey: key('log-ins under way'), cookieKey: key('session cookies') }
    this.#provider = new Provider(settings, host, () => this.#publish())
    const renewals = new Renewals(settings, sessions, this.#provider, host.call, (id) =>
      this.#keeper.end({ id }),
    )
    this.#keeper = new SessionKeeper(
      sessions,
      settings,
      (id, content) => renewals.renew(id, content),
      (ids) => this.#tell(ids),
      (message) => host.report('sessions', `${host.where}: ${message}`),
    )
    this.#ready = true
    this.#publish()
  }

  async ask(asked: unknown, judging = false): Promise<unknown> {
    const question = asked as Question
    switch (question.kind) {
      case 'session':
        return await this.#keeper.find(question.secret, judging)
      case 'code':
        return await (this.#share.run(question.from, () => this.#logIn(question)) ?? tooMany)
      case 'log-out':
        return { idToken: this.#keeper.endOf(question.secret)?.idToken ?? null } satisfies LogOutAnswer
      case 'back-channel':
        return await this.#backChannel(question.token)
      case 'front-channel':
        return this.#keeper.end({ providerSession: question.session })
    }
  }

  status(): unknown {
    return { provider: this.#provider.status(), pages: this.#provider.metadata !== null }
  }

  close(): void {
    clearTimeout(this.#telling)
    this.#keeper.close()
    this.#provider.close()
  }

  async #logIn(question: Extract<Question, { kind: 'code' }>): Promise<CodeAnswer> {
    const { code, state, nonce, verifier, redirectUri, previous } = question
    const now = Date.now()
    if (!this.#states.first(state, now + pendingSeconds * 1000, now))
      return { kind: 'refused', reason: 'The callback was used before.' }
    const { metadata } = this.#provider
    if (metadata === null) return { kind: 'unavailable', reason: this.#provider.problem }
    const outcome = await askTokens(
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
      metadata,
      this.#settings,
      this.#host.call,
    )
    if (outcome.kind !== 'tokens') return outcome
    const { tokens } = outcome
    if (tokens.idToken === null) return { kind: 'refused', reason: 'The provider gave no ID token.' }
    const expected = { nonce, subject: null, accessToken: tokens.accessToken }
    const proof = await proveIdToken(tokens.idToken, expected, this.#settings, this.#provider)
    if (!proof.ok) return { kind: proof.unavailable ? 'unavailable' : 'refused', reason: proof.reason }
    const subject = String(proof.claims['sub'])
    if (this.#repeated.isLoop(subject, Date.now())) return { kind: 'loop' }
    const sid = proof.claims['sid']
    const content = contentOf(tokens, proof.token.kid, null, Date.now())
    if (content === null) return { kind: 'refused', reason: 'The provider gave no ID token.' }
    // Whoever had a session in this browser before has none any more.
    if (previous !== null) this.#keeper.endOf(previous)
    const begun = this.#keeper.begin(subject, typeof sid === 'string' ? sid : null, content)
    return { kind: 'in', ...begun }
  }

  async #backChannel(token: string): Promise<BackChannelAnswer> {
    const order = await proveLogoutToken(token, this.#settings, this.#provider, this.#logoutTokens)
    if (!order.ok) return { kind: order.unavailable ? 'unavailable' : 'refused', reason: order.reason }
    this.#keeper.end(order.ends)
    return { kind: 'done' }
  }

  #tell(ids: readonly string[]): void {
    if (ids.length === 0) return
    this.#ended.add(ids)
    this.#untold = true
    if (this.#telling === undefined) this.#tellNow()
  }

  #tellNow(): void {
    this.#telling = undefined
    if (!this.#untold) return
    // The first at once: whoever logs out is out when the answer arrives.
    this.#publish()
    this.#telling = setTimeout(() => this.#tellNow(), tellWithinMs)
  }

  #publish(): void {
    this.#untold = false
    if (!this.#ready) return // the provider tells of kept keys while this is being made
    const { metadata, problem } = this.#provider
    const state: Published = {
      ...this.#keys,
      provider:
        metadata === null
          ? null
          : {
              authorization: metadata.authorization,
              endSession: metadata.endSession,
              namesIssuer: metadata.namesIssuer,
            },
      problem,
      ...this.#ended.published,
    }
    this.#host.publish(state)
  }
}
