import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { KeyedHash } from '../keyed-hash.ts'
import { openStore, type Store } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { newSecret } from './key-format.ts'
import { KeyIndex } from './key-index.ts'
import type { NewKey } from './key-request.ts'

const actor = { name: 'test', from: null }
const day = 24 * 3600_000

function opened(context: TestContext, folder = temporaryFolder(context)): Store {
  const store = openStore(folder)
  context.after(() => store.close())
  return store
}

const whole: NewKey = {
  identity: 'partners',
  owner: 'Ada',
  scopes: ['orders:read', 'orders:write', 'orders:read'],
  labels: { team: 'shop' },
  networks: ['10.0.0.0/8', '::ffff:192.0.2.1'],
  expires: new Date(Date.now() + 90 * day),
}

test('a key is kept with all that it was issued for', (context) => {
  const store = opened(context)
  const { id, key } = store.keys.create(actor, whole)
  const [listed] = store.keys.list()
  assert.ok(listed)
  const { created, ...rest } = listed
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < 5000)
  assert.deepEqual(rest, {
    id,
    identity: 'partners',
    owner: 'Ada',
    revoked: null,
    state: 'live',
    scopes: ['orders:read', 'orders:write'],
    labels: { team: 'shop' },
    networks: ['10.0.0.0/8', '192.0.2.1'],
    expires: whole.expires?.toISOString(),
    revocation: null,
    replaces: null,
    lastUsed: null,
  })
  assert.deepEqual([store.keys.get(id), store.keys.find(key)], [listed, listed])
  const found = new KeyIndex(store.keys.feed().memory, store.pepper).find(key)
  assert.deepEqual(found?.caller.scopes, ['orders:read', 'orders:write'])
  assert.equal(found?.expires, Math.floor(whole.expires!.getTime() / 1000) * 1000)
  assert.equal(found?.networks?.has('10.1.2.3'), true)
})

test('what cannot be kept or judged is refused, with a sentence', (context) => {
  const store = opened(context)
  const wrong: Partial<NewKey>[] = [
    { scopes: [''] },
    { scopes: ['two words'] },
    { scopes: ['quote"'] },
    { scopes: Array.from({ length: 101 }, (_, i) => `s${i}`) },
    { labels: { '': 'x' } },
    { labels: { __proto__x: 'x' } },
    { labels: { team: 'a\nb' } },
    { labels: { team: '' } },
    { networks: ['10.0.0.1/8'] },
    { networks: ['localhost'] },
    { expires: new Date(Date.now() - 1) },
    { expires: new Date('2200-01-01') },
    { expires: new Date(Number.NaN) },
  ]
  for (const one of wrong)
    assert.throws(() => store.keys.create(actor, { ...whole, ...one }), StoreError, JSON.stringify(one))
  assert.deepEqual(store.keys.list(), [])
})

test('a rotated key counts for the overlap, and its successor as long as it did', (context) => {
  const store = opened(context)
  const first = store.keys.create(actor, whole)
  const second = store.keys.rotate(actor, first.id, { overlapMs: day })
  assert.ok(second)
  const old = store.keys.get(first.id)!
  const made = store.keys.get(second.id)!
  assert.ok(Math.abs(Date.parse(old.expires!) - Date.now() - day) < 5000)
  assert.ok(Math.abs(Date.parse(made.expires!) - Date.now() - 90 * day) < 5000)
  for (const same of ['identity', 'owner', 'scopes', 'labels', 'networks'] as const)
    assert.deepEqual(made[same], old[same])
  assert.deepEqual([made.replaces, old.state, made.state], [first.id, 'live', 'live'])
  assert.throws(() => store.keys.rotate(actor, first.id), /was rotated before: rotate key_/)
  // Its life is never made longer by an overlap.
  const short = store.keys.create(actor, { ...whole, expires: new Date(Date.now() + 1000) })
  store.keys.rotate(actor, short.id, { overlapMs: day })
  assert.ok(Date.parse(store.keys.get(short.id)!.expires!) < Date.now() + 2000)
})

test('rotating never lengthens what was given for a time, unless it is asked for', (context) => {
  const store = opened(context)
  const endOfKey = (id: string): string | null => store.keys.get(id)!.expires
  const first = store.keys.create(actor, whole)
  const second = store.keys.rotate(actor, first.id, { overlapMs: 0 })!
  assert.equal(endOfKey(second.id), whole.expires!.toISOString(), 'the same end, to the millisecond')
  const later = new Date(Date.now() + 200 * day)
  const third = store.keys.rotate(actor, second.id, { expires: later })!
  assert.equal(endOfKey(third.id), later.toISOString())
  for (const expires of [new Date(Date.now() - 1), new Date('2200-01-01'), new Date(Number.NaN)])
    assert.throws(() => store.keys.rotate(actor, third.id, { expires }), StoreError)
  assert.equal(store.keys.get(third.id)?.state, 'live', 'a refused rotation changes nothing')
  const endless = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  assert.equal(endOfKey(store.keys.rotate(actor, endless.id)!.id), null)
})

test('a key whose id is revoked as a subject is listed as revoked, as long as the policy refuses it', (context) => {
  const store = opened(context)
  const [here, elsewhere, before, ended, plain] = Array.from(
    { length: 5 },
    () => store.keys.create(actor, { identity: 'partners', owner: 'Ada' }).id,
  )
  const revoke = (value: string, more: object = {}): string =>
    store.revocations.add(actor, { kind: 'subject', value, ...more }).id
  const revocation = revoke(here!, { identity: 'partners' })
  revoke(elsewhere!, { identity: 'staff' })
  revoke(before!, { before: 1 })
  const taken = revoke(ended!)
  store.revocations.remove(actor, taken)
  store.revocations.add(actor, { kind: 'token', value: plain! })
  assert.deepEqual(
    store.keys
      .list({ state: 'revoked' })
      .map(({ id, state, revocation, revoked }) => [id, state, revocation, revoked]),
    [[here, 'revoked', revocation, null]],
  )
  const live = [elsewhere, before, ended, plain]
  assert.deepEqual(
    store.keys.list({ state: 'live' }).map(({ id }) => id),
    live,
  )
  assert.deepEqual(
    live.map((id) => store.keys.get(id!)?.state),
    live.map(() => 'live'),
  )
  assert.equal(store.keys.get(here!)?.state, 'revoked')
  assert.equal(store.keys.rotate(actor, here!), null, 'its successor would not be revoked')
  store.revocations.remove(actor, revocation)
  assert.equal(store.keys.get(here!)?.state, 'live')
  revoke(here!)
  assert.equal(store.keys.revoke(actor, here!), true, 'it can be ended for good')
})

test('an overlap of 0 ends a key at once; a key that is no more cannot be rotated', (context) => {
  const store = opened(context)
  const feed = store.keys.feed()
  const { id, key } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  assert.ok(store.keys.rotate(actor, id, { overlapMs: 0 }))
  assert.equal(store.keys.get(id)?.state, 'expired')
  feed.refresh()
  const found = new KeyIndex(feed.memory, store.pepper).find(key)
  assert.ok(found?.expires !== null && found!.expires! <= Date.now())
  assert.equal(store.keys.rotate(actor, id), null)
  assert.equal(store.keys.rotate(actor, 'key_unknownunkn'), null)
  assert.equal(store.keys.rotate(actor, key), null)
  for (const overlapMs of [-1, Number.NaN, 367 * day])
    assert.throws(() => store.keys.rotate(actor, id, { overlapMs }), StoreError)
})

test('lists are filtered and paged', (context) => {
  const store = opened(context)
  const ids = Array.from(
    { length: 25 },
    (_, i) =>
      store.keys.create(actor, {
        identity: i % 2 === 0 ? 'even' : 'odd',
        owner: i < 5 ? 'Ada' : 'Bob',
        labels: i % 5 === 0 ? { 'a.b': 'x', team: `${i}` } : {},
      }).id,
  )
  store.keys.revoke(actor, ids[3]!)
  store.keys.rotate(actor, ids[4]!, { overlapMs: 0 })
  const listed = (filter: Parameters<typeof store.keys.list>[0]) =>
    store.keys.list(filter).map(({ id }) => ids.indexOf(id))
  assert.deepEqual(listed({ identity: 'odd', owner: 'Ada' }), [1, 3])
  assert.deepEqual(listed({ state: 'revoked' }), [3])
  assert.deepEqual(listed({ state: 'expired' }), [4])
  assert.equal(listed({ state: 'live' }).length, 24)
  assert.deepEqual(listed({ label: ['a.b', 'x'] }), [0, 5, 10, 15, 20])
  assert.deepEqual(listed({ label: ['team', '10'] }), [10])
  assert.deepEqual(listed({ label: ["x' OR 1=1 --", 'x'] }), [])
  assert.deepEqual(listed({ limit: 3 }), [0, 1, 2])
  assert.deepEqual(listed({ limit: 3, after: ids[2]! }), [3, 4, 5])
  assert.deepEqual(listed({ after: 'key_unknownunkn' }), [])
})

test('a key given where its id belongs reaches no file', (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  const { key } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  assert.equal(store.keys.revoke(actor, key), false)
  assert.equal(store.keys.rotate(actor, key), null)
  for (const file of readdirSync(folder)) assert.ok(!readFileSync(join(folder, file)).includes(key), file)
})

test('a store of the first version is brought up, and its keys stay valid', (context) => {
  const folder = temporaryFolder(context)
  const first = opened(context, folder)
  const { pepper } = first
  first.close()
  const key = newSecret('spk_')
  const file = join(folder, 'store.db')
  const old = new DatabaseSync(file)
  // The tables as version 1 made them, with a live key and a revoked one.
  for (const { name } of old.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all())
    if (name !== 'secrets') old.exec(`DROP TABLE ${String(name)}`)
  old.exec(`CREATE TABLE keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, identity TEXT NOT NULL, owner TEXT NOT NULL,
      created TEXT NOT NULL, revoked TEXT) STRICT;
    PRAGMA user_version = 1`)
  const insert = old.prepare('INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?)')
  const hash = new KeyedHash(pepper)
  insert.run('key_aaaaaaaaaaaa', hash.of(`key:${key}`), 'partners', 'Ada', '2026-01-01T00:00:00.000Z', null)
  insert.run(
    'key_bbbbbbbbbbbb',
    'x',
    'partners',
    'Bob',
    '2026-01-01T00:00:00.000Z',
    '2026-02-01T00:00:00.000Z',
  )
  old.close()
  chmodSync(file, 0o600)
  const store = opened(context, folder)
  const feed = store.keys.feed()
  const index = new KeyIndex(feed.memory, store.pepper)
  assert.equal(index.find(key)?.id, 'key_aaaaaaaaaaaa')
  assert.deepEqual(
    store.keys
      .list()
      .map(({ id, state, scopes, networks, expires }) => [id, state, scopes, networks, expires]),
    [
      ['key_aaaaaaaaaaaa', 'live', [], [], null],
      ['key_bbbbbbbbbbbb', 'revoked', [], [], null],
    ],
  )
  store.keys.revoke(actor, 'key_aaaaaaaaaaaa')
  feed.refresh()
  assert.equal(index.find(key), undefined)
})
