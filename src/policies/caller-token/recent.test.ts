import assert from 'node:assert/strict'
import test from 'node:test'
import { Recent } from './recent.ts'

test('keeps what is used, and lets go of the rest', () => {
  const recent = new Recent<number>()
  recent.set('used', -1)
  for (let i = 0; i < 10_000; i++) {
    recent.set(`caller ${i}`, i)
    assert.equal(recent.get('used'), -1)
  }
  assert.equal(recent.get('caller 9999'), 9999)
  assert.equal(recent.get('caller 0'), undefined)
  assert.ok(recent.size < 2100, String(recent.size))
})

test('is bounded in characters, also by long keys', () => {
  const recent = new Recent<number>()
  for (let i = 0; i < 3000; i++) recent.set(`${i}`.padEnd(8192, 'x'), i)
  assert.ok(recent.size < 250, String(recent.size))
})
