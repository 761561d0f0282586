import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { duration, optionalDuration, parseDuration } from './duration.ts'
import { parseSize, size, sizeText } from './size.ts'

test('times', () => {
  const values: [string, number | null][] = [
    ['250ms', 250],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['10', null],
    ['10 s', null],
    ['-1s', null],
    ['1e3s', null],
    ['0x10s', null],
    ['1S', null],
    ['s', null],
  ]
  for (const [text, expected] of values) assert.equal(parseDuration(text), expected, text)
})

test('a time is never zero, unless zero means that there is no limit', () => {
  assert.equal(duration('').safeParse('0s').success, false)
  assert.equal(optionalDuration('').parse(0), 0)
  assert.equal(optionalDuration('').parse('0s'), 0)
  assert.equal(duration('').safeParse('25d').success, false, 'longer than a timer can hold')
})

test('sizes', () => {
  assert.equal(parseSize('10MB'), 10 * 1024 * 1024)
  assert.equal(parseSize('1.5KB'), 1536)
  for (const text of ['10', '10mb', '10 MB', '1TB', '-1B', '10M']) assert.equal(parseSize(text), null, text)
  assert.equal(size('', 10, 20).safeParse('9B').success, false)
  assert.equal(size('', 10, 20).parse('20B'), 20)
  assert.equal(size('', 10, 20).safeParse('21B').success, false)
})

test('a size is written as it is read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (bytes) =>
      assert.equal(parseSize(sizeText(bytes)), bytes),
    ),
  )
})
