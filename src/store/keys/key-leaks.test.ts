import assert from 'node:assert/strict'
import test from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore } from '../store.ts'
import { newApiKey, newSecret } from './key-format.ts'
import { LeakSearch } from './key-leaks.ts'

const actor = { name: 'test', from: null }

test('finds the keys of the store, revokes them, and tells where they stand but not what they are', (context) => {
  const store = openStore(temporaryFolder(context))
  context.after(() => store.close())
  const live = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  const gone = store.keys.create(actor, { identity: 'partners', owner: 'Bob' })
  const safe = store.keys.create(actor, { identity: 'partners', owner: 'Cleo' })
  store.keys.revoke(actor, gone.id)
  const text = Buffer.from(
    ['log', live.key, `again ${live.key}`, newSecret('spk_'), gone.key, newApiKey(), newApiKey()].join('\n'),
  )
  for (const dryRun of [true, false]) {
    const search = new LeakSearch(store.keys, actor, dryRun)
    search.take(text)
    const report = search.end()
    assert.deepEqual(report, {
      keys: [
        { id: live.id, identity: 'partners', owner: 'Ada', line: 2, state: 'live', revoked: !dryRun },
        { id: gone.id, identity: 'partners', owner: 'Bob', line: 5, state: 'revoked', revoked: false },
      ],
      foreign: 2,
      firstForeignLine: 6,
    })
    assert.ok(!JSON.stringify(report).includes('spk_'))
    assert.equal(store.keys.get(live.id)?.state, dryRun ? 'live' : 'revoked')
  }
  assert.equal(store.keys.get(safe.id)?.state, 'live')
})
