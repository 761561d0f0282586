import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import test from 'node:test'
import { KeyIndex } from '../store/keys/key-index.ts'
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
  assert.match(out, /^spk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}\n$/)
  assert.ok(!err.includes(out.trim()) && err.includes("Ada's shop"))
  const store = openStore(dataFolder)
  const found = new KeyIndex(store.keys.feed().memory, store.pepper).find(out.trim())
  store.close()
  assert.equal(found?.caller.claims['owner'], "Ada's shop")
})

test('list shows no key, revoke ends one, and each says how it went', async (context) => {
  const dataFolder = temporaryFolder(context)
  assert.deepEqual((await ran({ action: 'list', dataFolder })).out, '')
  const created = await ran({ action: 'create', dataFolder, identity: 'partners', json: true })
  const { id, key, owner } = JSON.parse(created.out)
  assert.equal(owner, 'partners')
  const listed = await ran({ action: 'list', dataFolder })
  assert.match(
    listed.out,
    new RegExp(
      `^ID +IDENTITY +STATE +CREATED +OWNER +EXPIRES +LAST-USED +SCOPES +NETWORKS +LABELS\n${id} +partners +live +20\\S+ +partners +- +- +- +- +-\n$`,
    ),
  )
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
    { action: 'rotate', dataFolder },
    { action: 'rotate', dataFolder, id: 'key_aaaaaaaaaaaa', overlap: 'long' },
    ...['soon', '2027-02-31', '2020-01-01', '1', '90'].map(
      (expires): Given => ({ action: 'create', dataFolder, identity: 'a', expires }),
    ),
    ...[['x'], ['=x'], ['a=1', 'a=2']].map(
      (label): Given => ({ action: 'create', dataFolder, identity: 'a', label }),
    ),
    { action: 'create', dataFolder, identity: 'a', scope: ['a b'] },
    { action: 'create', dataFolder, identity: 'a', network: ['10.0.0.1/8'] },
  ]
  for (const args of wrong) {
    const { code, out, err } = await ran(args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^[^\n]+\n$/)
  }
  chmodSync(dataFolder, 0o755)
  assert.match((await ran({ action: 'list', dataFolder })).err, /chmod 700/)
})

test('a key carries what it was issued for, and lists can be narrowed', async (context) => {
  const dataFolder = temporaryFolder(context)
  const created = await ran({
    action: 'create',
    dataFolder,
    identity: 'partners',
    owner: 'Ada',
    scope: ['orders:read', 'orders:write'],
    label: ['team=shop', 'note=a=b'],
    network: ['10.0.0.0/8'],
    expires: '90d',
    json: true,
  })
  const { id } = JSON.parse(created.out)
  await ran({ action: 'create', dataFolder, identity: 'partners', owner: 'Bob' })
  const [row, ...more] = JSON.parse(
    (await ran({ action: 'list', dataFolder, label: ['note=a=b'], json: true })).out,
  )
  assert.deepEqual(more, [])
  assert.deepEqual(
    [row.id, row.scopes, row.labels, row.networks, row.lastUsed],
    [id, ['orders:read', 'orders:write'], { team: 'shop', note: 'a=b' }, ['10.0.0.0/8'], null],
  )
  assert.ok(Math.abs(Date.parse(row.expires) - Date.now() - 90 * 24 * 3600_000) < 60_000)
  const table = (await ran({ action: 'list', dataFolder })).out.split('\n')
  assert.equal(table.length, 4)
  assert.deepEqual(table[1]!.split(/ {2,}/).slice(-3), [
    'orders:read orders:write',
    '10.0.0.0/8',
    'team=shop note=a=b',
  ])
  const none = await ran({ action: 'list', dataFolder, state: 'revoked' })
  assert.deepEqual([none.out, none.err], ['', 'No key is like this.\n'])
  assert.equal((await ran({ action: 'list', dataFolder, state: 'revoked', json: true })).out, '[]\n')
})

test('a list of thousands is one list', async (context) => {
  const dataFolder = temporaryFolder(context)
  const store = openStore(dataFolder)
  for (let i = 0; i < 1001; i++)
    store.keys.create({ name: 'test', from: null }, { identity: 'p', owner: 'o' })
  store.close()
  assert.equal(JSON.parse((await ran({ action: 'list', dataFolder, json: true })).out).length, 1001)
  const lines = (await ran({ action: 'list', dataFolder })).out.trimEnd().split('\n')
  assert.deepEqual([lines.length, lines.filter((line) => line.startsWith('ID ')).length], [1002, 1])
})

test('rotate prints the new key alone on stdout, and says when the old one ends', async (context) => {
  const dataFolder = temporaryFolder(context)
  const { id } = JSON.parse(
    (await ran({ action: 'create', dataFolder, identity: 'partners', json: true })).out,
  )
  const { code, out, err } = await ran({ action: 'rotate', dataFolder, id, overlap: '2h' })
  assert.equal(code, 0)
  assert.match(out, /^spk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}\n$/)
  const [, ends = ''] = /which ends at (\S+)\. It is shown this once/.exec(err) ?? []
  assert.ok(Math.abs(Date.parse(ends) - Date.now() - 2 * 3600_000) < 60_000)
  assert.ok(!err.includes(out.trim()))
  const again = await ran({ action: 'rotate', dataFolder, id })
  assert.deepEqual([again.code, again.out], [2, ''])
  const [, next = ''] = /^Key (\S+) takes/.exec(err) ?? []
  const dated = await ran({ action: 'rotate', dataFolder, id: next, expires: '2099-01-31' })
  assert.match(dated.err, /^Key \S+ until 2099-01-31T00:00:00\.000Z takes the place of/)
  assert.equal((await ran({ action: 'rotate', dataFolder, id: out.trim() })).code, 1)
})

test('leaked revokes what it finds in a file or on standard input, and tells no key', async (context) => {
  const dataFolder = temporaryFolder(context)
  const key = (await ran({ action: 'create', dataFolder, identity: 'partners', owner: 'Ada' })).out.trim()
  const file = join(temporaryFolder(context), 'log')
  writeFileSync(file, `one\ntwo ${key}\n`)
  const dry = await ran({ action: 'leaked', dataFolder, file, dryRun: true })
  const found = await ran({ action: 'leaked', dataFolder, file, json: true })
  const again = await ran({ action: 'leaked', dataFolder, stdin: Readable.from([Buffer.from(`\n${key}`)]) })
  assert.match(dry.out, /^line 2: key_\S+ of Ada for partners is live\n$/)
  assert.equal(JSON.parse(found.out).keys[0].revoked, true)
  assert.match(again.out, /^line 2: key_\S+ of Ada for partners was revoked before\n$/)
  for (const { code, out, err } of [dry, found, again]) {
    assert.equal(code, 1)
    assert.ok(!(out + err).includes(key))
  }
  const nothing = await ran({ action: 'leaked', dataFolder, stdin: Readable.from([Buffer.from('no')]) })
  assert.deepEqual([nothing.code, nothing.out], [0, ''])
  const absent = await ran({ action: 'leaked', dataFolder, file: join(dataFolder, 'absent') })
  assert.deepEqual([absent.code, absent.err], [2, 'the text cannot be read (ENOENT)\n'])
})
