import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { open, seal } from './sealed-text.ts'

const key = randomBytes(32)

test('what was sealed opens for its purpose and key alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, purpose, other) => {
      const sealed = seal(key, text, purpose)
      assert.match(sealed, /^[A-Za-z0-9_-]+$/)
      assert.equal(open(key, sealed, purpose), text)
      assert.equal(open(randomBytes(32), sealed, purpose), null)
      if (other !== purpose) assert.equal(open(key, sealed, other), null)
      assert.notEqual(seal(key, text, purpose), sealed)
    }),
  )
})

test('T38: no bit of it can be changed, and no second spelling is taken', () => {
  const sealed = seal(key, 'state', 'a test')
  const bytes = Buffer.from(sealed, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(open(key, changed.toString('base64url'), 'a test'), null)
  }
  for (const other of [
    `${sealed}=`,
    ` ${sealed}`,
    `${sealed}A`,
    sealed.slice(0, -1),
    sealed.slice(0, 30),
    '',
  ])
    assert.equal(open(key, other, 'a test'), null)
})

test('whatever text comes, it opens to nothing and does not throw', () => {
  fc.assert(fc.property(fc.string(), (text) => open(key, text, 'a test') === null))
})
