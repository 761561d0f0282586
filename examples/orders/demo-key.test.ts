import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { ensureDemoKey } from './demo-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'demo-key-'))
const file = join(folder, 'api-key')
after(() => rmSync(folder, { recursive: true }))

test('the demo key is made once, and anew when it was revoked', () => {
  ensureDemoKey(folder)
  const first = readFileSync(file, 'utf8')
  assert.match(first, /^\S+\n$/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  ensureDemoKey(folder)
  assert.equal(readFileSync(file, 'utf8'), first)

  const store = openStore(folder)
  const live = store.keys.list().filter((key) => key.revoked === null)
  assert.deepEqual(
    live.map((key) => [key.identity, key.owner]),
    [['partners', 'demo']],
  )
  store.keys.revoke({ name: 'test', from: null }, live[0]!.id)
  store.close()
  ensureDemoKey(folder)
  assert.notEqual(readFileSync(file, 'utf8'), first)
})
