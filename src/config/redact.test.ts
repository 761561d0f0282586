import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretCleaner } from './redact.ts'

test('a secret is taken out wherever it stands', () => {
  assert.equal(secretCleaner(['hunter22'])('`xhunter22x` is no time'), '`x[secret]x` is no time')
})

test('a secret that contains another one is taken out whole', () => {
  assert.equal(secretCleaner(['abcd', 'abcdefgh'])('abcdefgh abcd'), '[secret] [secret]')
})

test('a short value is taken out as a word only', () => {
  assert.equal(secretCleaner(['80'])('`80` of 8080, then 80'), '`[secret]` of 8080, then [secret]')
})
