import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { textLines } from './text-line.ts'

const plain = (record: object): string => textLines(`${JSON.stringify(record)}\n`, { colour: false })

const allowed = {
  time: '2026-11-24T10:11:12.345Z',
  id: 'r1',
  method: 'GET',
  path: '/orders/1',
  query: 'a=1',
  api: 'orders',
  operation: 'getOrder',
  caller: 'partners/ada',
  verdict: 'allow',
  status: 200,
  ms: 1.234,
  bytesIn: 1,
  bytesOut: 2,
}

test('an allowed request', () => {
  assert.equal(
    plain(allowed),
    '2026-11-24T10:11:12.345Z 200 GET    /orders/1?a=1 1.2ms orders/getOrder partners/ada\n',
  )
})

test('a denied one with code and reason', () => {
  const denied = {
    ...allowed,
    caller: undefined,
    verdict: 'deny',
    status: 401,
    code: 'API_KEY_INVALID',
    reason: 'key is revoked',
  }
  assert.match(plain(denied), / 401 GET .* orders\/getOrder - API_KEY_INVALID key is revoked\n$/)
})

test('one that was refused while parsing has hardly a field', () => {
  assert.equal(
    plain({
      time: '2026-11-24T10:11:12.345Z',
      verdict: 'deny',
      code: 'FRAMING_AMBIGUOUS',
      status: 0,
      ms: 0.04,
    }),
    '2026-11-24T10:11:12.345Z 000 -      - 0.0ms -/- - FRAMING_AMBIGUOUS\n',
  )
})

test('colour shows the time of day and resets what it set', () => {
  const text = textLines(`${JSON.stringify(allowed)}\n`, { colour: true })
  assert.match(text, /^\u001b\[2m10:11:12\.345\u001b\[22m \u001b\[32m200\u001b\[39m GET/)
})

test('what is no record is shown escaped, not obeyed and not thrown', () => {
  for (const line of [
    '{"a":',
    'null',
    '[]',
    '"\\u001b"',
    '\u001b[2J\u009b',
    '{"status":"x","ms":null,"time":5}',
  ]) {
    const text = textLines(`${line}\n`, { colour: false })
    assert.equal(text.split('\n').length, 2)
    assert.doesNotMatch(text.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u)
  }
})

test('no value can forge a line, a column, a colour or the direction of reading (T60)', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\n10:00 200 GET /',
      '\u001b[2J\u001b]0;x\u0007',
      '\u009b2J',
      '\u202e',
      '\u2066',
      '\r',
      '\u2028',
      'a b',
      '\\x0a',
    ),
  )
  fc.assert(
    fc.property(
      fc.record({ method: hostile, path: hostile, query: hostile, caller: hostile, api: hostile }),
      (values) => {
        const text = plain({ ...allowed, ...values })
        assert.doesNotMatch(text.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u)
        assert.equal(text.trimEnd().split(/ +/).length, 7)
      },
    ),
  )
  assert.doesNotMatch(plain({ ...allowed, code: 'X', reason: 'a\u001b[0m\nb' }).slice(0, -1), /\p{C}/u)
})
