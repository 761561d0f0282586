import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAnswer } from './answer.ts'

const now = 1_800_000_000
const rules = { audiences: ['orders'], issuer: 'https://id.example.com' }
const good = {
  active: true,
  exp: now + 60,
  nbf: now - 60,
  iss: 'https://id.example.com',
  aud: 'orders',
  token_type: 'Bearer',
  sub: 'ada',
}

const judge = (
  change: Record<string, unknown>,
  settings: Parameters<typeof judgeAnswer>[1] = rules,
): boolean =>
  typeof judgeAnswer(
    Object.fromEntries(Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined)),
    settings,
    now,
  ) !== 'string'

/** Values of every type of JSON. */
const anything: unknown[] = [null, true, false, 0, 1, -1, '', 'x', [], ['x'], {}, { x: 1 }, Number.MAX_VALUE]

test('an answer with all that is asked for proves, until its end', () => {
  assert.deepEqual(judgeAnswer(good, rules, now), { expiresAt: now + 60 })
  assert.deepEqual(judgeAnswer({ active: true, aud: ['x', 'orders'] }, rules, now), { expiresAt: null })
})

test('every member of a wrong type or value is refused, and never taken for absent', () => {
  const accepted: Record<string, readonly unknown[]> = {
    active: [true],
    exp: [Number.MAX_VALUE],
    nbf: [0, 1],
    iss: [],
    aud: [],
    token_type: [],
  }
  let cells = 0
  for (const [member, right] of Object.entries(accepted)) {
    for (const value of anything) {
      cells++
      assert.equal(judge({ [member]: value }), right.includes(value), `${member}: ${JSON.stringify(value)}`)
    }
  }
  assert.equal(cells, 6 * anything.length)
})

test('what may be absent and what may not', () => {
  for (const member of ['exp', 'nbf', 'iss', 'token_type', 'sub'])
    assert.equal(judge({ [member]: undefined }), true, member)
  for (const member of ['active', 'aud']) assert.equal(judge({ [member]: undefined }), false, member)
  assert.equal(judge({ aud: undefined }, { audiences: null, issuer: null }), true)
  assert.equal(judge({ iss: 'https://evil.example' }, { audiences: null, issuer: null }), true)
  assert.equal(judge({ aud: ['orders', 7] }), false)
  assert.equal(judge({ aud: 'Orders' }), false)
})

test('times hold with thirty seconds of tolerance', () => {
  assert.equal(judge({ exp: now - 29 }), true)
  assert.equal(judge({ exp: now - 30 }), false)
  assert.equal(judge({ nbf: now + 30 }), true)
  assert.equal(judge({ nbf: now + 31 }), false)
})
