import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import test from 'node:test'
import { ecdsaToDer } from '../jwt/ecdsa-der.ts'
import { ecdsaToRaw } from './ecdsa-raw.ts'

test('what OpenSSL signs verifies in the form of JOSE, also with short halves', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const lengths = new Set<number>()
  for (let round = 0; round < 1000; round++) {
    const data = Buffer.from(`round ${round}`)
    const der = sign('sha256', data, privateKey)
    lengths.add(der.length)
    const raw = ecdsaToRaw(der, 32)
    assert.equal(raw.length, 64)
    assert.deepEqual(ecdsaToDer(raw), der)
    if (round < 50) assert.ok(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw))
  }
  // 70 to 72 bytes are the usual ones; a half of 31 bytes comes in about one of 128.
  assert.ok(lengths.size >= 3)
})

test('a half of a few bytes stands behind zeros', () => {
  const der = Buffer.from([0x30, 8, 0x02, 1, 5, 0x02, 3, 0, 0x80, 1])
  assert.equal(ecdsaToRaw(der, 4).toString('hex'), '0000000500008001')
})
