import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { Writable } from 'node:stream'
import test from 'node:test'
import { KeyIndex } from '../store/key-index.ts'
import { openStore } from '../store/store.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type KeysArguments, runKeys } from './keys.ts'

type Given = Omit<KeysArguments, 'stdout' | 'stderr'>

async function ran(args: Given): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' }
  const into = (stream: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        text[stream] += String(chunk)
        done()
      },
    })
  const code = await runKeys({ ...args, stdout: into('out'), stderr: into('err') })
  return { code, ...text }
}

test('create prints the key alone on stdout, and the gateway accepts it', async (context) => {
  const dataFolder = temporaryFolder(context)
  const { code, out, err } = await ran({
    action: 'create',
    dataFolder,
    identity: 'partners',
    owner: "Ada's shop",
  })
  assert.equal(code, 0)
  assert.match(out, /^spk_[A-Za-z0-9_-]{43}\n$/)
  assert.ok(!err.includes(out.trim()) && err.includes("Ada's shop"))
  const store = openStore(dataFolder)
  const found = new KeyIndex(store.keys.snapshot(), store.pepper).find(out.trim())
  store.close()
  assert.equal(found?.owner, "Ada's shop")
})

test('list shows no key, revoke ends one, and each says how it went', async (context) => {
  const dataFolder = temporaryFolder(context)
  assert.deepEqual((await ran({ action: 'list', dataFolder })).out, '')
  const created = await ran({ action: 'create', dataFolder, identity: 'partners', json: true })
  const { id, key, owner } = JSON.parse(created.out)
  assert.equal(owner, 'partners')
  const listed = await ran({ action: 'list', dataFolder })
  assert.match(listed.out, new RegExp(`^ID +IDENTITY .*OWNER\n${id} +partners +live +20.* partners\n$`))
  assert.ok(!listed.out.includes(key) && !listed.err.includes(key))
  assert.equal((await ran({ action: 'revoke', dataFolder, id })).code, 0)
  const [row] = JSON.parse((await ran({ action: 'list', dataFolder, json: true })).out)
  assert.equal(row.id, id)
  assert.notEqual(row.revoked, null)
  assert.equal((await ran({ action: 'revoke', dataFolder, id })).code, 1)
})

test('a key given where its id belongs is not repeated', async (context) => {
  const dataFolder = temporaryFolder(context)
  const key = (await ran({ action: 'create', dataFolder, identity: 'partners' })).out.trim()
  for (const json of [false, true]) {
    const { code, out, err } = await ran({ action: 'revoke', dataFolder, id: key, json })
    assert.equal(code, 1)
    assert.ok(!(out + err).includes(key))
  }
})

test('what is missing or unusable ends with 2 and one sentence on stderr', async (context) => {
  const dataFolder = temporaryFolder(context)
  const wrong: Given[] = [
    { action: 'create', dataFolder },
    { action: 'create', dataFolder, identity: 'a\nb' },
    { action: 'revoke', dataFolder },
  ]
  for (const args of wrong) {
    const { code, out, err } = await ran(args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^[^\n]+\n$/)
  }
  chmodSync(dataFolder, 0o755)
  assert.match((await ran({ action: 'list', dataFolder })).err, /chmod 700/)
})
