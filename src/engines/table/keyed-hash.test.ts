import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyedHash } from './keyed-hash.ts'

const hashOf = (hash: KeyedHash, text: string): string => {
  hash.update(text)
  return [hash.low, hash.high].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join(' ')
}

test('the published vectors of HalfSipHash-2-4, where the input is whole UTF-16 units', () => {
  const vectors: [length: number, output: string][] = [
    [0, '218d1f59b9b83cc8'],
    [2, '064f39ef7c50eb57'],
    [4, 'd5e78a175be52ea1'],
    [6, 'ce3e91358aa2bc25'],
    [8, 'edfee820bce4858c'],
    [10, '95b0469f06a6f2ee'],
    [62, 'f90b3ab572d46693'],
  ]
  const hash = new KeyedHash(0x03020100, 0x07060504)
  for (const [length, want] of vectors) {
    hash.update(Buffer.from(Array.from({ length }, (_, i) => i)).toString('utf16le'))
    const output = Buffer.alloc(8)
    output.writeInt32LE(hash.low, 0)
    output.writeInt32LE(hash.high, 4)
    assert.equal(output.toString('hex'), want, `${length} bytes`)
  }
})

test('depends on every character, the length and the seed', () => {
  const hash = new KeyedHash(1, 2)
  const seen = new Set<string>()
  const texts = [
    '',
    'a',
    'b',
    'ab',
    'ba',
    'aa',
    'aaa',
    'aaaa',
    '\0',
    '\0\0',
    '\0\0\0',
    'a\0',
    'ā',
    'ab\u0100',
  ]
  for (const text of texts) seen.add(hashOf(hash, text))
  for (const [seed0, seed1] of [
    [1, 3],
    [2, 2],
    [2, 1],
  ])
    seen.add(hashOf(new KeyedHash(seed0!, seed1!), 'a'))
  assert.equal(seen.size, texts.length + 3)
  assert.equal(hashOf(hash, 'a'), hashOf(new KeyedHash(1, 2), 'a'))
})

test('equals compares seeds', () => {
  assert.ok(new KeyedHash(1, -1).equals(new KeyedHash(1, 0xffffffff)))
  assert.ok(!new KeyedHash(1, 2).equals(new KeyedHash(2, 1)))
  assert.ok(!new KeyedHash(1, 2).equals(new KeyedHash(1, 1)))
})
