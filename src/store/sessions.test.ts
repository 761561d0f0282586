import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { NewSession } from '../gateway/sessions.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { openDatabase } from './database.ts'
import { SessionStore } from './sessions.ts'
import { openStore } from './store.ts'

const hour = 3600_000

function sessionOf(subject: string, extra: Partial<NewSession> = {}): NewSession {
  const created = Date.now()
  return {
    secret: randomBytes(32).toString('base64url'),
    subject,
    providerSession: `sid of ${subject}`,
    created,
    expires: created + 12 * hour,
    ends: created + hour,
    content: `content of ${subject}`,
    ...extra,
  }
}

function storeOf(context: TestContext, bounds?: { ofSubject: number; total: number }): SessionStore {
  const database = openDatabase(temporaryFolder(context))
  context.after(() => database.close())
  return new SessionStore(database, new Uint8Array(32).fill(7), bounds)
}

test('a session is found by its secret, at its own identity and provider, until it is ended', (context) => {
  const store = storeOf(context)
  const sessions = store.of('staff', 'a')
  const one = sessionOf('ada')
  assert.deepEqual(sessions.add(one), [])
  const found = sessions.find(one.secret)
  const { id, ...times } = found!
  assert.match(id, /^ses_/)
  assert.deepEqual(times, {
    created: one.created,
    expires: one.expires,
    ends: one.ends,
    content: one.content,
  })
  for (const [identity, provider] of [
    ['staff', 'b'],
    ['people', 'a'],
    ['staff\na', ''],
  ] as const)
    assert.equal(store.of(identity, provider).find(one.secret), null)
  assert.equal(sessions.find(`${one.secret}x`), null)

  assert.ok(sessions.update(id, 'other'))
  sessions.extend(new Map([[id, one.expires + hour]]))
  assert.deepEqual(sessions.find(one.secret), { ...found, content: 'other', ends: one.expires })
  assert.deepEqual(sessions.end({ id }), [id])
  assert.equal(sessions.find(one.secret), null)
  assert.equal(sessions.update(id, 'again'), false)
})

test('sessions end by person and by the provider’s name of them, at this identity only', (context) => {
  const store = storeOf(context)
  const [staff, people] = [store.of('staff', 'a'), store.of('people', 'a')]
  const [first, second, bob] = [
    sessionOf('ada', { providerSession: 'one' }),
    sessionOf('ada', { providerSession: 'two' }),
    sessionOf('bob', { providerSession: null }),
  ]
  for (const one of [first, second, bob]) staff.add(one)
  const elsewhere = sessionOf('ada', { providerSession: 'one' })
  people.add(elsewhere)
  assert.equal(staff.end({ providerSession: 'one' }).length, 1)
  assert.equal(staff.find(first.secret), null)
  assert.notEqual(staff.find(second.secret), null)
  assert.equal(staff.end({ subject: 'ada' }).length, 1)
  assert.deepEqual(staff.end({ subject: 'ada' }), [])
  assert.notEqual(staff.find(bob.secret), null)
  assert.notEqual(people.find(elsewhere.secret), null)
})

test('each person has few sessions, and all together are bounded: the longest unused go', (context) => {
  const sessions = storeOf(context, { ofSubject: 3, total: 5 }).of('staff', 'a')
  const at = (subject: string, index: number): NewSession =>
    sessionOf(subject, { ends: Date.now() + hour + index * 1000 })
  const adas = [1, 2, 3, 4].map((index) => at('ada', index))
  const removed = adas.map((one) => sessions.add(one).length)
  assert.deepEqual(removed, [0, 0, 0, 1])
  assert.deepEqual(
    adas.map(({ secret }) => sessions.find(secret) !== null),
    [false, true, true, true],
  )
  const others = [5, 6, 7].map((index) => at(`person ${index}`, index))
  for (const one of others) sessions.add(one)
  assert.deepEqual(
    [...adas, ...others].map(({ secret }) => sessions.find(secret) !== null),
    [false, false, true, true, true, true, true],
  )
})

test('what is over makes room at the next log-in', (context) => {
  const sessions = storeOf(context).of('staff', 'a')
  const over = sessionOf('ada', { ends: Date.now() - 1 })
  sessions.add(over)
  assert.notEqual(sessions.find(over.secret), null, 'whoever asks judges the time')
  assert.equal(sessions.add(sessionOf('bob')).length, 1)
  assert.equal(sessions.find(over.secret), null)
})

test('the database holds no secret, no name, no content, and only the pepper opens it', (context) => {
  const folder = temporaryFolder(context)
  const store = openStore(folder)
  const sessions = store.sessions.of('staff', 'https://id.example.com')
  const one = sessionOf('ada@example.com', { content: 'a-refresh-token' })
  sessions.add(one)
  const { id } = sessions.find(one.secret)!
  store.close()
  const bytes = readFileSync(join(folder, 'store.db'), 'latin1')
  assert.ok(bytes.includes(id))
  for (const text of [one.secret, 'ada@example.com', 'a-refresh-token', one.providerSession!])
    assert.ok(!bytes.includes(text), text)

  const again = openStore(folder)
  assert.equal(
    again.sessions.of('staff', 'https://id.example.com').find(one.secret)?.content,
    'a-refresh-token',
  )
  again.close()

  const stolen = join(temporaryFolder(context), 'store.db')
  copyFileSync(join(folder, 'store.db'), stolen)
  const database = new DatabaseSync(stolen)
  context.after(() => database.close())
  const other = new SessionStore(database, new Uint8Array(32)).of('staff', 'https://id.example.com')
  assert.equal(other.find(one.secret), null)
})

test('a content that was moved to another session, or changed, is none', (context) => {
  const database = openDatabase(temporaryFolder(context))
  context.after(() => database.close())
  const sessions = new SessionStore(database, new Uint8Array(32)).of('staff', 'a')
  const [ada, bob] = [sessionOf('ada'), sessionOf('bob')]
  sessions.add(ada)
  sessions.add(bob)
  const ids = [ada, bob].map(({ secret }) => sessions.find(secret)!.id)
  database
    .prepare('UPDATE sessions SET content = (SELECT content FROM sessions WHERE id = ?) WHERE id = ?')
    .run(ids[1]!, ids[0]!)
  assert.equal(sessions.find(ada.secret), null)
  assert.notEqual(sessions.find(bob.secret), null)
})

test('keys for what browsers hold are the same over restarts, and others for each purpose and identity', (context) => {
  const store = storeOf(context)
  const key = (identity: string, purpose: string): string =>
    Buffer.from(store.of(identity, 'a').key(purpose)).toString('hex')
  const keys = [key('staff', 'x'), key('staff', 'y'), key('people', 'x')]
  assert.equal(new Set(keys).size, 3)
  assert.equal(key('staff', 'x'), keys[0])
})
