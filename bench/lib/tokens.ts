import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Rule } from './guarding.ts'

/** Issuer whose tokens the gateways accept. */
export const issuer = 'https://issuer.bench'

/** What the gateways' tokens have to be for. */
export const audience = 'bench'

/** A day: longer than any bench runs. */
const lifetimeSeconds = 86_400

/** What a caller of the benchmark has, and what one must not get through with. */
export interface Tokens {
  /** JWK set with the one public key, as JSON. */
  readonly jwks: string
  /** The same key in PEM (SubjectPublicKeyInfo). */
  readonly publicKey: string
  /** Right tokens, all different in `sub` and `jti`. */
  readonly right: readonly string[]
  /** Tokens to be refused, by what is wrong with them. */
  readonly wrong: Readonly<Record<string, string>>
}

/** Signs `count` access tokens (ES256, RFC 9068) for the bench, and some that each have one fault. */
export function makeTokens(count: number, rule: Rule): Tokens {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = randomUUID()
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const now = Math.floor(Date.now() / 1000)
  const tokenWith = (change: object): string => signed(header, { ...claimsAt(now), ...change }, privateKey)
  const right = Array.from({ length: count }, () => tokenWith({}))
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return {
    jwks: JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }],
    }),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    right,
    wrong: {
      // One that a cache holds as verified, but for one bit of its signature.
      'a broken signature': withBrokenSignature(right[0] ?? tokenWith({})),
      'the signature of another key': signed(header, claimsAt(now), foreign),
      'no signature': `${encoded({ ...header, alg: 'none' })}.${encoded(claimsAt(now))}.`,
      // Further back than any gateway's tolerance for clocks: Envoy's is 60 s.
      'a past end': tokenWith({ iat: now - 7200, exp: now - 3600 }),
      'another audience': tokenWith({ aud: 'elsewhere' }),
      'another issuer': tokenWith({ iss: 'https://elsewhere.bench' }),
      ...(rule === 'role' ? { 'another role': tokenWith({ roles: ['writer', 'readers'] }) } : {}),
    },
  }
}

function claimsAt(now: number): object {
  return {
    iss: issuer,
    aud: audience,
    sub: randomUUID(),
    exp: now + lifetimeSeconds,
    iat: now,
    jti: randomUUID(),
    client_id: 'bench-client',
    scope: 'orders:read orders:write',
    roles: ['auditor', 'reader'],
  }
}

function signed(header: object, claims: object, key: KeyObject): string {
  const input = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function withBrokenSignature(token: string): string {
  const end = token.lastIndexOf('.') + 1
  const signature = Buffer.from(token.slice(end), 'base64url')
  // The last byte of s: the number stays within its range, and only the curve arithmetic can tell.
  signature.writeUInt8(signature.readUInt8(63) ^ 1, 63)
  return token.slice(0, end) + signature.toString('base64url')
}
