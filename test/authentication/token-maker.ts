import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** Parts of a token that a test wants different. A claim of `undefined` is left out. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A key that signs, with its public half as JWK. */
export interface SigningKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly jwk: Readonly<Record<string, unknown>>
  readonly privateKey: KeyObject
}

/** A fresh key: P-256, or RSA of 2,048 bits. */
export function signingKey(kid: string, alg: SigningKey['alg'] = 'ES256'): SigningKey {
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

/** One part of a token. */
export const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Seconds since 1970. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** Signs exactly this header and these claims. */
export function signToken(key: SigningKey, header: object, claims: object): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** A token of `https://id.example.com` for `orders`; `header` and `claims` replace what is usual. */
export function tokenBy(key: SigningKey, { header = {}, claims = {} }: TokenParts = {}): string {
  const now = nowSeconds()
  return signToken(
    key,
    { alg: key.alg, kid: key.kid, typ: 'JWT', ...header },
    { iss: 'https://id.example.com', aud: 'orders', sub: 'ada', iat: now, exp: now + 300, ...claims },
  )
}
