import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceToken } from './service-token.ts'

const right = { tokenEndpoint: 'https://id.example.com/token', clientId: 'gateway', clientSecret: 'secret' }

test('an endpoint in clear, a missing secret and scopes with spaces are refused', () => {
  const wrong = [
    { ...right, tokenEndpoint: 'http://id.example.com/token' },
    { ...right, tokenEndpoint: '/token' },
    { ...right, clientSecret: undefined },
    { ...right, clientSecret: 'a\nb' },
    { ...right, scopes: ['a b'] },
    { ...right, resource: 'orders' },
    { ...right, clientAuthentication: 'none' },
  ]
  for (const settings of wrong)
    assert.equal(serviceToken.config.safeParse(settings).success, false, JSON.stringify(settings))
  assert.equal(
    serviceToken.config.safeParse({ ...right, tokenEndpoint: 'http://127.0.0.1:1/' }).success,
    true,
  )
})

test('the authorization of the client stays at the gateway where the policy holds, also when it is observed', () => {
  assert.deepEqual(serviceToken.consumedHeaders?.(serviceToken.config.parse(right)), ['authorization'])
})
