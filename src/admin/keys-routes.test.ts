import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { newApiKey } from '../store/keys/key-format.ts'
import { openStore, type Store } from '../store/store.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { createKey, listKeys, reportLeakedKeys, revokeKey, rotateKey } from './keys-routes.ts'
import type { Page, Problem } from './reply.ts'

const actor = { name: 'admin token ci', from: '127.0.0.1' }

function opened(context: TestContext): Store {
  const store = openStore(temporaryFolder(context))
  context.after(() => store.close())
  return store
}

/** What a route answered; a problem as its detail. */
function answer(reply: Page | Problem): { status: number; body: Record<string, unknown> } {
  if (reply.kind === 'problem') return { status: reply.code.status, body: { ...reply.members } }
  return { status: reply.status, body: JSON.parse(reply.body) as Record<string, unknown> }
}

const asked = {
  identity: 'partners',
  owner: 'Ada',
  scopes: ['orders:read'],
  labels: { team: 'shop' },
  networks: ['10.0.0.0/8'],
  expires: '2099-01-31T12:00:00+01:00',
}

test('a key is created, listed, rotated and revoked, and shown once', (context) => {
  const store = opened(context)
  const created = answer(createKey(store, asked, actor))
  assert.equal(created.status, 201)
  const { id, key } = created.body as { id: string; key: string }
  assert.equal(store.keys.find(key)?.id, id)
  const listed = answer(listKeys(store, new URLSearchParams('label=team%3Dshop&state=live')))
  const [one] = listed.body['keys'] as Record<string, unknown>[]
  assert.deepEqual([one?.['id'], one?.['expires']], [id, '2099-01-31T11:00:00.000Z'])
  assert.ok(!JSON.stringify(listed).includes(key))
  const rotated = answer(rotateKey(store, { id, overlap: '0', expires: '2099-06-30' }, actor))
  assert.equal(rotated.status, 201)
  assert.equal(rotated.body['replaces'], id)
  assert.equal(store.keys.get(String(rotated.body['id']))?.expires, '2099-06-30T00:00:00.000Z')
  assert.equal(answer(rotateKey(store, { id }, actor)).status, 400, 'it has ended')
  const second = rotated.body['id']
  assert.deepEqual(answer(revokeKey(store, { id: second }, actor)), {
    status: 200,
    body: { revoked: second },
  })
  assert.equal(answer(revokeKey(store, { id: second }, actor)).status, 400)
})

test('lists come in pages', (context) => {
  const store = opened(context)
  const ids = Array.from({ length: 7 }, () => store.keys.create(actor, { identity: 'p', owner: 'o' }).id)
  const seen: unknown[] = []
  let after = ''
  for (let pages = 0; pages < 3; pages++) {
    const { body } = answer(listKeys(store, new URLSearchParams(`limit=3${after}`)))
    seen.push(...(body['keys'] as { id: string }[]).map((key) => key.id))
    after = `&after=${String(body['next'])}`
    if (body['next'] === null) break
  }
  assert.deepEqual(seen, ids)
  assert.equal(after, '&after=null')
})

test('leaked keys are found in a text and revoked', (context) => {
  const store = opened(context)
  const { id, key } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  const text = `first\n${key}\n${newApiKey()}`
  const dry = answer(reportLeakedKeys(store, { text, dryRun: true }, actor))
  assert.equal(store.keys.get(id)?.state, 'live')
  const wet = answer(reportLeakedKeys(store, { text }, actor))
  assert.equal(store.keys.get(id)?.state, 'revoked')
  for (const [{ body }, revoked] of [
    [dry, false],
    [wet, true],
  ] as const) {
    const owner = 'Ada'
    assert.deepEqual(body['keys'], [{ id, identity: 'partners', owner, line: 2, state: 'live', revoked }])
    assert.equal(body['foreign'], 1)
  }
})

test('what is not understood is refused with what is wrong, and changes nothing', (context) => {
  const store = opened(context)
  const { id, key } = store.keys.create(actor, { identity: 'partners', owner: 'Ada' })
  const replies = [
    ...[null, 1, [], {}, { ...asked, role: 'admin' }, { ...asked, expires: 'tomorrow' }].map((body) =>
      createKey(store, body, actor),
    ),
    ...[
      { ...asked, networks: ['10.0.0.1/8'] },
      { ...asked, scopes: [''] },
      { ...asked, owner: 'a\nb' },
    ].map((body) => createKey(store, body, actor)),
    ...[{}, { id, overlap: -1 }, { id, overlap: 3600 }, { id, overlap: 'long' }, { id: key }].map((body) =>
      rotateKey(store, body, actor),
    ),
    ...[{}, { id: key }, { id: [id] }].map((body) => revokeKey(store, body, actor)),
    ...[{}, { text: 1 }].map((body) => reportLeakedKeys(store, body, actor)),
    ...['limit=0', 'limit=1001', 'limit=x', 'state=dead', 'label=x', 'key=x', 'owner=a&owner=b'].map(
      (query) => listKeys(store, new URLSearchParams(query)),
    ),
  ]
  for (const reply of replies) {
    assert.equal(reply.kind, 'problem')
    const { status, body } = answer(reply)
    assert.equal(status, 400)
    assert.ok(String(body['detail']).length > 10)
    assert.ok(!JSON.stringify(body).includes(key))
  }
  assert.equal(store.keys.list().length, 1)
  assert.equal(store.keys.get(id)?.state, 'live')
})

test('times are written as at the command line, and a mistake is told with what to write', (context) => {
  const store = opened(context)
  const body = { identity: 'partners', owner: 'Ada' }
  const end = (expires: unknown): string => {
    const created = answer(createKey(store, { ...body, expires }, actor))
    return store.keys.get(String(created.body['id']))!.expires!
  }
  assert.ok(Math.abs(Date.parse(end('90d')) - Date.now() - 90 * 86_400_000) < 10_000)
  assert.equal(end('2099-01-31'), '2099-01-31T00:00:00.000Z')
  assert.equal(end('2099-01-31T11:00:00.000Z'), '2099-01-31T11:00:00.000Z')
  const { id } = store.keys.create(actor, body)
  const rotated = answer(rotateKey(store, { id, overlap: '2h' }, actor))
  assert.ok(Math.abs(Date.parse(String(rotated.body['ends'])) - Date.now() - 7_200_000) < 10_000)
  const detail = (reply: Page | Problem): unknown => answer(reply).body['detail']
  const details: readonly [unknown, RegExp][] = [
    [detail(createKey(store, { ...body, expires: 90 }, actor)), /^`expires`: .*Write `90d`, `2027-01-31` or/],
    [detail(createKey(store, { identity: 'partners' }, actor)), /^`owner` is missing\. Write text\.$/],
    [detail(createKey(store, { ...body, ownr: 'x' }, actor)), /^unknown key `ownr`\. Did you mean `owner`\?/],
    [detail(createKey(store, { ...body, scopes: 'a' }, actor)), /^`scopes`: expected a list, found text\./],
    [detail(rotateKey(store, { id, overlap: 3600 }, actor)), /^`overlap`: .*Write `24h`, or `0` for none\.$/],
    [detail(listKeys(store, new URLSearchParams('state=lve'))), /^`state`: .*Did you mean `live`\?/],
    [detail(createKey(store, { ...body, ['x'.repeat(9999)]: 1 }, actor)), /^unknown key .{0,500}…$/],
  ]
  for (const [text, expected] of details) assert.match(String(text), expected)
})
