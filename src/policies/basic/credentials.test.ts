import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCredentials } from './credentials.ts'

test('reads what a client wrote, with every colon but the first in the password', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[:\p{Cc}]/u.test(text))
  const password = fc.string({ unit: 'grapheme', maxLength: 50 }).filter((text) => !/\p{Cc}/u.test(text))
  fc.assert(
    fc.property(name, password, (name, password) => {
      const encoded = Buffer.from(`${name}:${password}`, 'utf8').toString('base64')
      assert.deepEqual(readCredentials(`Basic ${encoded}`), { name, password })
    }),
  )
})

test('gives every other text back as another scheme or as malformed, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      assert.equal(readCredentials(`Bearer ${text}`), undefined)
      const read = readCredentials(`Basic ${text}`)
      if (read === null) return
      assert.equal(Buffer.from(`${read?.name}:${read?.password}`, 'utf8').toString('base64'), text)
    }),
  )
})
