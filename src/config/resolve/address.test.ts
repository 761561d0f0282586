import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseListenAddress, parsePort } from './address.ts'

test('addresses to listen on', () => {
  const read = (text: string): unknown => {
    const parsed = parseListenAddress(text)
    return parsed.ok ? [parsed.address.host, parsed.address.port] : null
  }
  assert.deepEqual(read(':8443'), ['', 8443])
  assert.deepEqual(read('0.0.0.0:8443'), ['', 8443])
  assert.deepEqual(read('[::]:8443'), ['', 8443])
  assert.deepEqual(read('127.0.0.1:80'), ['127.0.0.1', 80])
  assert.deepEqual(read('[0:0::1]:80'), ['::1', 80])
  for (const text of [
    '8443',
    '',
    ':',
    ':x',
    ':65536',
    ':08',
    ':-1',
    '::1:80',
    'localhost:80',
    '127.1:80',
    '[127.0.0.1:80',
    '1.2.3.4.5:80',
  ]) {
    assert.equal(read(text), null, text)
  }
})

test('ports are decimal and have no second spelling', () => {
  assert.equal(parsePort('65535'), 65_535)
  for (const text of ['65536', '00', '080', '0x50', '8e1', ' 80', '80 ', ''])
    assert.equal(parsePort(text), null, text)
})
