import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHeld } from './number-text.ts'

test('every double passes as libraries write it', () => {
  const normal = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => Math.abs(value) >= 2.3e-308 || value === 0)
  fc.assert(
    fc.property(normal, (value) => {
      assert.ok(isHeld(String(value), value))
      assert.ok(isHeld(value.toExponential(), value))
      if (Math.abs(value) < Number.MAX_SAFE_INTEGER) assert.ok(isHeld(value.toExponential(16), value))
    }),
    { numRuns: 2000 },
  )
})

const rows: readonly (readonly [string, boolean])[] = [
  ['0.1', true],
  ['0.10000000000000001', true],
  ['0.100000000000000005', false],
  ['100.00000000000000000000', true],
  ['100.000000000000000001', false],
  ['9007199254740991.0', true],
  ['9007199254740993.0', false],
  ['9007199254740993e0', false],
  ['9.007199254740993E15', false],
  ['90071992547409930e-1', false],
  ['9007199254740992.0', true],
  ['1e22', true],
  ['1e23', true],
  ['-100e21', true],
  ['1.7976931348623157e308', true],
  ['1e309', false],
  ['5e-324', true],
  ['4e-324', false],
  ['2e-324', false],
  ['0.000e-99999', true],
  ['-0.0', true],
]

for (const [text, held] of rows) {
  test(`${text} is ${held ? '' : 'not '}held`, () => assert.equal(isHeld(text, Number(text)), held))
}

test('a megabyte of zeros costs no more than a megabyte of anything', () => {
  assert.ok(isHeld(`1.${'0'.repeat(1_000_000)}`, 1))
  assert.ok(!isHeld(`1.${'0'.repeat(1_000_000)}1`, 1))
})
