import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnd } from './end-time.ts'

test('an end is a time from now, a day or an exact time', () => {
  const now = Date.parse('2026-11-25T04:00:00Z')
  const right: readonly [string, string][] = [
    ['90d', '2027-02-23T04:00:00.000Z'],
    ['12h', '2026-11-25T16:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:00Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:00+01:00', '2027-01-31T11:00:00.000Z'],
    // As lists print it.
    ['2027-01-31T11:00:00.500Z', '2027-01-31T11:00:00.500Z'],
  ]
  for (const [text, end] of right) assert.equal(parseEnd(text, now)?.toISOString(), end, text)
  for (const text of [
    '',
    '90',
    'soon',
    '-1d',
    '999999999d',
    '2027-02-31',
    '2027-02-31T12:00:00Z',
    '2027-13-01',
    '2027-01-31T12:00:00',
    '31.1.2027',
  ])
    assert.equal(parseEnd(text, now), null, text)
})
