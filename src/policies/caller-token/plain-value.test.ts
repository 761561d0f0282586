import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { plainValue } from './plain-value.ts'

const text = fc.string({ unit: 'binary', minLength: 1 })

test('every text comes back by decoding, and is visible ASCII on the way', () => {
  fc.assert(
    fc.property(text, (one) => {
      const value = plainValue(one) ?? ''
      assert.match(value, /^[\x21-\x7e]+$/)
      assert.equal(decodeURIComponent(value), one)
    }),
  )
})

test('every list comes back, also with commas inside', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(text, fc.constant('a,b'), fc.constant('%2C')), { minLength: 1 }),
      (list) => {
        const value = plainValue(list) ?? ''
        assert.match(value, /^[\x21-\x7e]+$/)
        assert.deepEqual(value.split(',').map(decodeURIComponent), list)
      },
    ),
  )
})

test('line ends, NUL and spaces never arrive as they are', () => {
  assert.equal(plainValue('ada\r\nX-Caller-Roles: admin'), 'ada%0D%0AX-Caller-Roles:%20admin')
  assert.equal(plainValue('a\0b\x7f'), 'a%00b%7F')
  assert.equal(plainValue('Zoë'), 'Zo%C3%AB')
  assert.equal(plainValue('ada@example.com|1'), 'ada@example.com|1')
  assert.equal(plainValue(['a,b', 7, true]), 'a%2Cb,7,true')
})

test('what has no form gives no header, and half a character gives none either', () => {
  for (const value of [undefined, null, {}, '', [], [''], [{}], [['a']], Symbol.iterator])
    assert.equal(plainValue(value), undefined)
  assert.equal(plainValue('a\ud800'), null)
  assert.equal(plainValue(['ok', '\udc00']), null)
})
