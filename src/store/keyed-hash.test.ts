import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { KeyedHash } from './keyed-hash.ts'

test('is HMAC-SHA-256, whatever the key and the text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      (key, text) => {
        const hash = new KeyedHash(key)
        // Twice: the second call reuses the buffers of the first.
        hash.of('something longer before it')
        assert.equal(hash.of(text), createHmac('sha256', key).update(text, 'utf8').digest('base64url'))
        assert.deepEqual(hash.digest(text), createHmac('sha256', key).update(text, 'utf8').digest())
      },
    ),
  )
})

test('refuses a key over one block, which RFC 2104 would hash first', () => {
  assert.throws(() => new KeyedHash(new Uint8Array(65)), RangeError)
})
