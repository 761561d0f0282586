import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { claimAt, parseClaimPath } from './claim-path.ts'

test('names with dots between them, and quotes around those that have dots', () => {
  assert.deepEqual(parseClaimPath('realm_access.roles'), ['realm_access', 'roles'])
  assert.deepEqual(parseClaimPath('resource_access."my.app".roles'), ['resource_access', 'my.app', 'roles'])
  assert.deepEqual(parseClaimPath('"https://example.com/roles"'), ['https://example.com/roles'])
  assert.deepEqual(parseClaimPath('cognito:groups'), ['cognito:groups'])
  for (const wrong of [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '"a',
    'a"b',
    '""',
    '"a"b',
    'a b',
    '"a".',
    'x'.repeat(301),
  ])
    assert.equal(parseClaimPath(wrong), null, wrong)
  assert.equal(parseClaimPath(Array(9).fill('a').join('.')), null, 'too deep')
})

test('every list of names has a path that is read back', () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes('"'))
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
      assert.deepEqual(parseClaimPath(names.map((one) => `"${one}"`).join('.')), names)
    }),
  )
})

test('finds own members only, and nothing inside lists and texts', () => {
  const claims = { a: { b: ['c'] }, text: 'abc', none: null }
  assert.deepEqual(claimAt(claims, ['a', 'b']), ['c'])
  for (const path of [
    ['x'],
    ['a', 'x'],
    ['a', 'b', '0'],
    ['a', 'b', 'length'],
    ['text', 'length'],
    ['none', 'x'],
  ])
    assert.equal(claimAt(claims, path), undefined, path.join())
  for (const born of ['constructor', '__proto__', 'toString'])
    assert.equal(claimAt(claims, [born]), undefined)
})
