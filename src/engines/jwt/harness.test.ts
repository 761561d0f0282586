import assert from 'node:assert/strict'
import {
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto'
import type { Algorithm } from './algorithms.ts'
import { KeySet } from './keys.ts'
import type { TokenRules } from './rules.ts'
import { parseToken } from './token.ts'
import { type VerifyOutcome, verifyToken } from './verify.ts'

// What the tests of this folder share: one signer an algorithm, a good token and rules that accept it.

/** A time at which the good token is valid. */
export const now = 1_900_000_000

export interface Signer {
  readonly algorithm: Algorithm
  readonly publicJwk: Readonly<Record<string, unknown>>
  readonly publicKey: KeyObject | null
  readonly sign: (input: string) => Buffer
}

const pss = (saltLength: number): object => ({ padding: 6, saltLength })
const p1363 = { dsaEncoding: 'ieee-p1363' }

function keyed(
  algorithm: Algorithm,
  pair: KeyPairKeyObjectResult,
  hash: string | null,
  options: object = {},
): Signer {
  return {
    algorithm,
    publicKey: pair.publicKey,
    publicJwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: algorithm, alg: algorithm, use: 'sig' },
    sign: (input) => sign(hash, Buffer.from(input), { key: pair.privateKey, ...options }),
  }
}

function secret(algorithm: Algorithm, hash: string, bytes: number): Signer {
  const k = randomBytes(bytes)
  return {
    algorithm,
    publicKey: null,
    publicJwk: { kty: 'oct', k: k.toString('base64url'), kid: algorithm, alg: algorithm },
    sign: (input) => createHmac(hash, k).update(input).digest(),
  }
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const edwards = generateKeyPairSync('ed25519')
const curve = (namedCurve: string): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve })

export const signers: Readonly<Record<Algorithm, Signer>> = {
  RS256: keyed('RS256', rsa, 'sha256'),
  RS384: keyed('RS384', rsa, 'sha384'),
  RS512: keyed('RS512', rsa, 'sha512'),
  PS256: keyed('PS256', rsa, 'sha256', pss(32)),
  PS384: keyed('PS384', rsa, 'sha384', pss(48)),
  PS512: keyed('PS512', rsa, 'sha512', pss(64)),
  ES256: keyed('ES256', curve('P-256'), 'sha256', p1363),
  ES384: keyed('ES384', curve('P-384'), 'sha384', p1363),
  ES512: keyed('ES512', curve('P-521'), 'sha512', p1363),
  EdDSA: keyed('EdDSA', edwards, null),
  Ed25519: keyed('Ed25519', edwards, null),
  HS256: secret('HS256', 'sha256', 32),
  HS384: secret('HS384', 'sha384', 48),
  HS512: secret('HS512', 'sha512', 64),
}

export const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')

/** A token from the texts of its header and claims, whatever they are, signed. */
export function signText(header: string | Uint8Array, claims: string | Uint8Array, signer: Signer): string {
  const input = `${base64url(header)}.${base64url(claims)}`
  return `${input}.${base64url(signer.sign(input))}`
}

/** A token from values, signed. */
export function signValues(header: object, claims: object, signer: Signer): string {
  return signText(JSON.stringify(header), JSON.stringify(claims), signer)
}

export const goodClaims: Readonly<Record<string, unknown>> = {
  iss: 'https://id.example.com',
  aud: 'orders',
  sub: 'ada',
  client_id: 'shop',
  jti: 'a1',
  iat: now - 60,
  nbf: now - 60,
  exp: now + 300,
}

export const headerOf = (signer: Signer): Readonly<Record<string, unknown>> => ({
  alg: signer.algorithm,
  kid: signer.algorithm,
  typ: 'JWT',
})

/** The good token, with some claims replaced; undefined leaves one out. */
export function tokenOf(signer: Signer, claims: object = {}, header: object = {}): string {
  return signValues({ ...headerOf(signer), ...header }, { ...goodClaims, ...claims }, signer)
}

export function rulesOf(algorithm: Algorithm, changes: Partial<TokenRules> = {}): TokenRules {
  return {
    issuers: ['https://id.example.com'],
    audiences: ['orders'],
    clientIds: null,
    algorithms: [algorithm],
    types: null,
    clockToleranceSeconds: 30,
    maxLifetimeSeconds: null,
    requiredClaims: [],
    rfc9068: false,
    ...changes,
  }
}

export function keySet(...jwks: readonly object[]): KeySet {
  const set = KeySet.fromJwks({ keys: jwks }, { symmetric: true })
  assert.ok(set instanceof KeySet, String(set))
  return set
}

/** Parses and verifies in one step, as a policy does. */
export function judge(text: string, keys: KeySet, rules: TokenRules, at: number = now): VerifyOutcome {
  const token = parseToken(text)
  return 'fault' in token ? { ok: false, mayRefresh: false, ...token } : verifyToken(token, keys, rules, at)
}

/** The fault's name, or `ok`. */
export function verdictOf(text: string, keys: KeySet, rules: TokenRules, at: number = now): string {
  const outcome = judge(text, keys, rules, at)
  return outcome.ok ? 'ok' : outcome.fault
}
