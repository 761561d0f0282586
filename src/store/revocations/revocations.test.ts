import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore, type Store } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { type Revocation, RevocationIndex, type RevocationKind } from './revocation-index.ts'
import type { NewRevocation } from './revocation-request.ts'

const actor = { name: 'test', from: null }

function opened(context: TestContext, folder = temporaryFolder(context)): Store {
  const store = openStore(folder)
  context.after(() => store.close())
  return store
}

test('a revocation is kept, listed, given out, and taken back', (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  const added = store.revocations.add(actor, {
    kind: 'token',
    value: 'jti-1',
    identity: 'staff',
    reason: 'leak',
  })
  assert.match(added.id, /^rev_[A-Za-z0-9_-]{12}$/)
  const other = opened(context, folder)
  assert.deepEqual([...other.revocations.each()], [added])
  assert.deepEqual(other.revocations.snapshot(), [
    { kind: 'token', identity: 'staff', value: 'jti-1', before: null, expires: null },
  ])
  const first = other.revocations.since(0)
  assert.equal(first.changes.length, 1)
  assert.deepEqual(other.revocations.since(first.cursor), { cursor: first.cursor, changes: [] })
  assert.equal(store.revocations.remove(actor, added.id), true)
  assert.equal(store.revocations.remove(actor, added.id), false)
  assert.equal(store.revocations.remove(actor, 'rev_unknown'), false)
  assert.deepEqual([[...store.revocations.each()], store.revocations.snapshot()], [[], []])
  const [gone] = other.revocations.since(first.cursor).changes
  assert.ok(gone?.expires != null && gone.expires <= Date.now(), 'others see it go')
})

test('a second revocation of the same lasts longer, never shorter', (context) => {
  const store = opened(context)
  const soon = new Date(Date.now() + 60_000)
  const late = new Date(Date.now() + 120_000)
  const add = (asked: Partial<NewRevocation>) =>
    store.revocations.add(actor, { kind: 'subject', value: 'ada', ...asked })
  assert.equal(add({ before: 100, expires: soon }).before, 100)
  assert.deepEqual([add({ before: 50, expires: late }).before], [100])
  assert.equal(add({ before: 200, expires: soon }).expires, late.toISOString())
  assert.equal(add({ before: 200 }).expires, null)
  assert.deepEqual([add({ before: 1, expires: soon }).expires], [null])
  assert.equal([...store.revocations.each()].length, 1)
  assert.equal(store.revocations.since(0).changes.length, 1)
})

test('what cannot be kept, or is a credential itself, is refused and leaves no trace', (context) => {
  const store = opened(context)
  const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'
  const wrong: [RevocationKind, string, Partial<NewRevocation>?][] = [
    ['token', ''],
    ['token', 'a\nb'],
    ['token', '\u001b[2J'],
    ['subject', '\u202eada'],
    ['token', 'x'.repeat(2049)],
    ['token', jwt],
    ['subject', `spk_${'A'.repeat(49)}`],
    ['key', `spa_${'A'.repeat(43)}`],
    ['certificate', 'abc'],
    ['certificate', 'g'.repeat(64)],
    ['token', 'a', { before: 5 }],
    ['subject', 'a', { before: 1.5 }],
    ['subject', 'a', { before: -1 }],
    ['token', 'a', { expires: new Date(Date.now() - 1) }],
    ['token', 'a', { expires: new Date(Number.NaN) }],
    ['token', 'a', { reason: 'a\nb' }],
    ['token', 'a', { reason: 'x'.repeat(201) }],
    ['token', 'a', { identity: 'a\u0000' }],
    ['nothing' as RevocationKind, 'a'],
  ]
  for (const [kind, value, rest] of wrong)
    assert.throws(
      () => store.revocations.add(actor, { kind, value, ...rest }),
      StoreError,
      `${kind} ${value}`,
    )
  assert.deepEqual([[...store.revocations.each()], store.audit.verify().entries], [[], 0])
  const hex = `${'AB:'.repeat(31)}CD`
  const { value } = store.revocations.add(actor, { kind: 'certificate', value: hex })
  assert.equal(value, `${'ab'.repeat(31)}cd`)
})

test('what has ended is given out no more, and cleaned later without disturbing those who follow', (context) => {
  const folder = temporaryFolder(context)
  const store = opened(context, folder)
  const ids = [1, 2, 3].map((i) => store.revocations.add(actor, { kind: 'token', value: `t${i}` }).id)
  const { cursor } = store.revocations.since(0)
  const side = new DatabaseSync(join(folder, 'store.db'))
  context.after(() => side.close())
  // Long ago, the newest among them.
  side.prepare("UPDATE revocations SET expires = '2020-01-01T00:00:00.000Z' WHERE id != ?").run(ids[0]!)
  assert.deepEqual(
    store.revocations.snapshot().map(({ value }) => value),
    ['t1'],
  )
  store.revocations.add(actor, { kind: 'token', value: 't4' })
  const values = side.prepare('SELECT value FROM revocations ORDER BY value').all()
  assert.deepEqual(
    values.map((row) => row['value']),
    ['t1', 't3', 't4'],
  )
  assert.deepEqual(
    store.revocations.since(cursor).changes.map((one) => one.value),
    ['t4'],
  )
})

test('pages of a list are newest first and meet at their ends', (context) => {
  const store = opened(context)
  for (let i = 0; i < 7; i++) store.revocations.add(actor, { kind: 'token', value: `t${i}` })
  const first = store.revocations.page(5, null)
  const second = store.revocations.page(5, first.next)
  assert.deepEqual(
    [...first.revocations, ...second.revocations].map(({ value }) => value),
    ['t6', 't5', 't4', 't3', 't2', 't1', 't0'],
  )
  assert.equal(second.next, null)
})

test('another process sees a revocation within a second, with a hundred thousand there', async (context) => {
  const folder = temporaryFolder(context)
  const gateway = opened(context, folder)
  const commandLine = opened(context, folder)
  const side = new DatabaseSync(join(folder, 'store.db'))
  side.exec('BEGIN')
  const insert = side.prepare(
    "INSERT INTO revocations (id, kind, identity, value, created, reason, sequence) VALUES (?, 'token', '', ?, '', '', ?)",
  )
  for (let i = 0; i < 100_000; i++) insert.run(`rev_${i}`, `t${i}`, i + 1)
  side.exec('COMMIT')
  side.close()
  const index = new RevocationIndex()
  let { cursor, changes } = gateway.revocations.since(0)
  index.apply(changes)
  assert.equal(index.size, 100_000)
  const seen = Promise.withResolvers<void>()
  gateway.onChange(() => {
    ;({ cursor, changes } = gateway.revocations.since(cursor))
    index.apply(changes)
    if (index.find({ identity: 'staff', token: 'new' }) !== null) seen.resolve()
  })
  const began = performance.now()
  commandLine.revocations.add(actor, { kind: 'token', value: 'new' })
  const keepAlive = setTimeout(() => seen.reject(new Error('not seen within 5 s')), 5000)
  await seen.promise
  clearTimeout(keepAlive)
  assert.ok(performance.now() - began < 1000, `${performance.now() - began} ms`)
})

const kinds = ['token', 'subject', 'session', 'key', 'certificate'] as const
const word = fc.constantFrom('a', 'b', 'c', '__proto__', '')
const change = fc.record({
  kind: fc.constantFrom(...kinds),
  identity: fc.constantFrom('', 'staff', 'partners'),
  value: word,
  before: fc.constantFrom(null, 10, 20),
  expires: fc.constantFrom(null, 1, 9e15),
})
const credential = fc.record(
  {
    identity: fc.constantFrom('staff', 'partners'),
    token: word,
    subject: word,
    session: word,
    key: word,
    certificate: word,
    issuedAt: fc.constantFrom(5, 10, 15, 25),
  },
  { requiredKeys: ['identity'] },
)

test('the index finds what a plain search finds, whatever came in which order (property)', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      fc.array(credential, { maxLength: 10 }),
      (all, asked) => {
        const index = new RevocationIndex()
        const plain = new Map<string, Revocation>()
        for (const one of all) {
          const before = one.kind === 'subject' ? one.before : null
          const { version } = index
          index.apply([{ ...one, before }])
          assert.ok(index.version > version)
          plain.set(JSON.stringify([one.kind, one.identity, one.value]), { ...one, before })
        }
        for (const one of asked) {
          const expected = [...plain.values()].some(
            ({ kind, identity, value, before, expires }) =>
              (expires === null || expires! > Date.now()) &&
              (identity === '' || identity === one.identity) &&
              one[kind] === value &&
              (before === null || one.issuedAt === undefined || one.issuedAt < before),
          )
          assert.equal(index.find(one) !== null, expected)
        }
      },
    ),
  )
})

test('a look-up is quick among a hundred thousand, and what has ended leaves memory', () => {
  const index = new RevocationIndex()
  const ends = Date.now() + 40
  index.replace(
    Array.from({ length: 100_000 }, (_, i) => ({
      kind: kinds[i % 5]!,
      identity: '',
      value: `value-${i}`,
      before: null,
      expires: i % 10 === 0 ? null : ends,
    })),
  )
  const credentials = Array.from({ length: 1000 }, (_, i) => ({
    identity: 'staff',
    token: `token-${i}`,
    subject: `subject-${i}`,
    session: `session-${i}`,
    key: 'key',
    issuedAt: 1,
  }))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 50; round++) {
    const began = performance.now()
    for (const one of credentials) assert.equal(index.find(one), null)
    best = Math.min(best, (performance.now() - began) / credentials.length)
  }
  assert.ok(best < 0.0005, `${best * 1e6} ns`)
  while (Date.now() <= ends);
  assert.equal(index.find({ identity: 'staff', token: 'value-5' }), null)
  assert.equal(index.find({ identity: 'staff', token: 'value-0' }), 'the token was revoked')
  const many = Array.from({ length: 40_000 }, (_, i) => ({
    kind: 'session' as const,
    identity: '',
    value: `new-${i % 10}`,
    before: null,
  }))
  index.apply(many)
  assert.ok(index.size < 10_100, `${index.size}`)
})
