import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore, type Store } from '../store.ts'
import { KeyIndex } from './key-index.ts'
import type { KeyTableMemory } from './key-layout.ts'
import type { IssuedKey } from './keys.ts'

const actor = { name: 'test', from: null }
const ada = { identity: 'partners', owner: 'Ada' }

function opened(context: TestContext, folder = temporaryFolder(context)): Store {
  const store = openStore(folder)
  context.after(() => store.close())
  return store
}

test('a thread that still has the old table sees revocations there, until it goes over', (context) => {
  const store = opened(context)
  const feed = store.keys.feed()
  const late = new KeyIndex(feed.memory, store.pepper)
  let memory: KeyTableMemory | null = null
  feed.onReplaced((replaced) => {
    memory = replaced
  })
  const issued: IssuedKey[] = []
  while (memory === null) {
    issued.push(store.keys.create(actor, ada))
    feed.refresh()
  }
  const known = new KeyIndex(memory, store.pepper)
  for (const { id, key } of issued) assert.equal(known.find(key)?.id, id)
  const [first, second] = issued
  store.keys.revoke(actor, first!.id)
  store.keys.rotate(actor, second!.id, { overlapMs: 0 })
  feed.refresh()
  for (const index of [late, known]) {
    assert.equal(index.find(first!.key), undefined)
    assert.ok(index.find(second!.key)!.expires! <= Date.now())
  }
})

test('what is in memory is what is in the store, whoever changed it and however it came there', (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  const other = opened(context, folder)
  const feed = store.keys.feed()
  const index = new KeyIndex(feed.memory, store.pepper)
  feed.onReplaced((memory) => index.use(memory))
  const keys: IssuedKey[] = []
  const action = fc.record({
    by: fc.constantFrom(store, other),
    what: fc.constantFrom('create', 'create', 'revoke', 'rotate'),
    which: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 12 }), (actions) => {
      for (const { by, what, which } of actions) {
        const one = keys[which % Math.max(1, keys.length)]
        if (what === 'create' || one === undefined) keys.push(by.keys.create(actor, ada))
        else if (what === 'revoke') by.keys.revoke(actor, one.id)
        else {
          const replaced = store.keys.list().some(({ replaces }) => replaces === one.id)
          const made = replaced ? null : by.keys.rotate(actor, one.id, { overlapMs: 0 })
          if (made !== null) keys.push(made)
        }
      }
      feed.refresh()
      const fresh = new KeyIndex(store.keys.feed().memory, store.pepper)
      for (const { key } of keys) {
        const { state } = store.keys.find(key)!
        for (const reader of [index, fresh]) {
          const found = reader.find(key)
          const seen = found === undefined ? 'revoked' : found.expires === null ? 'live' : 'expired'
          assert.equal(seen, state)
        }
      }
    }),
    { numRuns: 20 },
  )
})

test('uses are written to the store, the last at the end', async (context) => {
  const store = opened(context)
  const feed = store.keys.feed()
  const { id, key } = store.keys.create(actor, ada)
  const unused = store.keys.create(actor, ada)
  feed.refresh()
  const index = new KeyIndex(feed.memory, store.pepper)
  const now = Date.now()
  index.find(key)!.used(now)
  assert.equal(store.keys.get(id)?.lastUsed, null)
  await feed.flushUses()
  const minute = new Date(Math.floor(now / 60_000) * 60_000).toISOString()
  // Its minute began before the key was issued, which it was not used before.
  const { created } = store.keys.get(id)!
  const first = minute < created ? created : minute
  assert.equal(store.keys.get(id)?.lastUsed, first)
  assert.equal(store.keys.get(unused.id)?.lastUsed, null)
  // A clock that was set back takes no use away.
  index.find(key)!.used(now - 3600_000)
  await feed.flushUses()
  assert.equal(store.keys.get(id)?.lastUsed, first)
  const reports: string[] = []
  feed.keepUses((message) => reports.push(message))
  index.find(key)!.used(now + 120_000)
  await feed.close()
  assert.equal(store.keys.get(id)?.lastUsed, new Date(Date.parse(minute) + 120_000).toISOString())
  assert.deepEqual(reports, [])
})

test('uses that cannot be written are told, and end nothing', async (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  const feed = store.keys.feed()
  const { key } = store.keys.create(actor, ada)
  feed.refresh()
  new KeyIndex(feed.memory, store.pepper).find(key)!.used(Date.now())
  const reports: string[] = []
  feed.keepUses((message) => reports.push(message))
  const database = new DatabaseSync(join(folder, 'store.db'))
  context.after(() => database.close())
  database.exec('ALTER TABLE keys RENAME COLUMN last_used TO gone')
  await feed.close()
  assert.match(reports[0] ?? '', /^uses of keys are not noted: .*last_used/)
})
