import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../engines/http1/fields.ts'
import { cookieIn, dropOwnCookies, withoutOwnCookies } from './own-cookies.ts'

test('cookies of the gateway do not go to the upstream, and others do as they are', () => {
  assert.equal(withoutOwnCookies('a=1; b="x;y"'), 'a=1; b="x;y"')
  assert.equal(withoutOwnCookies('__Host-sallyport-staff=secret'), '')
  assert.equal(
    withoutOwnCookies('a=1;__Host-sallyport-staff=secret; __Host-sallyport-login-0=x ;b=2'),
    'a=1; b=2',
  )
  assert.equal(withoutOwnCookies('a=__Host-sallyport-staff; b=2'), 'a=__Host-sallyport-staff; b=2')
})

test('an upstream sets no cookie in the name of the gateway', () => {
  const fields = new Fields()
  for (const value of [
    '__Host-sallyport-staff=evil; Path=/; Secure',
    'sid=1',
    ' __Host-sallyport-staff=',
    'b=2',
  ])
    fields.push('set-cookie', value)
  fields.push('x', '__Host-sallyport-staff=no cookie')
  dropOwnCookies(fields)
  assert.deepEqual(fields.values, ['sid=1', 'b=2', '__Host-sallyport-staff=no cookie'])
})

test('a cookie is found by its exact name, once, and a name that only looks like it is another one', () => {
  const name = '__Host-sallyport-staff'
  assert.equal(cookieIn(`a=1; \t${name}=secret ; b=2`, name), 'secret')
  assert.equal(cookieIn(`${name}=a=b`, name), 'a=b')
  for (const field of [
    '',
    `\xa0${name}=planted`,
    `a=1; \u3000${name}=planted`,
    `x${name}=planted`,
    `${name}2=planted`,
    `${name}`,
    `${name} =planted`,
    `${name}=one; ${name}=two`,
    `__host-sallyport-staff=planted`,
  ])
    assert.equal(cookieIn(field, name), null, field)
  // Beside the real one, what only looks like it counts for nothing.
  assert.equal(cookieIn(`\xa0${name}=planted; ${name}=secret`, name), 'secret')
})
