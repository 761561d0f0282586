import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { redactPath, redactQuery, secretNames, secretParts } from './redact.ts'

const jwt = 'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl-_Zz'
const jwe = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXZpdml2.Y2lwaGVy.dGFn'
const key = 'spk_0123456789abcdefGHIJ_-xyzKLMNOPQRSTUVWX'
const adminToken = 'spa_0123456789abcdefGHIJ_-xyzKLMNOPQRSTUVWX'

describe('redactQuery: names', () => {
  const secret = [
    'token',
    'access_token',
    'accessToken',
    'ACCESS-TOKEN',
    'refresh_token',
    'id_token',
    'csrf_token',
    'api_key',
    'apikey',
    'api-key',
    'ApiKey',
    'X-API-Key',
    'key',
    'Key',
    'password',
    'passwd',
    'new_password',
    'password2',
    'pwd',
    'pass',
    'secret',
    'client_secret',
    'code',
    'code_verifier',
    'sig',
    'signature',
    'Signature',
    'auth',
    'Authorization',
    'session',
    'session_id',
    'sessionid',
    'JSESSIONID',
    'PHPSESSID',
    'sid',
    'jwt',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'X-Goog-Signature',
    'AWSAccessKeyId',
    'SAMLResponse',
    'SAMLRequest',
    'client_assertion',
    'otp',
    'ticket',
    'a[token]',
    'token[]',
    'user[password]',
    'user.pass',
    'login[pin]',
    'a[b][key]',
    'to%6ben',
    '%74oken',
    '%74%6F%6B%65%6E',
    'to%256ben',
    'api%5Fkey',
    'user%5Bpassword%5D',
    '+token',
    'token%00',
    'token%',
    '%zztoken',
  ]
  for (const name of secret) {
    test(name, () => {
      assert.equal(redactQuery(`${name}=hunter2`), `${name}=[redacted]`)
      assert.equal(redactQuery(`a=1&${name}=hunter2&b=2`), `a=1&${name}=[redacted]&b=2`)
      assert.equal(redactQuery(`${name}=a=b;c`), `${name}=[redacted]`)
    })
  }

  const plain = [
    'q',
    'page',
    'author',
    'keyword',
    'keys_of',
    'zipcode',
    'country_code',
    'monkey',
    'design',
    'aside',
    'encoder',
    'compass',
    'passenger',
    'pinned',
    'statement',
    'state',
    'authority',
    'option',
    'signal',
    'bypass',
    'sassy',
  ]
  for (const name of plain) {
    test(`${name} stays`, () => assert.equal(redactQuery(`${name}=value&x=1`), `${name}=value&x=1`))
  }
})

test('a long state is a one-time secret, a short one a filter', () => {
  assert.equal(redactQuery('state=open&x=1'), 'state=open&x=1')
  assert.equal(redactQuery('state=af0ifjsldkj1234567890&x=1'), 'state=[redacted]&x=1')
})

test('every name of the lists is found by the fast test too', () => {
  for (const name of [...secretParts, ...secretNames]) {
    assert.equal(redactQuery(`${name}=v`), `${name}=[redacted]`)
    assert.equal(redactQuery(`${name.toUpperCase()}=v`), `${name.toUpperCase()}=[redacted]`)
  }
})

test('every occurrence goes, empty values and valueless names stay', () => {
  assert.equal(redactQuery('token=a&token=b&TOKEN=c'), 'token=[redacted]&token=[redacted]&TOKEN=[redacted]')
  assert.equal(redactQuery('token=&x=1'), 'token=&x=1')
  assert.equal(redactQuery('token'), 'token')
  assert.equal(redactQuery('&&token=a&&'), '&&token=[redacted]&&')
  assert.equal(redactQuery(''), '')
})

test('a semicolon is a separator or not: the secret is hidden in either reading', () => {
  assert.equal(redactQuery('a=1;token=x&b=2'), 'a=1;token=[redacted]&b=2')
  assert.equal(redactQuery('token=x;y=2;z&b=2'), 'token=[redacted]&b=2')
  assert.equal(redactQuery('a;b;token=x'), 'a;b;token=[redacted]')
})

test('JWTs, JWEs and keys of the gateway go wherever they stand', () => {
  for (const value of [jwt, jwe, key, adminToken]) {
    assert.equal(redactQuery(`q=${value}&x=1`), 'q=[redacted]&x=1')
    assert.equal(redactQuery(value), '[redacted]')
    assert.equal(redactQuery(`q=Bearer%20${value}`).includes(value.slice(10, 20)), false)
    assert.equal(redactPath(`/a/${value}/b`), '/a/[redacted]/b')
    assert.equal(redactPath(`/${value}`), '/[redacted]')
    assert.equal(redactPath(`/x:${value},${value}`), '/x:[redacted],[redacted]')
    const encoded = value.replaceAll('.', '%2E').replaceAll('_', '%5f').replaceAll('-', '%2d')
    assert.equal(redactPath(`/a/${encoded}/b`), '/a/[redacted]/b')
    assert.equal(redactQuery(`a=1&q=${encoded}&b=2`), 'a=1&q=[redacted]&b=2')
    assert.equal(redactQuery(`q=${encoded.replaceAll('%', '%25')}`), 'q=[redacted]')
  }
})

test('user and password of a refused target go', () => {
  assert.equal(redactPath('http://ada:pw@api.example/a@b'), 'http://[redacted]@api.example/a@b')
  assert.equal(redactPath('ada:p@w@api.example:443'), '[redacted]@api.example:443')
  assert.equal(redactPath('http://ada:pw@api.example'), 'http://[redacted]@api.example')
  assert.equal(redactPath('http://api.example/a@b'), 'http://api.example/a@b')
  assert.equal(redactPath('/@scope/x'), '/@scope/x')
  assert.equal(redactPath('*'), '*')
})

test('what only resembles them stays', () => {
  for (const path of [
    '/files/keyJar.tar.gz',
    '/eyJ.a.b',
    '/eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9',
    '/spk_id',
    '/spa_opening_hours',
    '/tokens/5',
    '/a%20b',
  ]) {
    assert.equal(redactPath(path), path)
  }
})

test('properties: never throws, leaves what has no secret as the same string, hides every secret', () => {
  const word = fc.stringMatching(/^[a-ce-jl-oq-rt-z]{0,8}$/)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      redactQuery(text)
      redactPath(text)
    }),
  )
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word)),
      fc.constantFrom(...secretNames, ...secretParts),
      (pairs, name) => {
        const canary = 'CANARY-7f3'
        const parts = pairs.map(([a, b]) => `${a}=${b}`)
        parts.splice(pairs.length >> 1, 0, `${name}=${canary}`)
        const shown = redactQuery(parts.join('&'))
        assert.equal(shown.includes(canary), false)
        assert.equal(shown.split('&').length, parts.length)
      },
    ),
  )
})

test('redacting twice changes nothing more', () => {
  const piece = fc.constantFrom(
    'token=',
    '&',
    ';',
    '=',
    'a',
    '%',
    '%2e',
    'eyJ',
    '.',
    jwt,
    key,
    'state=',
    'x'.repeat(20),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const once = redactQuery(pieces.join(''))
      assert.equal(redactQuery(once), once)
    }),
  )
})

test('time grows with the length, not its square', () => {
  const hostile = [
    'eyJ',
    'eyJ.',
    'eyJ..',
    `${'eyJ'.repeat(8)}.`,
    'spk_',
    'token=',
    'token',
    '%',
    '%25',
    ';',
    '=',
    '&',
    'a;',
    'state=;',
    '[',
    'a%2e=;',
  ]
  for (const unit of hostile) {
    const text = unit.repeat(Math.ceil(400_000 / unit.length))
    const start = performance.now()
    redactQuery(text)
    redactPath(text)
    // Quadratic work would be 10^11 steps.
    assert.ok(performance.now() - start < 1500, unit)
  }
})
