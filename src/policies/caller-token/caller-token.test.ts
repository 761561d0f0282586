import assert from 'node:assert/strict'
import test from 'node:test'
import { callerToken } from './caller-token.ts'
import type { CallerTokenSettings } from './settings.ts'

const parse = (written: object): CallerTokenSettings => callerToken.config.parse(written)

test('an empty block is enough', () => {
  assert.deepEqual(parse({}), {
    header: 'X-Caller-Token',
    algorithm: 'ES256',
    issuer: 'sallyport',
    lifetime: 60,
    claims: [],
    headers: {},
  })
})

test('refuses headers of others, names that are one, and lifetimes that help nobody', () => {
  for (const written of [
    { header: 'Authorization' },
    { header: 'X-Request-Id' },
    { header: 'X_Caller_Token' },
    { headers: { Cookie: 'id' } },
    { headers: { 'X-Caller-Token': 'id' } },
    { headers: { 'X-Caller-Id': 'id', 'x-caller-id': 'identity' } },
    { headers: { 'X-Caller-Id': 'name' } },
    { headers: { 'X-Caller-Id': 'claims.' } },
    { algorithm: 'HS256' },
    { algorithm: 'none' },
    { issuer: 'a gateway' },
    { audience: '' },
    { lifetime: '9s' },
    { lifetime: '11m' },
    { claims: [''] },
    { claims: ['address..country'] },
    { headers: { 'X-Caller-Id': 'claims.a..b' } },
  ])
    assert.equal(callerToken.config.safeParse(written).success, false, JSON.stringify(written))
})

test('every name it may write is removed from what clients send', () => {
  const written = parse({ header: 'Service-Caller', headers: { 'X-Caller-Id': 'id', 'X-Roles': 'roles' } })
  assert.deepEqual(callerToken.upstreamHeaders?.(written), ['service-caller', 'x-caller-id', 'x-roles'])
})
