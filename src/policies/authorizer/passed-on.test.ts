import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { passedOn } from './passed-on.ts'

const settings = { upstreamHeaders: ['x-user', 'x-plan'], context: { tenant: 'x-tenant' } }
const allow = (
  upstreamHeaders: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>> = {},
) => passedOn({ allow: true, upstreamHeaders, context }, settings)

test('only what is listed goes on', () => {
  assert.deepEqual(
    allow({ 'x-user': 'ada', 'x-other': 'b', authorization: 'c' }, { tenant: 't', 'x-plan': 'gold' }),
    [
      ['x-user', 'ada'],
      ['x-tenant', 't'],
    ],
  )
  assert.deepEqual(allow({ 'x-user': '' }), [])
})

test('one header from two sources is refused', () => {
  const both = { upstreamHeaders: ['x-user'], context: { user: 'x-user' } }
  const answer = { allow: true, upstreamHeaders: { 'x-user': 'ada' }, context: { user: 'bob' } }
  assert.equal(typeof passedOn(answer, both), 'string')
})

test('T26, T27: a value that could start another header or request is refused, never repaired', () => {
  for (const value of [
    'a\r\nX-Role: admin',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\x7fb',
    'ä',
    'a\x85',
    ' a',
    'a ',
    '\ta',
  ])
    assert.equal(typeof allow({ 'x-user': value }), 'string', JSON.stringify(value))
  assert.equal(typeof allow({ 'x-user': 'a'.repeat(8193) }), 'string')
  assert.deepEqual(allow({ 'x-user': 'a\tb c' }), [['x-user', 'a\tb c']])
})

test('whatever an authorizer says, what goes on is a header value under a listed name', () => {
  const texts = fc.dictionary(
    fc.constantFrom('x-user', 'x-plan', 'tenant', 'x-tenant', '__proto__'),
    fc.string(),
  )
  fc.assert(
    fc.property(texts, texts, (headers, context) => {
      const result = allow(headers, context)
      if (typeof result === 'string') return
      for (const [name, value] of result) {
        assert.ok(['x-user', 'x-plan', 'x-tenant'].includes(name))
        assert.match(value, /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/)
      }
    }),
  )
})
