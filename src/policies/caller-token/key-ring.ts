import { z } from 'zod'
import {
  generateKey,
  type PrivateJwk,
  type SigningAlgorithm,
  SigningKey,
} from '../../engines/jwt-signing/signing-key.ts'

const hour = 3600_000
const day = 24 * hour

/** How long a key signs. */
const signingTime = 30 * day
/** How long a key stands in the set before it signs: services may keep the set for as long. */
const leadTime = day
/** How long it stays in the set afterwards: no token lives longer than ten minutes, and clocks differ. */
const afterTime = hour

/** A private key as it is kept and published. */
export const privateJwk: z.ZodType<PrivateJwk> = z.strictObject({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().optional(),
  d: z.string(),
})

const keptRing = z.strictObject({
  keys: z.array(z.strictObject({ jwk: privateJwk, from: z.number() })).max(10),
})

interface RingKey {
  readonly jwk: PrivateJwk
  /** From when it signs, in milliseconds since 1970. */
  readonly from: number
  readonly key: SigningKey
}

/**
 * The keys that sign, one after the other: the one that does, the next one (a day ahead, so that services that keep
 * the set know it), and the one before, until nothing that it signed is still valid. Times are milliseconds since 1970.
 */
export class KeyRing {
  readonly #algorithm: SigningAlgorithm
  readonly #type: string
  /** In the order in which they sign. */
  #keys: readonly RingKey[] = []

  /** `type` is the `typ` of the tokens. */
  constructor(algorithm: SigningAlgorithm, type: string) {
    this.#algorithm = algorithm
    this.#type = type
  }

  /** Takes over keys that were kept. False when the text is none of ours: nothing is taken then. */
  restore(text: string): boolean {
    try {
      this.#keys = keptRing
        .parse(JSON.parse(text))
        .keys.map(({ jwk, from }) => this.#ringKey(jwk, from))
        .sort((one, other) => one.from - other.from)
      return true
    } catch {
      return false
    }
  }

  /** The text to keep. It holds the private keys. */
  get text(): string {
    return JSON.stringify({ keys: this.#keys.map(({ jwk, from }) => ({ jwk, from })) })
  }

  /** Makes and drops keys as the time asks for it. True when anything changed. */
  advance(now: number): boolean {
    const before = this.#keys
    // A start that lies further ahead was written by a clock that was wrong, and would stop the rotation.
    let keys = before.filter(({ from }) => from <= now + signingTime + leadTime)
    const newest = keys.at(-1)
    if (newest === undefined) keys = [this.#made(now)]
    else if (now >= newest.from + signingTime - leadTime)
      keys = [...keys, this.#made(Math.max(newest.from + signingTime, now + leadTime))]
    keys = keys.filter((_, index) => (keys[index + 1]?.from ?? now) + afterTime > now)
    this.#keys = keys
    return keys.length !== before.length || keys.some((key, index) => key !== before[index])
  }

  /** The key that signs now. Only after `advance`. */
  signing(now: number): RingKey {
    return this.#keys.findLast(({ from }) => from <= now) ?? this.#keys[0]!
  }

  get all(): readonly RingKey[] {
    return this.#keys
  }

  #made(from: number): RingKey {
    return this.#ringKey(generateKey(this.#algorithm), from)
  }

  #ringKey(jwk: PrivateJwk, from: number): RingKey {
    return { jwk, from, key: new SigningKey(this.#algorithm, jwk, this.#type) }
  }
}
