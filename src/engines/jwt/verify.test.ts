import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { algorithms } from './algorithms.ts'
import {
  base64url,
  goodClaims,
  headerOf,
  judge,
  keySet,
  now,
  rulesOf,
  signers,
  signText,
  tokenOf,
  verdictOf,
} from './harness.test.ts'
import { verifySignature } from './signature.ts'
import { parseToken } from './token.ts'

test('a good token of each algorithm is proven, with its key and its end', () => {
  for (const algorithm of algorithms) {
    const keys = keySet(signers[algorithm].publicJwk)
    const outcome = judge(tokenOf(signers[algorithm]), keys, rulesOf(algorithm))
    assert.ok(outcome.ok, `${algorithm}: ${JSON.stringify(outcome)}`)
    assert.equal(outcome.claims['sub'], 'ada')
    assert.equal(outcome.key, keys.keys[0])
    assert.equal(outcome.expiresAt, now + 330)
  }
})

test('the tolerance ends at 300 seconds, and a rule or a clock that is no number refuses', () => {
  const token = tokenOf(signers.ES256, { exp: now - 290 })
  const keys = keySet(signers.ES256.publicJwk)
  const at = (clockToleranceSeconds: number, time = now): string =>
    verdictOf(token, keys, rulesOf('ES256', { clockToleranceSeconds }), time)
  assert.equal(at(300), 'ok')
  assert.equal(at(1e9), 'ok')
  assert.equal(at(1e9, now + 10), 'EXPIRED')
  assert.equal(at(0), 'EXPIRED')
  assert.equal(at(Number.NaN), 'EXPIRED')
  assert.equal(at(300, Number.NaN), 'EXPIRED')
})

test('rules that name nobody accept nobody', () => {
  const keys = keySet(signers.ES256.publicJwk)
  const verdict = (changes: object): string =>
    verdictOf(tokenOf(signers.ES256), keys, rulesOf('ES256', changes))
  assert.equal(verdict({ issuers: [] }), 'ISSUER_WRONG')
  assert.equal(verdict({ audiences: [] }), 'AUDIENCE_WRONG')
  assert.equal(verdict({ audiences: null, clientIds: null }), 'AUDIENCE_WRONG')
  assert.equal(verdict({ audiences: null, clientIds: [] }), 'CLIENT_WRONG')
  assert.equal(verdict({ algorithms: [] }), 'ALGORITHM_REFUSED')
  assert.equal(verdict({ types: [] }), 'TYPE_WRONG')
})

test('azp names the client only where client_id does not', () => {
  const keys = keySet(signers.ES256.publicJwk)
  const rules = rulesOf('ES256', { audiences: null, clientIds: ['shop'] })
  const verdict = (claims: object): string => verdictOf(tokenOf(signers.ES256, claims), keys, rules)
  assert.equal(verdict({ client_id: undefined, azp: 'shop' }), 'ok')
  assert.equal(verdict({ client_id: 'other', azp: 'shop' }), 'CLIENT_WRONG')
  assert.equal(verdict({ client_id: undefined, azp: 'other' }), 'CLIENT_WRONG')
})

test('the algorithm is judged first, then the claims, then the key, then the signature', () => {
  const keys = keySet(signers.ES256.publicJwk)
  const forged = (claims: object, header: object = {}): string =>
    `${tokenOf(signers.ES256, claims, header).split('.').slice(0, 2).join('.')}.${base64url(Buffer.alloc(64, 1))}`
  assert.equal(verdictOf(forged({ exp: 1 }, { alg: 'RS256' }), keys, rulesOf('ES256')), 'ALGORITHM_REFUSED')
  assert.equal(verdictOf(forged({ exp: 1 }, { kid: 'x' }), keys, rulesOf('ES256')), 'EXPIRED')
  assert.equal(verdictOf(forged({}, { kid: 'x' }), keys, rulesOf('ES256')), 'KEY_UNKNOWN')
  assert.equal(verdictOf(forged({}), keys, rulesOf('ES256')), 'SIGNATURE_INVALID')
})

test('a key verifies only its own algorithms, whatever the caller asks', () => {
  const token = parseToken(tokenOf(signers.RS256))
  const [key] = keySet(signers.RS256.publicJwk).keys
  assert.ok(!('fault' in token) && key !== undefined)
  for (const algorithm of algorithms)
    assert.equal(verifySignature(token, key, algorithm), algorithm === 'RS256', algorithm)
})

test('any other character anywhere in a valid token is a refusal', () => {
  const cases = (['ES256', 'EdDSA', 'RS256', 'HS256'] as const).map((algorithm) => ({
    keys: keySet(signers[algorithm].publicJwk),
    rules: rulesOf(algorithm),
    token: tokenOf(signers[algorithm]),
  }))
  for (const { keys, rules, token } of cases) {
    const changed = (at: number, character: string): string =>
      token.slice(0, at) + character + token.slice(at + 1)
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.integer({ min: 0, max: 0xffff }), (at, code) => {
        const character = String.fromCharCode(code)
        if (token[at] !== character) assert.notEqual(verdictOf(changed(at, character), keys, rules), 'ok')
      }),
      { numRuns: 500 },
    )
    // Every place once, by the nearest neighbour: one bit of what it encodes.
    for (let at = 0; at < token.length; at++) {
      const code = token.charCodeAt(at)
      assert.notEqual(verdictOf(changed(at, String.fromCharCode(code ^ 1)), keys, rules), 'ok', `at ${at}`)
    }
  }
})

test('no header, no claims and no text make it throw', () => {
  const keys = keySet(signers.HS256.publicJwk)
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(now, 'orders', ['orders'], 'https://id.example.com'))
  const claimNames = fc.constantFrom(...Object.keys(goodClaims), 'azp', '__proto__', 'toString')
  const headerNames = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'b64', '__proto__')
  fc.assert(
    fc.property(
      fc.dictionary(headerNames, value),
      fc.dictionary(claimNames, value),
      fc.boolean(),
      (header, claims, strict) => {
        const text = tokenOf(signers.HS256, claims, header)
        const outcome = judge(text, keys, rulesOf('HS256', { rfc9068: strict, requiredClaims: ['toString'] }))
        if (!outcome.ok) assert.match(outcome.reason, /^[\x20-\x7e]{5,300}$/)
      },
    ),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      assert.notEqual(verdictOf(text, keys, rulesOf('HS256')), 'ok'),
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (header, claims) => {
      assert.notEqual(verdictOf(signText(header, claims, signers.HS256), keys, rulesOf('HS256')), 'ok')
    }),
  )
})

test('reasons hold a short printable value and nothing else of the token', () => {
  const canary = 'canary-5f3a'
  const keys = keySet(signers.ES256.publicJwk)
  const reason = (claims: object, header: object = {}): string => {
    const text = tokenOf(signers.ES256, { note: canary, ...claims }, { note: canary, ...header })
    const outcome = judge(text, keys, rulesOf('ES256', { requiredClaims: ['tenant'] }))
    assert.ok(!outcome.ok)
    assert.ok(
      !outcome.reason.includes(canary) && !outcome.reason.includes(text.split('.')[2] ?? ''),
      outcome.reason,
    )
    return outcome.reason
  }
  assert.equal(reason({}), 'The claim "tenant" is absent.')
  assert.equal(
    reason({ iss: 'https://evil.example/\r\nX: "1"' }),
    'The claim "iss" is "https://evil.example/??X: ?1?".',
  )
  assert.equal(reason({ aud: ['a', 'b'] }), 'The claim "aud" is "a, b".')
  assert.equal(reason({ aud: 'a'.repeat(100) }), `The claim "aud" is "${'a'.repeat(80)}...".`)
  assert.match(reason({}, { typ: 'x'.repeat(300) }), /^"typ" of the header is "x{80}\.\.\.": /)
  assert.match(reason({}, { alg: '\u001b[31mRS256' }), /^"alg" is "\?\[31mRS256"/)
  assert.match(reason({ exp: now - 90 }), /lies 90 seconds in the past/)
  assert.match(reason({ jti: canary.repeat(1000) }), /"jti" is not a text/)
})

test('a token of 16 KB is read, a longer one is not', () => {
  const keys = keySet(signers.HS256.publicJwk)
  const sized = (length: number): string => {
    const empty = tokenOf(signers.HS256, { pad: '' }).length
    const token = tokenOf(signers.HS256, { pad: 'x'.repeat(Math.floor(((length - empty) * 3) / 4)) })
    assert.ok(Math.abs(token.length - length) < 4)
    return token
  }
  assert.equal(verdictOf(sized(16_380), keys, rulesOf('HS256')), 'ok')
  assert.equal(verdictOf(sized(16_390), keys, rulesOf('HS256')), 'TOKEN_TOO_LARGE')
})

test('an encrypted token is named as such', () => {
  const header = base64url(JSON.stringify({ ...headerOf(signers.ES256), enc: 'A256GCM' }))
  assert.equal(verdictOf(`${header}.a.b.c.d`, keySet(), rulesOf('ES256')), 'ENCRYPTED')
  assert.equal(verdictOf(`${header}.a.b.c`, keySet(), rulesOf('ES256')), 'TOKEN_MALFORMED')
})
