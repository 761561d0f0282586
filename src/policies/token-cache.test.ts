import assert from 'node:assert/strict'
import test from 'node:test'
import { bytesOf, type CachedToken, TokenCache } from './token-cache.ts'

const proven = (id: string, tokenLength = 500): CachedToken & { id: string } => ({
  id,
  bytes: bytesOf(tokenLength),
})

test('holds no more than its bytes, whatever is put in', () => {
  const bytes = 1_000_000
  const cache = new TokenCache(bytes)
  for (let at = 0; at < 10_000; at++) cache.put(`d${at}`, proven('x', 100 + (at % 5) * 1000))
  assert.ok(cache.size * bytesOf(100) <= bytes)
  assert.ok(cache.size > 100)
  cache.put('huge', proven('x', 1_000_000))
  assert.equal(cache.get('huge'), undefined)
})

test('tokens in use outlive a scan of tokens that are sent once', () => {
  const cache = new TokenCache(1_000_000)
  for (let at = 0; at < 50; at++) cache.put(`used${at}`, proven('x'))
  for (let at = 0; at < 20_000; at++) {
    cache.put(`once${at}`, proven('x'))
    if (at % 2 === 0) cache.get(`used${(at / 2) % 50}`)
  }
  for (let at = 0; at < 50; at++) assert.ok(cache.get(`used${at}`) !== undefined, `used${at}`)
  assert.equal(cache.get('once0'), undefined)
})

test('what is deleted is gone from both generations', () => {
  const cache = new TokenCache(20_000)
  for (let at = 0; at < 8; at++) cache.put(`d${at}`, proven('x'))
  for (let at = 0; at < 8; at++) {
    cache.delete(`d${at}`)
    assert.equal(cache.get(`d${at}`), undefined)
  }
  assert.equal(cache.size, 0)
})
