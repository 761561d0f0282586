import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { cutJson } from '../../engines/json/cut-json.ts'
import type { JsonValue } from '../../engines/json/json.ts'
import { belongs, keyOf, memberAt } from './belonging.ts'
import { judgeAnswer } from './judge-answer.ts'
import { objects } from './objects.ts'
import type { ReadyRule } from './rules.ts'

test('settings that say nothing, or two things, are refused', () => {
  const wrong: unknown[] = [
    {},
    { operations: { a: {} } },
    { operations: { a: [] } },
    { operations: { a: { free: '' } } },
  ]
  for (const rule of [
    { path: 'id', body: 'owner' },
    { answer: '' },
    { list: { at: 'orders', owner: 'customer' } },
    { read: { by: 'getOrder' } },
    { path: 'id', optional: true },
    { set: [] },
    { set: ['a'], claim: 'sub' },
    { hide: ['a'], claim: 'sub' },
    { claim: 'sub' },
    { except: { roles: ['x'] } },
    { answer: 'a', extra: true },
  ])
    wrong.push({ operations: { a: rule } }, { operations: { a: [rule] } })
  for (const settings of wrong)
    assert.equal(objects.config.safeParse(settings).success, false, JSON.stringify(settings))
})

test('what equals what', () => {
  for (const value of ['ada', 7, '7', 'ADA']) assert.ok(belongs(value, [String(value)]), String(value))
  for (const value of [
    null,
    undefined,
    '',
    [],
    ['ada'],
    {},
    true,
    1.5,
    Number.NaN,
    2 ** 53,
    { toString: () => 'ada' },
  ])
    assert.equal(keyOf(value), null)
  assert.ok(!belongs('07', ['7']))
  assert.ok(!belongs('ada', ['Ada', 'ada ', 'a\u0064a\u0301']))
  assert.ok(!belongs('x', []))
})

test('members are own ones, in the one spelling', () => {
  const value = JSON.parse('{"a":{"b":1},"A2":1}') as JsonValue
  assert.equal(memberAt(value, ['a', 'b']), 1)
  assert.equal(memberAt(value, ['a', 'c']), undefined)
  // Something else than an object where the path goes on, the path as one name, and other spellings of a name.
  assert.equal(typeof memberAt(value, ['a', 'b', 'c']), 'symbol')
  for (const text of [
    '{"order":[{"customer":"bob"}]}',
    '{"order":null}',
    '{"order.customer":"bob"}',
    '{"order":{"customer":"ada"},"order[customer]":"bob"}',
  ])
    assert.equal(typeof memberAt(JSON.parse(text) as JsonValue, ['order', 'customer']), 'symbol', text)
  for (const text of [
    '{"customer_id":"bob"}',
    '{"customerId":"ada","customer-id":"bob"}',
    '{"customerId ":"x"}',
  ])
    assert.equal(typeof memberAt(JSON.parse(text) as JsonValue, ['customerId']), 'symbol', text)
  assert.equal(typeof memberAt(value, ['a2']), 'symbol')
  assert.equal(typeof memberAt(JSON.parse('{"o":1,"O":2}') as JsonValue, ['o']), 'symbol')
  // Go's encoding/json takes the long s and the Kelvin sign for the letters that they fold to.
  for (const other of ['cu\u017ftomer', 'CUSTOMER'])
    assert.equal(typeof memberAt({ customer: 'ada', [other]: 'bob' }, ['customer']), 'symbol')
  assert.equal(typeof memberAt({ key: 'ada', '\u212aey': 'bob' }, ['key']), 'symbol')
})

const listRule: ReadyRule = {
  rule: { list: { at: 'items', owner: 'o', others: 'remove' } },
  parameter: -1,
  at: ['o'],
  list: ['items'],
  fields: [],
  claim: null,
  where: '',
}

test('no element of another is left, and every own one is, byte for byte', () => {
  const owner = fc.constantFrom<unknown>('ada', 'bob', 'Ada', 7, '7', null, ['ada'], { a: 1 })
  const item = fc.oneof(
    fc.record({ o: owner, n: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    fc.record({ o: owner, O: owner }),
    fc.record({ n: fc.string() }),
    fc.constantFrom<unknown>('ada', 7, null, []),
  )
  fc.assert(
    fc.property(
      fc.array(item),
      fc.constantFrom('ada', '7'),
      fc.constantFrom(0, 1),
      (items, caller, indent) => {
        const text = JSON.stringify({ items, n: 1 }, null, indent)
        const judged = judgeAnswer(listRule, JSON.parse(text) as JsonValue, [caller])
        assert.ok(Array.isArray(judged))
        const left = JSON.parse(cutJson(Buffer.from(text), judged).toString()) as { items: unknown[] }
        // The naive way: what says in so many words that it is the caller's.
        const own = (JSON.parse(text) as { items: unknown[] }).items.filter((one) => {
          if (typeof one !== 'object' || one === null || Array.isArray(one)) return false
          const { o, O } = one as { o?: unknown; O?: unknown }
          return O === undefined && (o === caller || (typeof o === 'number' && `${o}` === caller))
        })
        assert.deepEqual(left.items, own)
      },
    ),
    { numRuns: 500 },
  )
})

test('a field is hidden however deep and in whichever letter case', () => {
  const rule: ReadyRule = {
    ...listRule,
    rule: { hide: { fields: ['pay.card'], in: 'items' } },
    fields: [['pay', 'card']],
  }
  const body = {
    items: [{ pay: { card: 1, Card: 2, x: 3 } }, { PAY: [{ card: 4 }] }, { pay: 5 }],
  } as JsonValue
  assert.deepEqual(judgeAnswer(rule, body, []), [
    ['items', 0, 'pay', 'card'],
    ['items', 0, 'pay', 'Card'],
    ['items', 1, 'PAY', 0, 'card'],
  ])
})
