import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithms.ts'
import { shown } from './faults.ts'
import { importJwk, memberOf, otherPurpose } from './jwk.ts'

/** A key that may verify signatures, checked once when its set is read. */
export interface VerificationKey {
  /** Null for a key without a name, such as one from PEM. */
  readonly kid: string | null
  /** What it may verify, by `kty`, `crv`, `alg`, `use`, `key_ops` and, for a shared secret, its length. */
  readonly algorithms: readonly Algorithm[]
  /** SHA-256 of the key itself (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly key: KeyObject
  readonly kty: string
  /** Bytes of every signature by this key; 0 for shared secrets, where the hash decides. */
  readonly signatureLength: number
}

/** Keys of one set. The largest honest ones (multi-tenant issuers in rotation) have a few dozen. */
const maxKeys = 100
/** Characters of one set as JSON. */
const maxSetLength = 1024 * 1024

const none: readonly VerificationKey[] = []

/** The keys of one issuer, by algorithm and `kid`. Immutable. */
export class KeySet {
  readonly keys: readonly VerificationKey[]
  /** A sentence for each key that was left out; the others are used. */
  readonly refused: readonly string[]
  readonly #byAlgorithm = new Map<Algorithm, VerificationKey[]>()
  readonly #byKid = new Map<string, VerificationKey[]>()
  readonly #thumbprints: ReadonlySet<string>

  constructor(keys: readonly VerificationKey[], refused: readonly string[] = []) {
    this.keys = keys
    this.refused = refused
    this.#thumbprints = new Set(keys.map((key) => key.thumbprint))
    for (const key of keys) {
      for (const algorithm of key.algorithms) {
        add(this.#byAlgorithm, algorithm, key)
        add(this.#byKid, `${algorithm} ${key.kid ?? ''}`, key)
      }
    }
  }

  /**
   * Reads a JWK set (RFC 7517 §5). A key that is malformed, weak or made for something else is left out with a
   * sentence in `refused`; a set that as a whole cannot be meant is refused with a sentence.
   *
   * @param options.symmetric lets shared secrets in; never for a set that came over a network
   */
  static fromJwks(jwks: unknown, options: { readonly symmetric?: boolean } = {}): KeySet | string {
    const list = typeof jwks === 'object' && jwks !== null ? memberOf(jwks, 'keys') : undefined
    if (!Array.isArray(list)) return 'The key set is not an object with a list of "keys".'
    if (list.length > maxKeys) return `The key set has ${list.length} keys, and ${maxKeys} are the limit.`
    if (!(lengthOf(list) <= maxSetLength)) return 'The key set is not JSON of at most 1 MB.'
    const keys = new Map<string, VerificationKey>()
    const refused: string[] = []
    const spoiled = new Set<unknown>()
    for (const [at, jwk] of list.entries()) {
      const isObject = typeof jwk === 'object' && jwk !== null
      const key = isObject ? importJwk(jwk, options.symmetric === true) : 'it is not an object'
      if (typeof key !== 'string') keep(keys, key)
      else {
        refused.push(`Key ${at + 1}${named(jwk)} is left out: ${key}.`)
        if (isObject && otherPurpose(jwk) === null) spoiled.add(memberOf(jwk, 'kid'))
      }
    }
    // Which of two keys of one name the issuer means is not guessed (RFC 7517 §4.5), also where one is broken.
    for (const [id, { kid }] of keys) {
      if (kid === null || !spoiled.has(kid)) continue
      refused.push(`A key${named({ kid })} is left out: another of the same "kid" cannot be used.`)
      keys.delete(id)
    }
    const usable = [...keys.values()]
    const secrets = usable.filter((key) => key.kty === 'oct').length
    // Else the public half of one key might serve as the secret of another (RFC 8725 §2.1).
    if (secrets > 0 && secrets < usable.length)
      return 'The key set mixes shared secrets with public keys: give each its own issuer.'
    return new KeySet(usable, refused)
  }

  /**
   * The keys that may have signed a token. With a `kid` those of that name or, if there are none, those without a
   * name; without a `kid` all that may verify the algorithm. The caller bounds how many it tries.
   */
  candidates(kid: string | null, algorithm: Algorithm): readonly VerificationKey[] {
    if (kid === null) return this.#byAlgorithm.get(algorithm) ?? none
    return this.#byKid.get(`${algorithm} ${kid}`) ?? this.#byKid.get(`${algorithm} `) ?? none
  }

  /** Whether the key with this RFC 7638 thumbprint is in the set: a cached verdict ends with its key. */
  has(thumbprint: string): boolean {
    return this.#thumbprints.has(thumbprint)
  }
}

/**
 * A public key or certificate in PEM, for tokens with and without `kid`; or a sentence that says why not.
 *
 * @param algorithm the only one it may verify; without it, all that fit the key
 */
export function keyFromPem(pem: string, algorithm?: Algorithm): VerificationKey | string {
  if (pem.includes('PRIVATE KEY')) return 'The PEM holds a private key: give its public key only.'
  if (pem.split('-----BEGIN ').length !== 2) return 'The PEM does not hold exactly one key or certificate.'
  let jwk: object
  try {
    jwk = createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    return 'The PEM holds no public key or certificate of RSA, EC (P-256, P-384, P-521) or Ed25519.'
  }
  const key = importJwk(algorithm === undefined ? jwk : { ...jwk, alg: algorithm }, false)
  return typeof key === 'string' ? `The key of the PEM cannot be used: ${key}.` : key
}

/** One key listed once for each of its algorithms is one key. */
function keep(keys: Map<string, VerificationKey>, key: VerificationKey): void {
  const id = `${key.thumbprint} ${key.kid ?? ''}`
  const algorithms = new Set([...(keys.get(id)?.algorithms ?? []), ...key.algorithms])
  keys.set(id, { ...key, algorithms: [...algorithms] })
}

function add<K>(map: Map<K, VerificationKey[]>, name: K, key: VerificationKey): void {
  const list = map.get(name)
  if (list === undefined) map.set(name, [key])
  else list.push(key)
}

function named(jwk: unknown): string {
  const kid = typeof jwk === 'object' && jwk !== null ? memberOf(jwk, 'kid') : undefined
  return typeof kid === 'string' ? ` (${shown(kid)})` : ''
}

/** Characters of the value as JSON; NaN for what JSON cannot say. */
function lengthOf(value: object): number {
  try {
    return JSON.stringify(value).length
  } catch {
    return Number.NaN
  }
}
