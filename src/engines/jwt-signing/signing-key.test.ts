import assert from 'node:assert/strict'
import test from 'node:test'
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose'
import { generateKey, type SigningAlgorithm, SigningKey } from './signing-key.ts'

const algorithms: readonly SigningAlgorithm[] = ['ES256', 'EdDSA']

for (const algorithm of algorithms) {
  test(`${algorithm}: another implementation verifies what is signed, and names the key alike`, async () => {
    const key = new SigningKey(algorithm, generateKey(algorithm), 'test+jwt')
    const set = createLocalJWKSet({ keys: [{ ...key.publicJwk }] })
    assert.equal(key.kid, await calculateJwkThumbprint({ ...key.publicJwk }))
    assert.ok(!('d' in key.publicJwk))
    for (let round = 0; round < 300; round++) {
      const claims = JSON.stringify({ sub: `Zoë ${round}` })
      const token = key.sign(claims)
      assert.deepEqual(decodeProtectedHeader(token), { alg: algorithm, typ: 'test+jwt', kid: key.kid })
      const { payload } = await compactVerify(token, set)
      assert.equal(Buffer.from(payload).toString(), claims)
    }
  })

  test(`${algorithm}: a key of the other kind, or a broken one, is refused`, () => {
    const other = generateKey(algorithms.find((one) => one !== algorithm)!)
    assert.throws(() => new SigningKey(algorithm, other, 'test+jwt'))
    const { d } = generateKey(algorithm)
    // The public half of Ed25519 is made from the private one, whatever was written.
    for (const wrong of algorithm === 'ES256' ? ['', 'AA', d] : ['', 'AA'])
      assert.throws(
        () => new SigningKey(algorithm, { ...generateKey(algorithm), d: wrong }, 'test+jwt'),
        wrong,
      )
  })
}
