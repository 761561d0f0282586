import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { secretOf, sessionCookie } from './session-cookie.ts'

const key = randomBytes(32)
const secret = randomBytes(32).toString('base64url')

test('a cookie of ours gives its secret, under its own key only', () => {
  const cookie = sessionCookie(secret, key)
  assert.equal(secretOf(cookie, key), secret)
  assert.equal(secretOf(cookie, randomBytes(32)), null)
})

test('T35: a secret without its tag, or with a part of it, is none', () => {
  const cookie = sessionCookie(secret, key)
  for (let length = 0; length < cookie.length; length++)
    assert.equal(secretOf(cookie.slice(0, length), key), null)
  assert.equal(secretOf(secret, key), null)
  assert.equal(secretOf(`${secret}${'A'.repeat(21)}`, key), null)
})

test('T36: no other cut, spelling or bit of a cookie is taken', () => {
  const cookie = sessionCookie(secret, key)
  for (const other of [
    `${cookie}A`,
    `A${cookie}`,
    `${cookie}=`,
    ` ${cookie}`,
    `"${cookie}"`,
    cookie.replace(/.$/, '+'),
  ])
    assert.equal(secretOf(other, key), null)
  const bytes = Buffer.from(cookie, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(secretOf(changed.toString('base64url'), key), null)
  }
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => secretOf(text, key) === null))
})
