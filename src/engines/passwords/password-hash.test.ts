import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, type PasswordHash, parsePasswordHash, verifyPassword } from './password-hash.ts'

function parsed(text: string): PasswordHash {
  const hash = parsePasswordHash(text)
  assert.ok(typeof hash !== 'string', String(hash))
  return hash
}

test('a password is told from others, and its hash is another one each time', async () => {
  const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  assert.notEqual(first, second)
  assert.equal(await verifyPassword('correct horse', parsed(first)), true)
  for (const wrong of ['', 'correct horse ', 'Correct horse', 'correct horse\0'])
    assert.equal(await verifyPassword(wrong, parsed(first)), false)
})

test('a letter of two code points is the letter of one', async () => {
  assert.equal(await verifyPassword('Caf\u0065\u0301', parsed(await hashPassword('Caf\u00e9'))), true)
})

test('hashes of the reference implementation are read (echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1)', async () => {
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await verifyPassword('password', parsed(reference)), true)
})

test('other forms, and costs that are too high or too low, are refused', () => {
  const tail = '$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  const texts = [
    '',
    'password',
    '$2b$12$abcdefghijklmnopqrstuv',
    `$argon2i$v=19$m=65536,t=2,p=1${tail}`,
    `$argon2id$v=16$m=65536,t=2,p=1${tail}`,
    `$argon2id$v=19$m=1024,t=2,p=1${tail}`,
    `$argon2id$v=19$m=9999999,t=2,p=1${tail}`,
    `$argon2id$v=19$m=65536,t=0,p=1${tail}`,
    `$argon2id$v=19$m=65536,t=99,p=1${tail}`,
    `$argon2id$v=19$m=65536,t=2,p=9${tail}`,
    `$argon2id$v=19$m=65536,t=2,p=1${tail}=`,
    '$argon2id$v=19$m=65536,t=2,p=1$c2E$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]
  for (const text of texts) assert.equal(typeof parsePasswordHash(text), 'string', text)
})
