import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { apiKeyFault, apiKeyLength, isKeyId, newApiKey, newKeyId, withChecksum } from './key-format.ts'

/** The form that the page gives to secret scanners. */
const scanner = /spk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}/

test('a new key has the documented form, and its checksum is right', () => {
  for (let i = 0; i < 1000; i++) {
    const key = newApiKey()
    assert.equal(key.length, apiKeyLength)
    assert.equal(scanner.exec(key)?.[0], key)
    assert.equal(apiKeyFault(key), null)
  }
})

test('the checksum is CRC-32 in base62, as scanners compute it', () => {
  // As any other tool computes it (`printf spk_ | gzip -c | tail -c8`).
  assert.equal(withChecksum('spk_'), `spk_${base62(0x71e24637)}`)
  assert.equal(withChecksum('').slice(-6), '000000')
})

/** Written out the long way. */
function base62(number: number): string {
  const digits = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']
  let text = ''
  for (let power = 62 ** 5; power >= 1; power /= 62) text += digits[Math.floor(number / power) % 62]
  return text
}

test('one changed, missing or doubled character is found', () => {
  const key = newApiKey()
  fc.assert(
    fc.property(
      fc.nat(apiKeyLength - 1),
      fc.constantFrom('', 'A', 'b', '7', '-', '_', '\0', 'é', '👾'),
      (at, put) => {
        const changed = key.slice(0, at) + put + key.slice(at + 1)
        return changed === key || apiKeyFault(changed) !== null
      },
    ),
  )
  fc.assert(
    fc.property(fc.nat(apiKeyLength - 1), (at) => apiKeyFault(key.slice(0, at) + key.slice(at - 1)) !== null),
  )
})

test('keys from before the checksum have a form of their own', () => {
  assert.equal(apiKeyFault(`spk_${'A'.repeat(43)}`), null)
  assert.equal(apiKeyFault(`spk_${'A'.repeat(42)}`), 'form')
  assert.equal(apiKeyFault(`spa_${'A'.repeat(43)}`), 'form')
  assert.equal(apiKeyFault(`spk_${'A'.repeat(49)}`), 'checksum')
})

test('no key passes for an id', () => {
  assert.ok(isKeyId(newKeyId()))
  for (const text of [newApiKey(), '', 'key_', 'key_0123456789a\n', 'key_0123456789abc'])
    assert.equal(isKeyId(text), false, text)
})
