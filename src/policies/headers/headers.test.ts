import assert from 'node:assert/strict'
import test from 'node:test'
import { headers } from './headers.ts'

const parse = (settings: object) => headers.config.parse(settings)

test('what holds without being written is what an empty block means', () => {
  assert.deepEqual(headers.implicit, parse({}))
})

test('refuses what only the gateway or cors may write, and a name written twice', () => {
  for (const settings of [
    { request: { set: { 'X-Forwarded-For': '10.0.0.1' } } },
    { request: { remove: ['traceparent'] } },
    { request: { set: { 'Content-Length': '0' } } },
    { response: { set: { 'Access-Control-Allow-Origin': 'x' } } },
    { response: { remove: ['Transfer-Encoding'] } },
    { response: { set: { 'X-A': '1', 'x-a': '2' } } },
    { request: { set: { 'X-A': '1' }, remove: ['x-a'] } },
    { request: { set: { 'X-A': 'a\r\nb' } } },
    { request: { set: { X_A: 'a' } } },
  ]) {
    assert.equal(headers.config.safeParse(settings).success, false, JSON.stringify(settings))
  }
})

test('clients never keep a header that is set towards the upstream', () => {
  const settings = parse({ request: { set: { 'X-Gateway': 'a' }, remove: ['X-Debug'] } })
  assert.deepEqual(headers.upstreamHeaders?.(settings), ['x-gateway'])
})

test('says what an inner block opens', () => {
  const off = parse({ response: { security: false } })
  const without = parse({ response: { remove: ['X-Frame-Options', 'X-Internal'] } })
  const strict = parse({ request: { remove: ['X-Debug'] } })
  const opens = (outer: unknown, inner: unknown) => headers.opens?.(outer as typeof off, inner as typeof off)
  assert.equal(opens(undefined, parse({})), null)
  assert.equal(opens(off, off), null)
  assert.equal(opens(off, parse({})), null)
  assert.equal(opens(without, without), null)
  assert.equal(opens(strict, parse({ request: { set: { 'x-debug': '0' } } })), null)
  assert.match(opens(undefined, off) ?? '', /no secure headers/)
  assert.match(opens(parse({}), without) ?? '', /^answers get no x-frame-options$/)
  assert.match(opens(strict, parse({})) ?? '', /x-debug/)
})
