import { hash } from 'node:crypto'
import { parseStrictJson } from '../../engines/json/strict-json.ts'
import type { ControlHalf, ControlHost, RemoteAnswer } from '../../gateway/control-half.ts'
import type { Claims } from '../../gateway/facts.ts'
import { basicCredentials } from '../../remote/token-endpoint.ts'
import { FairShare } from '../fair-share.ts'
import { judgeAnswer } from './answer.ts'
import type { IntrospectionSettings } from './introspection-settings.ts'

/** What a data half asks. */
export interface Asked {
  readonly token: string
  /** Network of the client. */
  readonly from: string
}

/** What a data half is told. */
export type Introspected =
  /** `until`: milliseconds since 1970, until when the answer may be believed. */
  | { readonly kind: 'active'; readonly claims: Claims; readonly until: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

const mostBytes = 65_536
/** Questions under way at the provider. More wait, and too many are refused: somebody sends made-up tokens. */
const shares = { all: 100, ofOne: 32, waitingOfOne: 200 }
/** An inactive token is not asked about again for so long: made-up ones come in floods. */
const refusedMs = 5000
const mostRemembered = 10_000

/** Asks the provider, once for each token at a time, for all threads (RFC 7662 §2). */
export class Introspector implements ControlHalf {
  readonly #settings: IntrospectionSettings
  readonly #host: Pick<ControlHost, 'call' | 'report' | 'where'>
  readonly #share = new FairShare(shares)
  readonly #underWay = new Map<string, Promise<Introspected>>()
  /** Tokens that were refused, with the time until when. */
  readonly #refused = new Map<string, { readonly until: number; readonly answer: Introspected }>()
  #failing: string | null = null
  #asked = 0

  constructor(settings: IntrospectionSettings, host: Pick<ControlHost, 'call' | 'report' | 'where'>) {
    this.#settings = settings
    this.#host = host
  }

  async ask(question: unknown): Promise<Introspected> {
    const { token, from } = question as Asked
    // Refused tokens are kept as digests: one that is inactive here may be live elsewhere.
    const digest = hash('sha256', token, 'base64url')
    const refused = this.#refused.get(digest)
    if (refused !== undefined && refused.until > performance.now()) return refused.answer
    const known = this.#underWay.get(digest)
    if (known !== undefined) return await known
    const flight = this.#share
      .run(from, () => this.#introspect(token, digest))
      ?.finally(() => this.#underWay.delete(digest))
    if (flight === undefined)
      return { kind: 'unavailable', reason: 'too many tokens are being asked about at once' }
    this.#underWay.set(digest, flight)
    return await flight
  }

  status(): unknown {
    return { asked: this.#asked, failing: this.#failing }
  }

  close(): void {
    this.#refused.clear()
  }

  async #introspect(token: string, digest: string): Promise<Introspected> {
    const { endpoint, clientId, clientSecret, outgoing, rememberMs } = this.#settings
    const { authorities, proxy, timeoutMs } = outgoing
    this.#asked++
    const answer = await this.#host.call({
      url: endpoint,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basicCredentials(clientId, clientSecret),
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
      timeoutMs,
      mostBytes,
      settings: { authorities, proxy },
    })
    const json = readAnswer(answer)
    if (typeof json === 'string') return this.#unavailable(json)
    if (this.#failing !== null) {
      this.#failing = null
      this.#host.report('introspection-recovered', `${this.#host.where}: the provider answers again`)
    }
    const now = Date.now()
    const judged = judgeAnswer(json, this.#settings, now / 1000)
    if (typeof judged === 'string') return this.#refuse(digest, judged)
    return {
      kind: 'active',
      claims: json,
      until: Math.min(now + rememberMs, (judged.expiresAt ?? Number.POSITIVE_INFINITY) * 1000),
    }
  }

  #refuse(digest: string, reason: string): Introspected {
    const answer: Introspected = { kind: 'refused', reason }
    this.#refused.set(digest, { until: performance.now() + refusedMs, answer })
    if (this.#refused.size > mostRemembered) {
      for (const [oldest] of this.#refused) {
        this.#refused.delete(oldest)
        break
      }
    }
    return answer
  }

  #unavailable(reason: string): Introspected {
    if (this.#failing === null)
      this.#host.report(
        'introspection-failing',
        `${this.#host.where}: ${reason}; requests are refused with 503`,
      )
    this.#failing = reason
    return { kind: 'unavailable', reason }
  }
}

/** The answer's JSON, or why there is none. Nothing but 200 says anything about a token (RFC 7662 §2.3). */
function readAnswer(answer: RemoteAnswer): Claims | string {
  if (!answer.ok) return `the provider cannot be asked (${answer.reason})`
  if (answer.status === 401 || answer.status === 403)
    return `the provider refuses the gateway itself (status ${answer.status}): check clientId and clientSecret`
  if (answer.status !== 200) return `the provider answered with status ${answer.status}`
  return parseStrictJson(answer.body) ?? 'the answer is no JSON object, or has one name twice'
}
