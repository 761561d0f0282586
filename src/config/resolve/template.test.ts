import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prefixProblem, readTemplate } from './template.ts'

const read = (text: string): string | null => {
  const result = readTemplate(text)
  return result.ok ? result.template : null
}

test('templates come in normal form', () => {
  assert.equal(read('/orders/{orderId}/items'), '/orders/{orderId}/items')
  assert.equal(read('/'), '/')
  assert.equal(read('/orders/'), '/orders/')
  assert.equal(read('/caf%c3%a9/%7Euser'), '/caf%C3%A9/~user')
  assert.equal(read('/v1/{name}:cancel'), '/v1/{name}:cancel')
  assert.equal(read('/files/{name}.{type}'), '/files/{name}.{type}')
})

test('what has no single reading is no template', () => {
  for (const text of [
    '',
    'orders',
    '//x',
    '/a//b',
    '/a/../b',
    '/./a',
    '/a/*',
    '/{x}/{x}',
    '/{}',
    '/{a',
    '/a}',
    '/a;b',
    '/a%3Bb',
    '/%2e%2e/a',
    '/a\\b',
  ]) {
    assert.equal(read(text), null, text)
  }
})

test('prefixes', () => {
  assert.equal(prefixProblem('/v1/api'), null)
  for (const text of ['v1', '/v1/', '/{x}', '/*', '/a/..', '//a', '/%7Ea', '/caf%c3%a9'])
    assert.notEqual(prefixProblem(text), null, text)
})
