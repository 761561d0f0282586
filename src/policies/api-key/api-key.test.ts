import assert from 'node:assert/strict'
import test from 'node:test'
import { apiKey } from './api-key.ts'

test('refuses headers with a meaning of their own, and realms that would break out of their quotes', () => {
  for (const header of ['Authorization', 'cookie', 'Origin', 'Host', 'X_Api_Key', '']) {
    assert.equal(apiKey.config.safeParse({ header }).success, false, header)
  }
  for (const realm of ['', 'a"b', 'a\\b', 'a\r\nb', 'x'.repeat(101)]) {
    assert.equal(apiKey.config.safeParse({ realm }).success, false, realm)
  }
})

test('takes the key header from every request on its way to the upstream', () => {
  assert.deepEqual(apiKey.upstreamHeaders?.(apiKey.config.parse({ header: 'Partner-Key' })), ['partner-key'])
})
