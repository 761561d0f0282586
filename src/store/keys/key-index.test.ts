import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { KeyedHash } from '../keyed-hash.ts'
import { newApiKey, newSecret } from './key-format.ts'
import { KeyIndex } from './key-index.ts'
import { neverEnds, revokedNow } from './key-layout.ts'
import { encodeKey, type KeyDescription, keyIdOf } from './key-record.ts'
import { KeyTable } from './key-table.ts'

const pepper = new Uint8Array(32).fill(7)
const hash = new KeyedHash(pepper)
const plain: KeyDescription = {
  id: 'key_1',
  identity: 'partners',
  owner: 'Ada',
  scopes: [],
  labels: {},
  networks: [],
}

function put(table: KeyTable, key: string, ends: number, description: KeyDescription = plain): void {
  const text = encodeKey(description)
  assert.ok(table.put({ digest: hash.digest(`key:${key}`), ends, created: 1000, text }))
}

function indexOf(key: string, ends: number = neverEnds, description: KeyDescription = plain): KeyIndex {
  const table = new KeyTable(1, 1000)
  put(table, key, ends, description)
  return new KeyIndex(table.memory, pepper)
}

const key = newApiKey()
const index = indexOf(key)

test('finds a key, with the caller that it proves', () => {
  const found = index.find(key)
  assert.ok(found)
  assert.deepEqual(
    [found.id, found.identity, found.expires, found.networks],
    ['key_1', 'partners', null, null],
  )
  assert.equal(found.issuedAt, 1000)
  assert.deepEqual([found.caller.id, found.caller.identity, found.caller.scopes], ['key_1', 'partners', []])
  assert.deepEqual(structuredClone(found.caller.claims), { owner: 'Ada', labels: {} })
  assert.ok(Object.isFrozen(found) && Object.isFrozen(found.caller) && Object.isFrozen(found.caller.claims))
  assert.equal(index.find(key), found, 'it is decoded once')
})

test('a key from before the checksum is found too', () => {
  const old = newSecret('spk_')
  assert.equal(indexOf(old).find(old)?.id, 'key_1')
})

test('finds no other text', () => {
  fc.assert(fc.property(fc.string(), (text) => index.find(text) === undefined))
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.constantFrom('', 'A', '-', '\0', ' ', 'é', '👾'), (at, put) => {
      const changed = key.slice(0, at) + put + key.slice(at + 1)
      return changed === key || index.find(changed) === undefined
    }),
  )
  for (let i = 0; i < 1000; i++) assert.equal(index.find(newApiKey()), undefined)
})

test('finds nothing under another pepper', () => {
  const table = new KeyTable(1, 1000)
  put(table, key, neverEnds)
  assert.equal(new KeyIndex(table.memory, new Uint8Array(32)).find(key), undefined)
})

test('a record says what the key was issued for', () => {
  const names = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 3 })
  const description = fc.record({
    id: fc.constant('key_2'),
    identity: fc.string(),
    owner: fc.string({ unit: 'binary' }),
    scopes: names,
    labels: fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
    networks: fc.subarray(['192.0.2.0/24', '2001:db8::/32']),
  })
  fc.assert(
    fc.property(description, (given) => {
      assert.equal(keyIdOf(encodeKey(given)), 'key_2')
      const found = indexOf(key, neverEnds, given).find(key)!
      const { owner, labels } = found.caller.claims
      assert.deepEqual([found.identity, owner], [given.identity, given.owner])
      assert.deepEqual([...found.caller.scopes], given.scopes)
      assert.deepEqual({ ...(labels as object) }, { ...given.labels })
      assert.equal(Object.getPrototypeOf(labels), null)
      assert.equal(found.networks?.has('192.0.2.9') ?? null, given.networks[0]?.startsWith('192') ?? null)
    }),
  )
})

test('what a key is worth changes while it is known', () => {
  const table = new KeyTable(2, 1000)
  const reader = new KeyIndex(table.memory, pepper)
  assert.equal(reader.find(key), undefined)
  put(table, key, neverEnds)
  assert.equal(reader.find(key)?.expires, null)
  put(table, key, 5000)
  assert.equal(reader.find(key)?.expires, 5_000_000)
  put(table, key, revokedNow)
  assert.equal(reader.find(key), undefined)
  const next = new KeyTable(2, 1000)
  reader.use(next.memory)
  assert.equal(reader.find(key), undefined)
  put(next, key, neverEnds)
  assert.equal(reader.find(key)?.id, 'key_1')
})

test('a thread keeps a bounded number of records, and those in use stay the same', () => {
  const table = new KeyTable(20_000, 20_000 * 40)
  const keys = Array.from({ length: 20_000 }, () => newApiKey())
  for (const [number, one] of keys.entries()) put(table, one, neverEnds, { ...plain, id: `key_${number}` })
  const reader = new KeyIndex(table.memory, pepper)
  const [first] = keys
  const found = reader.find(first!)
  for (const [number, one] of keys.entries()) {
    assert.equal(reader.find(one)?.id, `key_${number}`)
    assert.equal(reader.find(first!), found)
  }
  const [, second] = keys
  const again = reader.find(second!)
  assert.deepEqual([again?.id, again === reader.find(second!)], ['key_1', true])
})

test('uses are noted by those who serve, and not by those who explain', () => {
  const table = new KeyTable(1, 1000)
  put(table, key, neverEnds)
  new KeyIndex(table.memory, pepper, { notesUse: false }).find(key)?.used(60_000 * 50)
  assert.deepEqual([...table.usedSince(1)], [])
  new KeyIndex(table.memory, pepper).find(key)?.used(60_000 * 50 + 59_999)
  assert.deepEqual(
    [...table.usedSince(1)].map(({ minute }) => minute),
    [50],
  )
})
