import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csrf } from './csrf.ts'

test('an origin that no browser sends, or that anybody could claim, is refused', () => {
  const wrong = [
    'http://app.example.com',
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'https://*.example.com',
    'https://user@app.example.com',
    'app.example.com',
    'null',
    '*',
    '',
  ]
  for (const origin of wrong)
    assert.equal(csrf.config.safeParse({ origins: [origin] }).success, false, origin)
  for (const origin of ['https://app.example.com', 'https://app.example.com:8443', 'https://[::1]:8443'])
    assert.equal(csrf.config.safeParse({ origins: [origin] }).success, true, origin)
})

test('what more origins open is told, and fewer open nothing', () => {
  const settings = (origins: readonly string[]) => csrf.config.parse({ origins })
  assert.match(
    csrf.opens?.(settings([]), settings(['https://app.example.com'])) ?? '',
    /https:\/\/app\.example\.com/,
  )
  assert.equal(csrf.opens?.(settings(['https://app.example.com']), settings([])), null)
})
