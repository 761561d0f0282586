import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore, type Store } from '../store.ts'
import type { NewGrant } from './grants.ts'

const actor = { name: 'test', from: null }
const asked: NewGrant = {
  kind: 'grant',
  caller: 'staff/ada',
  role: 'manager',
  lasts: 60_000,
  reason: 'incident 4711',
}

const using =
  (run: (store: Store, folder: string) => void) =>
  (context: TestContext): void => {
    const folder = temporaryFolder(context)
    const store = openStore(folder)
    context.after(() => store.close())
    run(store, folder)
  }

test(
  'a grant is there at once, after a restart, and until it ends',
  using((store, folder) => {
    const { id, ends } = store.grants.give(actor, asked)
    assert.ok(Math.abs(Date.parse(ends) - Date.now() - 60_000) < 1000)
    const again = openStore(folder)
    assert.deepEqual(
      again.grants.list(false).map((one) => one.id),
      [id],
    )
    again.close()
    assert.equal(store.grants.end(actor, id), true)
    assert.equal(store.grants.end(actor, id), false)
    assert.equal(store.grants.end(actor, 'gnt_none'), false)
    assert.deepEqual(store.grants.list(false), [])
    assert.equal(store.grants.list(true).length, 1)
  }),
)

test('a grant whose time has passed is in force no more, without anything done', async (context) => {
  const store = openStore(temporaryFolder(context))
  store.grants.give(actor, { ...asked, lasts: 20 })
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.deepEqual(store.grants.list(false), [])
  store.close()
})

test(
  'break-glass stands first, and lasts an hour at most',
  using((store) => {
    store.grants.give(actor, { ...asked, kind: 'break-glass', lasts: 3600_000 })
    store.grants.give(actor, asked)
    assert.deepEqual(
      store.grants.list(false).map(({ kind }) => kind),
      ['break-glass', 'grant'],
    )
    assert.throws(
      () => store.grants.give(actor, { ...asked, kind: 'break-glass', lasts: 3600_001 }),
      /at most 1h/,
    )
  }),
)

test(
  'what has no reason, no end or no name is refused, and so is what forges a line',
  using((store) => {
    const wrong: Partial<NewGrant>[] = [
      { reason: '' },
      { reason: '    x' },
      { reason: 'x'.repeat(501) },
      { reason: 'incident\n4711' },
      { reason: 'incident \u202e4711' },
      { lasts: 0 },
      { lasts: -1 },
      { lasts: Number.NaN },
      { lasts: 24 * 3600_000 + 1 },
      { caller: 'ada' },
      { caller: 'staff/' },
      { caller: '/ada' },
      { caller: 'staff/a\nb' },
      { role: '' },
      { role: 'a\u0000' },
    ]
    for (const one of wrong)
      assert.throws(() => store.grants.give(actor, { ...asked, ...one }), /./, JSON.stringify(one))
    assert.deepEqual(store.grants.list(true), [])
  }),
)

test(
  'every grant and every end stands in the audit log',
  using((store) => {
    const { id } = store.grants.give(actor, asked)
    store.grants.end(actor, id)
    store.grants.give(actor, { ...asked, kind: 'break-glass' })
    const { entries } = store.audit.page(10, null)
    assert.deepEqual(
      entries.map(({ action, target }) => [action, target]),
      [
        ['grants.break-glass', 'staff/ada'],
        ['grants.end', 'staff/ada'],
        ['grants.give', 'staff/ada'],
      ],
    )
    assert.match(JSON.stringify(entries), /incident 4711/)
  }),
)
