import assert from 'node:assert/strict'
import test from 'node:test'
import { hiddenInError } from './judge-answer.ts'
import { objects } from './objects.ts'
import { readyRules } from './rules.ts'
import type { Rule } from './settings.ts'

const config = objects.config.parse({ operations: {} })

const prepare = (method: string, rule: Rule): ReturnType<typeof readyRules> =>
  readyRules(
    [rule],
    config,
    {
      api: 'orders',
      name: 'one',
      method,
      template: '/orders/{id}',
      bodyDeclared: false,
      authentication: {
        kind: 'anonymous',
        reason: 'a test',
        source: { file: '', line: 0, column: 0 },
      },
    },
    () => 'sallyport.yaml:1',
  )

const list = { at: 'orders', owner: 'customer', others: 'remove' } as const
const hide = { fields: ['card'], in: null }

test('no write is decided on its answer, and no HEAD', () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', '*'])
    assert.throws(() => prepare(method, { answer: 'customer' }), /one is a /, method)
  for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD'])
    assert.throws(() => prepare(method, { list }), /one is a /, method)
  assert.throws(() => prepare('HEAD', { hide }), /HEAD/)
  for (const method of ['GET', 'QUERY']) assert.equal(prepare(method, { answer: 'customer' }).after.length, 1)
  assert.equal(prepare('POST', { list }).after.length, 1)
  for (const method of ['GET', 'POST', 'PATCH', 'DELETE'])
    assert.equal(prepare(method, { hide }).after.length, 1)
})

test('what is hidden is hidden in errors too, where it is there', () => {
  const { after } = prepare('PATCH', { hide: { fields: ['card'], in: 'orders' } })
  assert.deepEqual(hiddenInError(after, { orders: [{ card: '1' }, { id: '2' }], error: 'conflict' }), [
    ['orders', 0, 'card'],
  ])
  assert.deepEqual(hiddenInError(after, { error: 'conflict' }), [])
  assert.deepEqual(hiddenInError(prepare('PATCH', { hide }).after, { CARD: '1' }), [['CARD']])
  assert.deepEqual(hiddenInError(prepare('GET', { answer: 'customer' }).after, { card: '1' }), [])
})
