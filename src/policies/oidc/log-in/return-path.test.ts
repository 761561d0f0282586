import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { returnPath } from './return-path.ts'

test('a path with its query is come back to', () => {
  for (const path of ['/', '/orders', '/orders/1?a=b&c=%2F', "/a;b/(c)'*~!$:@", '/orders?next=https://x/'])
    assert.equal(returnPath(path), path)
})

test('whatever leads to another host is `/`', () => {
  const foreign = [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\\\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    ' //evil.example',
    'evil.example',
    '/a\r\nset-cookie: x=y',
    '/ü',
    '',
    `/${'a'.repeat(1000)}`,
  ]
  for (const text of foreign) assert.equal(returnPath(text), '/', JSON.stringify(text))
  assert.equal(returnPath(null), '/')
})

test('no text makes a browser leave the host', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2f',
    '%5c',
    '@',
    ':',
    '?',
    '#',
    '\t',
    '\n',
    'evil.example',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (text) => {
      const host = 'https://api.example.com'
      assert.equal(new URL(returnPath(text), `${host}/.sallyport/staff/callback`).origin, host)
    }),
    { numRuns: 2000 },
  )
})
