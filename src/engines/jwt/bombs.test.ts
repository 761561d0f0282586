import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goodClaims, headerOf, keySet, rulesOf, signers, signText, verdictOf } from './harness.test.ts'
import { KeySet } from './keys.ts'

/** What one hostile token or key may cost, in milliseconds. The best of five runs, since other work shares the machine. */
const limitMs = 5

function cost(work: () => void): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )
}

const signer = signers.HS256
const keys = keySet(signer.publicJwk)
const header = JSON.stringify(headerOf(signer))
const claims = JSON.stringify(goodClaims)
const fill = (part: string, length = 11_000): string => part.repeat(Math.floor(length / part.length))
const withClaim = (json: string): string => signText(header, `{"x":${json},${claims.slice(1)}`, signer)
const withHeader = (json: string): string => signText(`{"x":${json},${header.slice(1)}`, claims, signer)

const tokens: readonly (readonly [string, string, string])[] = [
  ['deep lists', withClaim(fill('[')), 'TOKEN_MALFORMED'],
  ['deep objects', withClaim(fill('{"":')), 'TOKEN_MALFORMED'],
  ['deep lists in the header', withHeader(fill('[')), 'TOKEN_MALFORMED'],
  ['digits', withClaim(fill('9')), 'TOKEN_MALFORMED'],
  ['digits after the point', withClaim(`0.${fill('9')}`), 'TOKEN_MALFORMED'],
  ['a large exponent', withClaim(`1e${fill('9')}`), 'TOKEN_MALFORMED'],
  ['digits as exp', signText(header, `{"exp":${fill('9')}}`, signer), 'TOKEN_MALFORMED'],
  ['escapes', withClaim(`"${fill('\\u0041')}"`), 'ok'],
  ['surrogates', withClaim(`"${fill('\\ud83d\\ude00')}"`), 'ok'],
  ['white space', withClaim(fill(' ')), 'TOKEN_MALFORMED'],
  ['open strings', withClaim(fill('"\\')), 'TOKEN_MALFORMED'],
  ['many members', withClaim(`{${Array.from({ length: 1200 }, (_, i) => `"${i}":0`)}}`), 'ok'],
  ['many long members', withClaim(`{${Array.from({ length: 600 }, (_, i) => `"constructor${i}":0`)}}`), 'ok'],
  [
    'many numbers as names',
    withClaim(`{${Array.from({ length: 600 }, (_, i) => `"${i * 7_000_001}":0`)}}`),
    'ok',
  ],
  ['many lists', withClaim(`[${fill('[],')}[]]`), 'ok'],
  [
    'many audiences',
    signText(header, `{"aud":["x"${fill(',"x"')}],${claims.slice(1).replace(/"aud":"orders",/, '')}`, signer),
    'AUDIENCE_WRONG',
  ],
  [
    'a long kid',
    signText(JSON.stringify({ ...headerOf(signer), kid: fill('k') }), claims, signer),
    'TOKEN_MALFORMED',
  ],
  [
    'a long typ',
    signText(JSON.stringify({ ...headerOf(signer), typ: fill('application/') }), claims, signer),
    'TYPE_WRONG',
  ],
  [
    'PBES2 with two billion rounds',
    signText('{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2s":"AA","p2c":2147483647}', claims, signer),
    'ALGORITHM_REFUSED',
  ],
  ['p2c on a signed token', withHeader('1,"p2c":2147483647'), 'ok'],
  ['compressed claims', withHeader('1,"zip":"DEF"'), 'EXTENSION_REFUSED'],
  ['dots', fill('.', 16_000), 'TOKEN_MALFORMED'],
  ['16 MB', 'a.'.repeat(8_000_000), 'TOKEN_TOO_LARGE'],
  ['no base64url', `${fill('?', 8000)}.${fill('?', 8000)}.`, 'TOKEN_MALFORMED'],
]

for (const [name, token, verdict] of tokens) {
  test(`token: ${name}`, () => {
    assert.equal(verdictOf(token, keys, rulesOf('HS256')), verdict)
    const ms = cost(() => verdictOf(token, keys, rulesOf('HS256')))
    assert.ok(ms <= limitMs, `${ms} ms`)
  })
}

const { n, e } = signers.RS256.publicJwk
const huge = 'A'.repeat(900_000)
const odd = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url')

const jwks: readonly (readonly [string, object])[] = [
  ['a huge exponent', { kty: 'RSA', n, e: odd(256) }],
  ['an exponent of 900 KB', { kty: 'RSA', n, e: huge }],
  ['a modulus of 900 KB', { kty: 'RSA', n: huge, e }],
  ['a modulus of 16,384 bits', { kty: 'RSA', n: odd(2048), e }],
  ['a coordinate of 900 KB', { kty: 'EC', crv: 'P-256', x: huge, y: huge }],
  ['a secret of 900 KB', { kty: 'oct', k: huge }],
  ['a kid of 900 KB', { kty: 'RSA', n, e, kid: huge }],
  ['a kty of 900 KB', { kty: huge }],
  ['many operations', { kty: 'RSA', n, e, key_ops: Array.from({ length: 100_000 }, () => 'verify') }],
]

for (const [name, jwk] of jwks) {
  test(`key: ${name}`, () => {
    const read = (): KeySet | string => KeySet.fromJwks({ keys: [jwk] }, { symmetric: true })
    const set = read()
    assert.ok(typeof set === 'string' || set.keys.length === 0)
    const ms = cost(read)
    assert.ok(ms <= limitMs, `${ms} ms`)
  })
}
