import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../engines/json/json.ts'
import { AuthorizerFailure } from '../backend.ts'
import { opaAnswer } from './opa.ts'

test('true, false, undefined and objects are decisions', () => {
  assert.equal(opaAnswer({ result: true }).allow, true)
  assert.equal(opaAnswer({ result: false }).allow, false)
  assert.deepEqual(opaAnswer({}), {
    allow: false,
    reason: 'the decision is undefined',
    context: {},
    upstreamHeaders: {},
  })
  assert.deepEqual(
    opaAnswer({ result: { allow: true, headers: { 'X-User': 'ada' }, context: { tenant: 't' }, more: 1 } }),
    { allow: true, upstreamHeaders: { 'x-user': 'ada' }, context: { tenant: 't' } },
  )
  assert.equal(opaAnswer({ result: { allow: false, reason: 'not hers' } }).reason, 'not hers')
})

test('everything else is a failure, never a yes or a no', () => {
  const wrong: JsonObject[] = [
    { result: null },
    { result: 'true' },
    { result: 1 },
    { result: [true] },
    { result: {} },
    { result: { allow: 'true' } },
    { result: { allow: 1 } },
    { result: { allow: null } },
    { result: { allow: true, reason: 1 } },
    { result: { allow: true, headers: ['x'] } },
    { result: { allow: true, headers: { 'x-user': 1 } } },
    { result: { allow: true, headers: { 'x-user': 'a', 'X-User': 'b' } } },
    { result: { allow: true, context: 'x' } },
  ]
  for (const answer of wrong)
    assert.throws(() => opaAnswer(answer), AuthorizerFailure, JSON.stringify(answer))
})
