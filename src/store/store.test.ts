import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { KeyIndex } from './key-index.ts'
import { openStore, type Store } from './store.ts'
import { StoreError } from './store-error.ts'

function opened(context: TestContext, folder: string): Store {
  const store = openStore(folder)
  context.after(() => store.close())
  return store
}

const ada = { identity: 'partners', owner: 'Ada' }

test('a created key is found by data threads until it is revoked', (context) => {
  const store = opened(context, temporaryFolder(context))
  const { id, key } = store.createKey(ada)
  assert.match(key, /^spk_[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(new KeyIndex(store.keysSnapshot(), store.pepper).find(key), { id, ...ada })
  assert.equal(store.revokeKey(id), true)
  assert.equal(new KeyIndex(store.keysSnapshot(), store.pepper).find(key), undefined)
  assert.equal(store.revokeKey(id), false)
  assert.equal(store.revokeKey('key_unknown'), false)
})

test('revoked keys stay listed, and no list or snapshot holds a key', (context) => {
  const store = opened(context, temporaryFolder(context))
  const first = store.createKey(ada)
  const second = store.createKey({ identity: 'partners', owner: 'Bob' })
  store.revokeKey(first.id)
  const listed = store.listKeys()
  assert.deepEqual(
    listed.map(({ id, owner, revoked }) => [id, owner, revoked === null]),
    [
      [first.id, 'Ada', false],
      [second.id, 'Bob', true],
    ],
  )
  const shown = JSON.stringify([listed, store.keysSnapshot()])
  assert.ok(!shown.includes(first.key) && !shown.includes(second.key))
})

test('no file of the data folder holds a key or the admin token, and only the owner reads them', (context) => {
  const folder = join(temporaryFolder(context), 'made', 'here')
  const store = opened(context, folder)
  const secrets = [store.createKey(ada).key, store.ensureAdminToken() ?? '']
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
  assert.equal(store.checkAdminToken(''), false)
  const token = store.ensureAdminToken()
  assert.ok(token !== null)
  assert.equal(store.ensureAdminToken(), null)
  assert.equal(opened(context, folder).ensureAdminToken(), null)
  assert.equal(store.checkAdminToken(token), true)
  for (const wrong of [`${token}x`, token.slice(1), token.toUpperCase(), `spa_${'A'.repeat(43)}`]) {
    assert.equal(store.checkAdminToken(wrong), false, wrong)
  }
  // A key is no admin token, and an admin token no key.
  const { key } = store.createKey(ada)
  assert.equal(store.checkAdminToken(key), false)
  assert.equal(new KeyIndex(store.keysSnapshot(), store.pepper).find(token), undefined)
})

test('a replaced admin token ends the one before', (context) => {
  const store = opened(context, temporaryFolder(context))
  const before = store.replaceAdminToken()
  const after = store.replaceAdminToken()
  assert.equal(store.checkAdminToken(before), false)
  assert.equal(store.checkAdminToken(after), true)
})

test('a change is told at once in this process, and within 250 ms in another', async (context) => {
  const folder = temporaryFolder(context)
  const gateway = opened(context, folder)
  const commandLine = opened(context, folder)
  let told = 0
  const told2 = Promise.withResolvers<void>()
  const end = gateway.onChange(() => {
    told += 1
    if (told === 2) told2.resolve()
  })
  const { id } = gateway.createKey(ada)
  assert.equal(told, 1)
  const start = performance.now()
  commandLine.revokeKey(id)
  const keepAlive = setTimeout(() => told2.reject(new Error('not told within 2 s')), 2000)
  await told2.promise
  clearTimeout(keepAlive)
  assert.ok(performance.now() - start < 250, `${performance.now() - start} ms`)
  assert.deepEqual(gateway.keysSnapshot(), [])
  end()
  gateway.createKey(ada)
  assert.equal(told, 2)
})

test('names that would forge lines of a list are refused', (context) => {
  const store = opened(context, temporaryFolder(context))
  for (const owner of ['', 'Ada\nBob', '\u001b[2J', 'x'.repeat(201), '\u202eadA']) {
    assert.throws(() => store.createKey({ identity: 'partners', owner }), StoreError)
    assert.throws(() => store.createKey({ identity: owner, owner: 'Ada' }), StoreError)
  }
  assert.deepEqual(store.listKeys(), [])
})

test('closing twice does nothing', (context) => {
  const store = openStore(temporaryFolder(context))
  store.onChange(() => {})
  store.close()
  store.close()
})
