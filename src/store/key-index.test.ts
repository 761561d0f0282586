import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { apiKeyPrefix, newSecret } from './key-format.ts'
import { KeyIndex } from './key-index.ts'
import { KeyedHash } from './keyed-hash.ts'

const pepper = new Uint8Array(32).fill(7)
const key = newSecret(apiKeyPrefix)
const record = { id: 'key_1', owner: 'Ada', identity: 'partners' }
const index = new KeyIndex([{ ...record, hash: new KeyedHash(pepper).of(`key:${key}`) }], pepper)

test('finds a key, and nothing of it but its record', () => {
  assert.deepEqual(index.find(key), record)
})

test('finds no other text', () => {
  fc.assert(fc.property(fc.string(), (text) => index.find(text) === undefined))
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.constantFrom('', 'A', '-', '\0', ' ', 'é', '👾'), (at, put) => {
      const changed = key.slice(0, at) + put + key.slice(at + 1)
      return changed === key || index.find(changed) === undefined
    }),
  )
})

test('finds nothing under another pepper', () => {
  const other = new KeyIndex(
    [{ ...record, hash: new KeyedHash(pepper).of(`key:${key}`) }],
    new Uint8Array(32),
  )
  assert.equal(other.find(key), undefined)
})
