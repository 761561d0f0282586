import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { ecdsaToRaw } from './ecdsa-raw.ts'

/** What tokens are signed with: ECDSA on P-256 (RFC 7518 §3.4), or Ed25519 under its older name (RFC 8037 §3.1). */
export type SigningAlgorithm = 'ES256' | 'EdDSA'

/** A private key as a JWK (RFC 7517): `d` is the secret, `y` is of P-256 alone. */
export interface PrivateJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string | undefined
  readonly d: string
}

/** A public key as upstreams get it. */
export interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly use: 'sig'
}

/** Makes a key from the system's random numbers. */
export function generateKey(algorithm: SigningAlgorithm): PrivateJwk {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519')
  const { d = '' } = privateKey.export({ format: 'jwk' })
  return { ...membersOf(createPublicKey(privateKey)), d }
}

const probe = Buffer.from('probe')

/** Signs tokens with one key. */
export class SigningKey {
  readonly kid: string
  readonly publicJwk: PublicJwk
  readonly #key: KeyObject
  readonly #hash: 'sha256' | null
  readonly #header: string

  /** `typ` is the kind of token that the key signs, and all that it signs. Throws where the key is none, or another's. */
  constructor(algorithm: SigningAlgorithm, jwk: PrivateJwk, typ: string) {
    const { kty, crv, x, y, d } = jwk
    const key = createPrivateKey({
      format: 'jwk',
      key: { kty, crv, x, ...(y !== undefined && { y }), d },
    })
    const fits =
      algorithm === 'ES256'
        ? key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
        : key.asymmetricKeyType === 'ed25519'
    if (!fits) throw new Error(`the key is none for ${algorithm}`)
    const hash = algorithm === 'ES256' ? 'sha256' : null
    const publicKey = createPublicKey(key)
    // OpenSSL takes an EC key whose halves do not belong together: nobody could verify what it signs.
    if (!verify(hash, probe, publicKey, sign(hash, probe, key)))
      throw new Error('the two halves of the key do not belong together')
    const shared = membersOf(publicKey)
    this.kid = thumbprint(shared)
    this.publicJwk = { ...shared, kid: this.kid, alg: algorithm, use: 'sig' }
    this.#key = key
    this.#hash = hash
    this.#header = base64url(JSON.stringify({ alg: algorithm, typ, kid: this.kid }))
  }

  /** A compact JWS (RFC 7515 §7.1) over these claims, a JSON text. */
  sign(claims: string): string {
    const signed = `${this.#header}.${base64url(claims)}`
    const signature = sign(this.#hash, Buffer.from(signed, 'latin1'), this.#key)
    const raw = this.#hash === null ? signature : ecdsaToRaw(signature, 32)
    return `${signed}.${raw.toString('base64url')}`
  }
}

type PublicMembers = Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y'>

function membersOf(key: KeyObject): PublicMembers {
  const { kty = '', crv = '', x = '', y } = key.export({ format: 'jwk' })
  return { kty, crv, x, ...(y !== undefined && { y }) }
}

/** RFC 7638: hash of the members that make the key, in alphabetical order. */
function thumbprint({ kty, crv, x, y }: PublicMembers): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
