import assert from 'node:assert/strict'
import test from 'node:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { generateKey, SigningKey } from '../engines/jwt-signing/signing-key.ts'
import { identityKeys } from './identity-keys.ts'

test('the set verifies what its keys signed, and holds no private half', async () => {
  const keys = [
    new SigningKey('ES256', generateKey('ES256'), 'caller+jwt'),
    new SigningKey('EdDSA', generateKey('EdDSA'), 'caller+jwt'),
  ]
  const { status, contentType, body } = identityKeys({
    publicKeys: () => keys.map(({ publicJwk }) => publicJwk),
  })
  assert.equal(status, 200)
  assert.equal(contentType, 'application/jwk-set+json')
  const set = JSON.parse(body) as JSONWebKeySet
  for (const jwk of set.keys) assert.ok(!('d' in jwk))
  for (const key of keys) {
    const { payload } = await jwtVerify(key.sign('{"sub":"ada"}'), createLocalJWKSet(set))
    assert.equal(payload.sub, 'ada')
  }
})

test('without keys the set is empty', () => {
  assert.equal(identityKeys({ publicKeys: () => [] }).body, '{"keys":[]}\n')
})
