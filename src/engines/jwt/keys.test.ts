import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { judge, keySet, rulesOf, signers, tokenOf, verdictOf } from './harness.test.ts'
import { KeySet, keyFromPem } from './keys.ts'

const { kid: _rsaKid, use: _rsaUse, alg: _rsaAlg, ...rsa } = signers.RS256.publicJwk
const { kid: _ecKid, use: _ecUse, alg: _ecAlg, ...ec } = signers.ES256.publicJwk
const { kid: _okpKid, use: _okpUse, alg: _okpAlg, ...okp } = signers.EdDSA.publicJwk

/** Why the only key of the set is left out. */
function reasonOf(jwk: unknown, symmetric = false): string {
  const set = KeySet.fromJwks({ keys: [jwk] }, { symmetric })
  assert.ok(set instanceof KeySet, String(set))
  assert.equal(set.keys.length, 0)
  assert.equal(set.refused.length, 1)
  return set.refused[0] ?? ''
}

const bytes = (length: number, last = 1): string => {
  const buffer = Buffer.alloc(length, 0xff)
  buffer[length - 1] = last
  return buffer.toString('base64url')
}

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', 'key', /not an object/],
  ['another kty', { kty: 'AKP' }, /kty/],
  ['no kty', { n: rsa['n'], e: rsa['e'] }, /kty/],
  ['encryption', { ...rsa, use: 'enc' }, /use/],
  ['use of another type', { ...rsa, use: ['sig'] }, /use/],
  ['key_ops without verify', { ...rsa, key_ops: ['encrypt'] }, /key_ops/],
  ['key_ops twice', { ...rsa, key_ops: ['verify', 'verify'] }, /key_ops/],
  ['key_ops as text', { ...rsa, key_ops: 'verify' }, /key_ops/],
  ['encryption alg', { ...rsa, alg: 'RSA-OAEP' }, /RSA-OAEP/],
  ['alg none', { ...rsa, alg: 'none' }, /none/],
  ['alg of another kty', { ...rsa, alg: 'ES256' }, /fits/],
  ['alg of another curve', { ...ec, alg: 'ES384' }, /fits/],
  ['alg HMAC on a public key', { ...rsa, alg: 'HS256' }, /fits/],
  ['alg of another type', { ...rsa, alg: 1 }, /alg/],
  ['kid of another type', { ...rsa, kid: 1 }, /kid/],
  ['empty kid', { ...rsa, kid: '' }, /kid/],
  ['long kid', { ...rsa, kid: 'x'.repeat(257) }, /kid/],
  [
    'private RSA',
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
    /private/,
  ],
  [
    'private EC',
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    /private/,
  ],
  [
    '1,024 bits',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
    /1024 bits/,
  ],
  [
    '8,193 bits',
    { ...rsa, n: Buffer.concat([Buffer.from([1]), Buffer.alloc(1024, 1)]).toString('base64url') },
    /"n"|bits/,
  ],
  ['an even modulus', { ...rsa, n: bytes(256, 2) }, /even/],
  [
    'a ROCA modulus',
    { ...rsa, n: Buffer.from((65537n ** 150n).toString(16).padStart(602, '0'), 'hex').toString('base64url') },
    /ROCA/,
  ],
  ['exponent 1', { ...rsa, e: 'AQ' }, /exponent/],
  ['an even exponent', { ...rsa, e: 'AQAA' }, /exponent/],
  ['an exponent above 2^32', { ...rsa, e: 'AQAAAAE' }, /exponent/],
  ['an exponent bomb', { ...rsa, e: bytes(256) }, /"e"/],
  ['no exponent', { kty: 'RSA', n: rsa['n'] }, /"e"/],
  ['a padded modulus', { ...rsa, n: `${rsa['n']}==` }, /base64url/],
  ['a zero modulus', { ...rsa, n: 'AA' }, /"n"/],
  ['another curve', { ...ec, crv: 'secp256k1' }, /crv/],
  ['a point off the curve', { ...ec, y: ec['x'] }, /OpenSSL/],
  ['a short coordinate', { ...ec, x: bytes(31) }, /32 bytes/],
  ['a long coordinate', { ...ec, x: bytes(33) }, /32 bytes/],
  ['coordinates of another curve', { ...ec, crv: 'P-384' }, /48 bytes/],
  ['no y', { kty: 'EC', crv: 'P-256', x: ec['x'] }, /"y"/],
  ['Ed448', { ...okp, crv: 'Ed448' }, /Ed25519/],
  ['X25519', { ...okp, crv: 'X25519' }, /Ed25519/],
  ['a short Ed25519 key', { ...okp, x: bytes(31) }, /32 bytes/],
  ['a published secret', { kty: 'oct', k: bytes(32) }, /shared secret/],
]

for (const [name, jwk, reason] of refused)
  test(`left out: ${name}`, () => assert.match(reasonOf(jwk), reason))

test('left out: secrets that are too short, too long or misspelt', () => {
  assert.match(reasonOf({ kty: 'oct', k: bytes(31) }, true), /fits/)
  assert.match(reasonOf({ kty: 'oct', k: bytes(47), alg: 'HS384' }, true), /shorter/)
  assert.match(reasonOf({ kty: 'oct', k: bytes(1025) }, true), /"k"/)
  assert.match(reasonOf({ kty: 'oct', k: `${bytes(32)}=` }, true), /"k"/)
  assert.match(reasonOf({ kty: 'oct' }, true), /"k"/)
  assert.deepEqual(keySet({ kty: 'oct', k: bytes(48) }).keys[0]?.algorithms, ['HS256', 'HS384'])
})

test('one bad key leaves the others in use', () => {
  const set = KeySet.fromJwks({ keys: [null, { ...rsa, use: 'enc' }, signers.ES256.publicJwk, 7] })
  assert.ok(set instanceof KeySet)
  assert.deepEqual([set.keys.length, set.refused.length], [1, 3])
})

test('a key without alg verifies all that its kind allows, one with alg only that', () => {
  assert.deepEqual(keySet(rsa).keys[0]?.algorithms, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
  assert.deepEqual(keySet({ ...rsa, alg: 'PS256' }).keys[0]?.algorithms, ['PS256'])
  assert.deepEqual(keySet({ ...okp, alg: 'EdDSA' }).keys[0]?.algorithms, ['EdDSA', 'Ed25519'])
})

test('a modulus with one zero in front is the same key', () => {
  const n = Buffer.concat([Buffer.from([0]), Buffer.from(String(rsa['n']), 'base64url')])
  const padded = keySet({ ...rsa, n: n.toString('base64url') })
  assert.equal(padded.keys[0]?.thumbprint, keySet(rsa).keys[0]?.thumbprint)
  assert.equal(verdictOf(tokenOf(signers.RS256), padded, rulesOf('RS256')), 'ok')
})

test('sets that cannot be meant are refused whole', () => {
  for (const jwks of [null, 1, 'keys', [], {}, { keys: null }, { keys: {} }, Object.create({ keys: [] })])
    assert.match(String(KeySet.fromJwks(jwks)), /not an object with a list/)
  assert.match(String(KeySet.fromJwks({ keys: Array(101).fill({}) })), /101 keys/)
  assert.match(String(KeySet.fromJwks({ keys: [{ x: 'x'.repeat(1024 * 1024) }] })), /1 MB/)
  const mixed = { keys: [signers.RS256.publicJwk, signers.HS256.publicJwk] }
  assert.match(String(KeySet.fromJwks(mixed, { symmetric: true })), /mixes/)
  assert.ok(KeySet.fromJwks(mixed) instanceof KeySet)
})

test('with a kid only the key of that name is tried, else those without a name', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const token = tokenOf(signers.ES256)
  const rules = rulesOf('ES256')
  assert.equal(verdictOf(token, keySet({ ...ec, kid: 'ES256' }, { ...other, kid: 'b' }), rules), 'ok')
  assert.equal(
    verdictOf(token, keySet({ ...other, kid: 'ES256' }, { ...ec, kid: 'b' }), rules),
    'SIGNATURE_INVALID',
  )
  assert.equal(verdictOf(token, keySet({ ...ec, kid: 'b' }), rules), 'KEY_UNKNOWN')
  assert.equal(verdictOf(token, keySet(ec), rules), 'ok')
  assert.equal(verdictOf(token, keySet({ ...other, kid: 'ES256' }, ec), rules), 'SIGNATURE_INVALID')
})

test('without a kid at most four keys are tried', () => {
  const others = Array.from({ length: 4 }, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  )
  const token = tokenOf(signers.ES256, {}, { kid: undefined })
  const rules = rulesOf('ES256')
  assert.equal(verdictOf(token, keySet(...others.slice(1), { ...ec, kid: 'x' }), rules), 'ok')
  assert.equal(verdictOf(token, keySet(...others, ec), rules), 'KEY_AMBIGUOUS')
  assert.equal(verdictOf(token, keySet(...others), rules), 'SIGNATURE_INVALID')
  assert.equal(verdictOf(token, keySet(rsa), rules), 'KEY_UNKNOWN')
})

test('two keys of one name are not guessed between, one key listed twice is one', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const token = tokenOf(signers.ES256)
  const named = { ...ec, kid: 'ES256' }
  assert.equal(verdictOf(token, keySet(named, { ...other, kid: 'ES256' }), rulesOf('ES256')), 'KEY_AMBIGUOUS')
  assert.equal(
    verdictOf(token, keySet(named, { ...ec, y: ec['x'], kid: 'ES256' }), rulesOf('ES256')),
    'KEY_UNKNOWN',
  )
  assert.equal(verdictOf(token, keySet(named, named), rulesOf('ES256')), 'ok')
  // Issuers that publish one certificate for both purposes under one name are common.
  assert.equal(verdictOf(token, keySet(named, { ...named, use: 'enc' }), rulesOf('ES256')), 'ok')
  const twice = keySet({ ...rsa, kid: 'a', alg: 'RS256' }, { ...rsa, kid: 'a', alg: 'PS256' })
  assert.deepEqual(
    twice.keys.map((key) => key.algorithms),
    [['RS256', 'PS256']],
  )
})

test('the caller learns when a newer set may help', () => {
  const refresh = (text: string, set: KeySet): boolean | undefined => {
    const outcome = judge(text, set, rulesOf('ES256'))
    return outcome.ok ? undefined : outcome.mayRefresh
  }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  assert.equal(refresh(tokenOf(signers.ES256), keySet({ ...other, kid: 'b' })), true)
  assert.equal(refresh(tokenOf(signers.ES256), keySet(other)), true)
  assert.equal(refresh(tokenOf(signers.ES256), keySet({ ...other, kid: 'ES256' })), false)
  assert.equal(refresh(tokenOf(signers.ES256, { exp: 1 }), keySet({ ...other, kid: 'b' })), false)
})

test('PEM: public keys and nothing else', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const pkcs1 = pair.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  for (const pem of [spki, pkcs1]) {
    const key = keyFromPem(pem, 'PS256')
    assert.ok(typeof key !== 'string', String(key))
    assert.deepEqual([key.kid, key.kty, key.algorithms], [null, 'RSA', ['PS256']])
  }
  assert.match(
    String(keyFromPem(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())),
    /private/,
  )
  assert.match(String(keyFromPem(spki + spki)), /exactly one/)
  assert.match(String(keyFromPem('')), /exactly one/)
  assert.match(
    String(keyFromPem('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')),
    /no public key/,
  )
  assert.match(String(keyFromPem(spki, 'ES256')), /fits/)
  assert.match(String(keyFromPem(spki, 'HS256')), /fits/)
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  assert.match(String(keyFromPem(weak.export({ format: 'pem', type: 'spki' }).toString())), /1024 bits/)
})

test('nothing makes a key set or a PEM throw', () => {
  const member = fc.oneof(
    fc.anything({ maxDepth: 2 }),
    fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 'AQAB', 'P-256', 'sig'),
  )
  const names = fc.constantFrom(
    'kty',
    'kid',
    'alg',
    'use',
    'key_ops',
    'n',
    'e',
    'x',
    'y',
    'k',
    'crv',
    '__proto__',
  )
  const jwk = fc.oneof(
    fc.anything(),
    fc.dictionary(names, member),
    fc.dictionary(names, member).map((some) => ({ ...rsa, ...some })),
  )
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.record({ keys: fc.array(jwk) })),
      fc.boolean(),
      (jwks, symmetric) => {
        const set = KeySet.fromJwks(jwks, { symmetric })
        if (typeof set !== 'string')
          for (const sentence of set.refused) assert.match(sentence, /^[\x20-\x7e]+\.$/)
      },
    ),
    { numRuns: 1000 },
  )
  fc.assert(fc.property(fc.string(), (text) => void keyFromPem(`-----BEGIN PUBLIC KEY-----${text}`)))
})
