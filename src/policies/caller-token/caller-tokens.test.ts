import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { generateKey, SigningKey } from '../../engines/jwt-signing/signing-key.ts'
import type { Caller } from '../../gateway/facts.ts'
import { CallerTokens, type KnownCaller } from './caller-tokens.ts'
import { settings } from './settings.ts'

const key = new SigningKey('ES256', generateKey('ES256'), 'caller+jwt')
const noon = Date.UTC(2026, 5, 1, 12)
const ada: Caller = {
  id: 'ada',
  identity: 'staff',
  scopes: ['orders:read', 'orders:write'],
  roles: ['clerk'],
  claims: { email: 'ada@example.com', address: { country: 'GB' }, secret: 'not told' },
  ambient: false,
}

const tokensOf = (written: object): CallerTokens => new CallerTokens(settings.parse(written))
const known = (tokens: CallerTokens, caller: Caller): KnownCaller => {
  const found = tokens.know(caller)
  assert.ok(typeof found !== 'string', String(found))
  return found
}
const tokenOf = (tokens: CallerTokens, caller: Caller, now = noon, service = 'orders'): string =>
  tokens.token(known(tokens, caller), service, key, now)

test('another implementation verifies the token against the published key, and reads the caller', async () => {
  const token = tokenOf(tokensOf({ claims: ['email', 'address.country', 'absent'] }), ada)
  const { payload, protectedHeader } = await jwtVerify(
    token,
    createLocalJWKSet({ keys: [{ ...key.publicJwk }] }),
    {
      issuer: 'sallyport',
      audience: 'orders',
      typ: 'caller+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      currentDate: new Date(noon),
    },
  )
  assert.deepEqual(protectedHeader, { alg: 'ES256', typ: 'caller+jwt', kid: key.kid })
  const { jti, ...rest } = payload
  assert.match(jti ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(rest, {
    iss: 'sallyport',
    aud: 'orders',
    sub: 'ada',
    identity: 'staff',
    scope: 'orders:read orders:write',
    roles: ['clerk'],
    claims: { email: 'ada@example.com', 'address.country': 'GB' },
    iat: noon / 1000,
    exp: noon / 1000 + 60,
  })
})

test('a token is used for half of its lifetime, and never with less than half before it', () => {
  const lifetime = 60
  const tokens = tokensOf({ lifetime: `${lifetime}s` })
  const steps = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -3_600_000, max: 0 })),
    {
      minLength: 5,
      maxLength: 30,
    },
  )
  fc.assert(
    fc.property(steps, (moves) => {
      let now = noon
      for (const move of moves) {
        now += move
        const { iat = 0, exp = 0 } = decodeJwt(tokenOf(tokens, ada, now))
        assert.ok(iat * 1000 <= now, 'not from the future')
        assert.ok(exp * 1000 - now > (lifetime * 1000) / 2 - 1000, 'half of it is left')
        assert.equal(exp - iat, lifetime)
      }
    }),
    { numRuns: 50 },
  )
})

test('the same caller has the same token, in the same object or in another', () => {
  const tokens = tokensOf({})
  const token = tokenOf(tokens, ada)
  assert.equal(tokenOf(tokens, ada, noon + 29_999), token)
  assert.equal(tokenOf(tokens, structuredClone(ada), noon + 29_999), token)
  assert.notEqual(tokenOf(tokens, ada, noon + 30_000), token)
})

test('whatever differs in what is told gives another token', () => {
  const tokens = tokensOf({ claims: ['email'], headers: { 'X-Country': 'claims.address.country' } })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\\', 'é'), maxLength: 4 })
  const scope = fc.string({ unit: fc.constantFrom('a', 'b', ':'), minLength: 1, maxLength: 3 })
  const caller = fc.record({
    id: text,
    identity: fc.constantFrom('staff', 'partners'),
    scopes: fc.array(scope, { maxLength: 2 }),
    roles: fc.array(text, { maxLength: 2 }),
    claims: fc.record({ email: text, address: fc.record({ country: fc.constantFrom('GB', 'DE') }) }),
    ambient: fc.constant(false),
  })
  const told = (one: Caller): unknown => [
    one.id,
    one.identity,
    one.scopes,
    one.roles,
    one.claims['email'],
    one.claims['address'],
  ]
  fc.assert(
    fc.property(caller, caller, (one, other) => {
      const same = JSON.stringify(told(one)) === JSON.stringify(told(other))
      assert.equal(tokenOf(tokens, one) === tokenOf(tokens, other), same)
      assert.deepEqual(read(decodeJwt(tokenOf(tokens, one))), [
        one.id,
        one.identity,
        one.scopes.join(' '),
        one.roles,
      ])
    }),
  )
})

const read = ({ sub, identity, scope, roles }: JWTPayload & Record<string, unknown>): unknown[] => [
  sub,
  identity,
  scope,
  roles,
]

test('each service has a token of its own, unless the audience is written', () => {
  const tokens = tokensOf({})
  assert.equal(decodeJwt(tokenOf(tokens, ada, noon, 'orders')).aud, 'orders')
  assert.equal(decodeJwt(tokenOf(tokens, ada, noon, 'billing')).aud, 'billing')
  assert.equal(decodeJwt(tokenOf(tokens, ada, noon, 'orders')).aud, 'orders')
  assert.equal(decodeJwt(tokenOf(tokensOf({ audience: 'inside' }), ada)).aud, 'inside')
})

test('another key makes another token at once', () => {
  const tokens = tokensOf({})
  const next = new SigningKey('EdDSA', generateKey('EdDSA'), 'caller+jwt')
  const caller = known(tokens, ada)
  assert.notEqual(tokens.token(caller, 'orders', key, noon), tokens.token(caller, 'orders', next, noon))
})

test('a caller that cannot be told is refused, and not told in part', () => {
  const plain = { headers: { 'X-Caller-Id': 'id', 'X-Caller-Roles': 'roles' } }
  for (const [written, changed] of [
    [{}, { scopes: ['orders:read admin'] }],
    [{}, { scopes: [''] }],
    [{}, { scopes: ['a"b'] }],
    [{}, { roles: Array.from({ length: 500 }, (_, i) => `role-number-${i}`) }],
    [{ claims: ['email'] }, { claims: { email: 'x'.repeat(5000) } }],
    [plain, { id: 'a\ud800' }],
    [plain, { roles: ['é'.repeat(1000)] }],
  ] as const)
    assert.equal(
      typeof tokensOf(written).know({ ...ada, ...changed }),
      'string',
      JSON.stringify(changed).slice(0, 80),
    )
})

test('plain headers say what they are asked to, and nothing where there is nothing', () => {
  const { headers } = known(
    tokensOf({
      headers: {
        'X-Caller-Id': 'id',
        'X-Caller-Identity': 'identity',
        'X-Caller-Scopes': 'scopes',
        'X-Caller-Roles': 'roles',
        'X-Caller-Email': 'claims.email',
        'X-Caller-Country': 'claims.address.country',
        'X-Caller-Address': 'claims.address',
        'X-Caller-Phone': 'claims.phone',
      },
    }),
    { ...ada, roles: [] },
  )
  assert.deepEqual(headers, [
    ['x-caller-id', 'ada'],
    ['x-caller-identity', 'staff'],
    ['x-caller-scopes', 'orders:read,orders:write'],
    ['x-caller-email', 'ada@example.com'],
    ['x-caller-country', 'GB'],
  ])
})
