import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { ecdsaToDer } from './ecdsa-der.ts'

for (const [namedCurve, half] of [
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
] as const) {
  test(`${namedCurve}: OpenSSL takes the DER of what it signed as two halves`, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
    for (let i = 0; i < 200; i++) {
      const data = Buffer.from(String(i))
      const halves = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      const der = ecdsaToDer(halves)
      assert.ok(der !== null && verify('sha256', data, publicKey, der))
    }
  })

  test(`${namedCurve}: both integers come back from the DER, minimal`, () => {
    const integer = fc
      .tuple(fc.nat(half - 1), fc.uint8Array({ minLength: half, maxLength: half }))
      .map(([zeros, bytes]) => Buffer.from(bytes).fill(0, 0, zeros))
    fc.assert(
      fc.property(integer, integer, (r, s) => {
        const der = ecdsaToDer(Buffer.concat([r, s]))
        if (isZero(r) || isZero(s)) assert.equal(der, null)
        else assert.deepEqual(readDer(der ?? Buffer.alloc(0)), [value(r), value(s)])
      }),
    )
  })
}

test('a half that is zero is no signature', () => {
  const one = Buffer.alloc(32, 1)
  const zero = Buffer.alloc(32)
  for (const halves of [
    [zero, one],
    [one, zero],
    [zero, zero],
  ])
    assert.equal(ecdsaToDer(Buffer.concat(halves)), null)
})

const value = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)
const isZero = (bytes: Buffer): boolean => value(bytes) === 0n

/** Reads SEQUENCE { INTEGER, INTEGER } and insists on DER. */
function readDer(der: Buffer): readonly bigint[] {
  let at = 0
  const tag = (expected: number): number => {
    assert.equal(der[at], expected)
    const length = der[at + 1] ?? 0
    if (length < 0x80) {
      at += 2
      return length
    }
    assert.equal(length, 0x81)
    assert.ok((der[at + 2] ?? 0) >= 0x80, 'a long form that was not needed')
    at += 3
    return der[at - 1] ?? 0
  }
  assert.equal(tag(0x30), der.length - at)
  const integers = [0, 1].map(() => {
    const length = tag(0x02)
    const bytes = der.subarray(at, at + length)
    at += length
    assert.ok((bytes[0] ?? 0) < 0x80, 'negative')
    assert.ok(bytes[0] !== 0 || (bytes[1] ?? 0) >= 0x80, 'not minimal')
    return value(bytes)
  })
  assert.equal(at, der.length)
  return integers
}
