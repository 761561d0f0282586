import { randomUUID } from 'node:crypto'
import type { SigningKey } from '../../engines/jwt-signing/signing-key.ts'
import type { Caller } from '../../gateway/facts.ts'
import { type CallerContent, contentOf } from './caller-content.ts'
import { Recent } from './recent.ts'
import type { CallerTokenSettings } from './settings.ts'

interface Token {
  readonly text: string
  readonly key: SigningKey
  /** Milliseconds since 1970. */
  readonly made: number
}

/** What is told of one caller, with the tokens that were made of it. */
export interface KnownCaller extends CallerContent {
  /** By audience, of which there are as many as services. */
  readonly tokens: Map<string, Token>
}

/**
 * Tokens of callers, each made once for half of its lifetime. They are found by the caller itself, and by all that they
 * tell: a caller with another role, scope or claim has another token, whatever object it comes in.
 */
export class CallerTokens {
  readonly #settings: CallerTokenSettings
  readonly #contentOf: (caller: Caller) => CallerContent | string
  readonly #byCaller = new WeakMap<Caller, KnownCaller>()
  readonly #byContent = new Recent<KnownCaller>()
  readonly #issuer: string

  constructor(settings: CallerTokenSettings) {
    this.#settings = settings
    this.#contentOf = contentOf(settings)
    this.#issuer = JSON.stringify(settings.issuer)
  }

  /** What is told of the caller; a text where it cannot be told, and why. */
  know(caller: Caller): KnownCaller | string {
    const known = this.#byCaller.get(caller)
    if (known !== undefined) return known
    const content = this.#contentOf(caller)
    if (typeof content === 'string') return content
    const key = content.headers.reduce((text, [name, value]) => `${text}\n${name}:${value}`, content.claims)
    let same = this.#byContent.get(key)
    if (same === undefined) {
      same = { ...content, tokens: new Map() }
      this.#byContent.set(key, same)
    }
    this.#byCaller.set(caller, same)
    return same
  }

  /** A token for this service, with at least half of its lifetime before it. `now` in milliseconds since 1970. */
  token(known: KnownCaller, service: string, key: SigningKey, now: number): string {
    const { audience = service, lifetime } = this.#settings
    const { claims, tokens } = known
    const token = tokens.get(audience)
    // A clock that was set back makes tokens of the future, which services refuse.
    if (
      token !== undefined &&
      token.key === key &&
      now >= token.made &&
      now - token.made < lifetime * halfInMilliseconds
    )
      return token.text
    const issued = Math.floor(now / 1000)
    const text = key.sign(
      `{"iss":${this.#issuer},"aud":${JSON.stringify(audience)},${claims},"iat":${issued},"exp":${issued + lifetime},"jti":"${randomUUID()}"}`,
    )
    tokens.set(audience, { text, key, made: now })
    return text
  }
}

const halfInMilliseconds = 500
