import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64url } from './base64url.ts'

test('all bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual(decodeBase64url(Buffer.from(bytes).toString('base64url')), Buffer.from(bytes))
    }),
  )
})

test('no two texts decode to the same bytes', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const seen = new Map<string, string>()
  for (const first of alphabet) {
    for (const second of alphabet) {
      for (const text of [first + second, `AA${first}${second}`, `A${first}${second}`]) {
        const bytes = decodeBase64url(text)?.toString('hex')
        if (bytes === undefined) continue
        assert.equal(seen.get(bytes) ?? text, text)
        seen.set(bytes, text)
      }
    }
  }
  // One byte: 256 of two characters; two bytes with a leading zero group: 1,024; three bytes: 4,096.
  assert.equal(seen.size, 256 + 1024 + 4096)
})

test('what other decoders skip, translate or end at is refused', () => {
  const texts = [
    'A',
    'AAAAA',
    'AA==',
    'AA=',
    '=',
    'AB',
    'AAB',
    'A+AA',
    'A/AA',
    'AA AA',
    'AAAA\n',
    '\tAAAA',
    'AAA\0',
  ]
  for (const text of [
    ...texts,
    'AA.A',
    'AA%3D',
    'ÀAAA',
    '\u0141AAA',
    '\u{1d400}A',
    'AAAA\u200b',
    '\ufeffAAAA',
  ])
    assert.equal(decodeBase64url(text), null, JSON.stringify(text))
})
