import assert from 'node:assert/strict'
import test from 'node:test'
import { claimReader } from './claim-path.ts'

const claims = Object.assign(Object.create(null), {
  email: 'ada@example.com',
  address: { country: 'GB', lines: ['1', '2'] },
  'https://example.com/roles': ['admin'],
  'address.country': undefined,
})

test('reads a claim by its name, and inside objects by dots', () => {
  assert.equal(claimReader('email')(claims), 'ada@example.com')
  assert.deepEqual(claimReader('address.lines')(claims), ['1', '2'])
  assert.deepEqual(claimReader('https://example.com/roles')(claims), ['admin'])
})

test('a claim whose name has the dots hides the inner one', () => {
  assert.equal(claimReader('address.country')(claims), undefined)
})

test('reads nothing that an object has by birth, and no characters or items', () => {
  for (const path of [
    'constructor',
    'address.constructor',
    'address.__proto__',
    'email.length',
    'address.lines.0',
    '',
  ])
    assert.equal(claimReader(path)(claims), undefined, path)
})
