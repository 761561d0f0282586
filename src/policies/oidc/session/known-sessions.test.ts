import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { callerPaths } from '../../token-caller.ts'
import type { Published, Question, SessionAnswer } from '../questions.ts'
import { EndedSessionList } from './ended-sessions.ts'
import { KnownSessions, type LoggedIn } from './known-sessions.ts'
import { sessionCookie } from './session-cookie.ts'

const key = randomBytes(32)
const base = { logInKey: '', cookieKey: key.toString('base64url'), provider: null, problem: '' }
const paths = callerPaths({ caller: 'sub', scopes: ['scope'], roles: ['roles'] })

/** A data half beside a control half that knows every secret. */
function rig(): {
  sessions: KnownSessions
  list: EndedSessionList
  asked: string[]
  publish: () => void
  cookie: (name: string) => string
} {
  const asked: string[] = []
  const list = new EndedSessionList()
  let state: Published = { ...base, ...list.published }
  const link = {
    get state() {
      return state
    },
    ask: async (question: unknown): Promise<SessionAnswer> => {
      const { secret } = question as Extract<Question, { kind: 'session' }>
      asked.push(secret)
      const id = Buffer.from(secret, 'base64url').toString('latin1').trim()
      if (id === 'nobody') return { kind: 'none' }
      const claims = JSON.stringify({ sub: id === 'odd' ? 7 : id })
      return {
        kind: 'session',
        id,
        claims,
        key: null,
        created: 0,
        holdsUntil: Number.MAX_SAFE_INTEGER,
        accessToken: null,
      }
    },
  }
  return {
    sessions: new KnownSessions(link, paths, 'staff'),
    list,
    asked,
    publish: () => {
      state = { ...base, ...list.published }
    },
    cookie: (name) => sessionCookie(Buffer.from(name.padEnd(32), 'latin1').toString('base64url'), key),
  }
}

test('a session is asked for once, by however many requests', async () => {
  const { sessions, asked, cookie } = rig()
  const all = await Promise.all(Array.from({ length: 5 }, () => sessions.find(cookie('ada'), 0)))
  assert.equal(asked.length, 1)
  assert.equal(new Set(all).size, 1)
  const known = sessions.find(cookie('ada'), 0) as LoggedIn
  assert.equal(known.caller.id, 'ada')
  assert.equal(known.caller.ambient, true)
  assert.ok(Object.isFrozen(known.caller) && Object.isFrozen(known.caller.claims))
  assert.equal(asked.length, 1)
})

test('made-up cookies are never asked about, unknown ones each time', async () => {
  const { sessions, asked, cookie } = rig()
  for (const text of ['', 'x', 'A'.repeat(64)]) assert.equal(sessions.find(text, 0), 'forged')
  assert.equal(asked.length, 0)
  assert.equal(await sessions.find(cookie('nobody'), 0), null)
  assert.equal(await sessions.find(cookie('nobody'), 0), null)
  assert.equal(asked.length, 2)
  assert.equal(await sessions.find(cookie('odd'), 0), null, 'claims that name nobody')
})

test('what ended is forgotten with the next state, and the others are not', async () => {
  const { sessions, list, asked, publish, cookie } = rig()
  for (const name of ['ada', 'bob']) await sessions.find(cookie(name), 0)
  list.add(['bob'])
  publish()
  assert.ok(!(sessions.find(cookie('ada'), 0) instanceof Promise))
  assert.ok(sessions.find(cookie('bob'), 0) instanceof Promise)
  assert.equal(asked.length, 3)
})

test('more ends than are told at once make a thread forget everything it knows', async () => {
  const { sessions, list, publish, cookie } = rig()
  await sessions.find(cookie('ada'), 0)
  list.add(Array.from({ length: 500 }, (_, index) => `s${index}`))
  publish()
  assert.ok(!(sessions.find(cookie('ada'), 0) instanceof Promise), 'it has seen all of these')
  list.add(['ada'])
  list.add(Array.from({ length: 700 }, (_, index) => `t${index}`))
  publish()
  assert.ok(sessions.find(cookie('ada'), 0) instanceof Promise)
})
