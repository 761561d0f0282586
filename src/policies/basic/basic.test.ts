import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basic } from './basic.ts'

const password = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

test('a password in clear, a name with a colon and a list of nobody are refused, without being repeated', () => {
  const wrong = [
    { users: {} },
    { users: { ada: { password: 'hunter2-in-clear' } } },
    { users: { 'ada:x': { password } } },
    { users: { 'ada\n': { password } } },
    { users: { '': { password } } },
    { users: { ada: { password, roles: ['a b'] } } },
    { users: { ada: { password, admin: true } } },
    { users: { ada: { password } }, realm: 'a"b' },
  ]
  for (const settings of wrong) {
    const parsed = basic.config.safeParse(settings)
    assert.equal(parsed.success, false, JSON.stringify(settings))
    assert.ok(!String(parsed.error).includes('hunter2'))
  }
  assert.equal(basic.config.safeParse({ users: { 'Ada Lovelace': { password } } }).success, true)
})

test('takes the header from requests to operations that ask for it, and only from them', () => {
  const config = basic.config.parse({ users: { ada: { password } } })
  assert.deepEqual(basic.consumedHeaders?.(config), ['authorization'])
  assert.equal(basic.upstreamHeaders, undefined)
})
