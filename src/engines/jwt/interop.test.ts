import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { algorithms } from './algorithms.ts'
import { goodClaims, keySet, now, rulesOf, verdictOf } from './harness.test.ts'
import { KeySet, keyFromPem } from './keys.ts'

// Tokens, keys and thumbprints of another implementation.
for (const algorithm of algorithms.filter((name) => !name.startsWith('HS'))) {
  test(`${algorithm}: a token, a key and a thumbprint of jose are taken`, async () => {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
    const token = await new SignJWT({ ...goodClaims })
      .setProtectedHeader({ alg: algorithm, kid: 'one', typ: 'JWT' })
      .sign(privateKey)
    const jwk = await exportJWK(publicKey)
    const set = keySet({ ...jwk, kid: 'one' })
    assert.equal(verdictOf(token, set, rulesOf(algorithm), now), 'ok')
    assert.ok(set.has(await calculateJwkThumbprint(jwk)))

    const pem = keyFromPem(await exportSPKI(publicKey), algorithm)
    assert.ok(typeof pem !== 'string', String(pem))
    assert.deepEqual(pem.algorithms.includes(algorithm), true)
    assert.equal(verdictOf(token, new KeySet([pem]), rulesOf(algorithm), now), 'ok')
  })
}

test('a shared secret of jose is taken', async () => {
  const secret = Buffer.alloc(64, 7)
  for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
    const token = await new SignJWT({ ...goodClaims }).setProtectedHeader({ alg: algorithm }).sign(secret)
    const set = keySet({ kty: 'oct', k: secret.toString('base64url') })
    assert.equal(verdictOf(token, set, rulesOf(algorithm), now), 'ok')
  }
})
