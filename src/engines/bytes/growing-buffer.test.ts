import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GrowingBuffer } from './growing-buffer.ts'

test('holds what was appended, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 20 }), (pieces) => {
      const buffer = new GrowingBuffer()
      for (const piece of pieces) {
        buffer.append(piece)
        piece.fill(0) // the memory of a piece may be used again
      }
      assert.equal(
        buffer.length,
        pieces.reduce((sum, { length }) => sum + length, 0),
      )
      assert.equal(buffer.bytes.length, buffer.length)
    }),
  )
  const buffer = new GrowingBuffer()
  for (let byte = 0; byte < 70_000; byte++) buffer.append(Uint8Array.of(byte & 0xff))
  assert.ok(buffer.bytes.every((byte, index) => byte === (index & 0xff)))
  assert.ok(buffer.bytes.buffer.byteLength <= 2 * 70_000)
})
