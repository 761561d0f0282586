import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { KeyIndex } from './keys/key-index.ts'
import { openStore, type Store } from './store.ts'
import { StoreError } from './store-error.ts'

function opened(context: TestContext, folder: string): Store {
  const store = openStore(folder)
  context.after(() => store.close())
  return store
}

const ada = { identity: 'partners', owner: 'Ada' }
const firstToken = { id: 'admin', name: 'admin', role: 'admin' }

test('a created key is found by data threads until it is revoked', (context) => {
  const store = opened(context, temporaryFolder(context))
  const { id, key } = store.keys.create({ name: 'test', from: null }, ada)
  assert.match(key, /^spk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/)
  const feed = store.keys.feed()
  const index = new KeyIndex(feed.memory, store.pepper)
  assert.equal(index.find(key)?.id, id)
  assert.equal(store.keys.revoke({ name: 'test', from: null }, id), true)
  feed.refresh()
  assert.equal(index.find(key), undefined)
  assert.equal(store.keys.revoke({ name: 'test', from: null }, id), false)
  assert.equal(store.keys.revoke({ name: 'test', from: null }, 'key_unknown'), false)
})

test('revoked keys stay listed, and no list or shared memory holds a key', (context) => {
  const store = opened(context, temporaryFolder(context))
  const first = store.keys.create({ name: 'test', from: null }, ada)
  const second = store.keys.create({ name: 'test', from: null }, { identity: 'partners', owner: 'Bob' })
  store.keys.revoke({ name: 'test', from: null }, first.id)
  const listed = store.keys.list()
  assert.deepEqual(
    listed.map(({ id, owner, revoked }) => [id, owner, revoked === null]),
    [
      [first.id, 'Ada', false],
      [second.id, 'Bob', true],
    ],
  )
  const { slots, records } = store.keys.feed().memory
  const shown =
    JSON.stringify(listed) + Buffer.from(slots).toString('latin1') + Buffer.from(records).toString('latin1')
  assert.ok(shown.includes(second.id))
  assert.ok(!shown.includes(first.key) && !shown.includes(second.key))
})

test('no file of the data folder holds a key or the admin token, and only the owner reads them', (context) => {
  const folder = join(temporaryFolder(context), 'made', 'here')
  const store = opened(context, folder)
  const secrets = [
    store.keys.create({ name: 'test', from: null }, ada).key,
    store.adminTokens.ensure({ name: 'test', from: null }) ?? '',
  ]
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const files = readdirSync(folder)
  assert.ok(files.includes('store.db') && files.includes('pepper') && files.includes('store.db-wal'))
  for (const file of files) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
    const bytes = readFileSync(join(folder, file))
    for (const secret of secrets) assert.ok(!bytes.includes(secret), file)
  }
})

test('the admin token is told once, and only it is accepted', (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  assert.equal(store.adminTokens.find(''), null)
  const token = store.adminTokens.ensure({ name: 'test', from: null })
  assert.ok(token !== null)
  assert.equal(store.adminTokens.ensure({ name: 'test', from: null }), null)
  assert.equal(opened(context, folder).adminTokens.ensure({ name: 'test', from: null }), null)
  assert.deepEqual(store.adminTokens.find(token), firstToken)
  for (const wrong of [`${token}x`, token.slice(1), token.toUpperCase(), `spa_${'A'.repeat(43)}`]) {
    assert.equal(store.adminTokens.find(wrong), null, wrong)
  }
  // A key is no admin token, and an admin token no key.
  const { key } = store.keys.create({ name: 'test', from: null }, ada)
  assert.equal(store.adminTokens.find(key), null)
  assert.equal(new KeyIndex(store.keys.feed().memory, store.pepper).find(token), undefined)
})

test('a replaced admin token ends the one before', (context) => {
  const store = opened(context, temporaryFolder(context))
  const before = store.adminTokens.replace({ name: 'test', from: null })
  const after = store.adminTokens.replace({ name: 'test', from: null })
  assert.equal(store.adminTokens.find(before), null)
  assert.deepEqual(store.adminTokens.find(after), firstToken)
})

test('a change is told at once in this process, and within 250 ms in another', async (context) => {
  const folder = temporaryFolder(context)
  const gateway = opened(context, folder)
  const commandLine = opened(context, folder)
  const feed = gateway.keys.feed()
  let told = 0
  const told2 = Promise.withResolvers<void>()
  const end = gateway.onChange(() => {
    feed.refresh()
    told += 1
    if (told === 2) told2.resolve()
  })
  const { id, key } = gateway.keys.create({ name: 'test', from: null }, ada)
  const index = new KeyIndex(feed.memory, gateway.pepper)
  assert.deepEqual([told, index.find(key)?.id], [1, id])
  const start = performance.now()
  commandLine.keys.revoke({ name: 'test', from: null }, id)
  const keepAlive = setTimeout(() => told2.reject(new Error('not told within 2 s')), 2000)
  await told2.promise
  clearTimeout(keepAlive)
  assert.ok(performance.now() - start < 250, `${performance.now() - start} ms`)
  assert.equal(index.find(key), undefined)
  end()
  gateway.keys.create({ name: 'test', from: null }, ada)
  assert.equal(told, 2)
})

test('names that would forge lines of a list are refused', (context) => {
  const store = opened(context, temporaryFolder(context))
  for (const owner of ['', 'Ada\nBob', '\u001b[2J', 'x'.repeat(201), '\u202eadA']) {
    assert.throws(
      () => store.keys.create({ name: 'test', from: null }, { identity: 'partners', owner }),
      StoreError,
    )
    assert.throws(
      () => store.keys.create({ name: 'test', from: null }, { identity: owner, owner: 'Ada' }),
      StoreError,
    )
  }
  assert.deepEqual(store.keys.list(), [])
})

test('closing twice does nothing', (context) => {
  const store = openStore(temporaryFolder(context))
  store.onChange(() => {})
  store.close()
  store.close()
})
