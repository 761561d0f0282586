import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { choiceOf, escaped } from './choice.ts'
import { answer } from './verdict.ts'

test('each identity has a link, and nothing of a path becomes markup', () => {
  const { status, headers, body } = choiceOf([
    { name: 'staff', answer: answer(303, [['location', '/a/login?return=%2F"><script>&\'']]) },
    { name: 'people', answer: answer(303, [['location', '/b/login']]) },
  ])
  assert.equal(status, 200)
  assert.equal(new Map(headers).get('cache-control'), 'no-store')
  assert.match(body, /<a href="\/a\/login\?return=%2F&#34;&#62;&#60;script&#62;&#38;&#39;">staff<\/a>/)
  assert.match(body, /<a href="\/b\/login">people<\/a>/)
})

test('whatever text comes, it stays text, in ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.match(escaped(text), /^(?:[\x20\x21\x23-\x25\x28-\x3b\x3d\x3f-\x5f\x61-\x7e]|&#\d+;)*$/)
    }),
  )
})
