import assert from 'node:assert/strict'
import { test } from 'node:test'
import { introspection } from './introspection.ts'

const right = {
  endpoint: 'https://id.example.com/introspect',
  clientId: 'gateway',
  clientSecret: 'secret',
  audience: 'orders',
}

test('an endpoint in clear, with credentials or without an audience is refused', () => {
  const wrong = [
    { ...right, endpoint: 'http://id.example.com/introspect' },
    { ...right, endpoint: 'https://gateway:secret@id.example.com/introspect' },
    { ...right, endpoint: 'ftp://id.example.com/' },
    { ...right, endpoint: '/introspect' },
    { ...right, audience: undefined },
    { ...right, audience: [] },
    { ...right, audience: true },
    { ...right, remember: '2h' },
    { ...right, clientSecret: 'a\nb' },
  ]
  for (const settings of wrong)
    assert.equal(introspection.config.safeParse(settings).success, false, JSON.stringify(settings))
  for (const endpoint of ['http://127.0.0.1:9400/x', 'http://localhost:9400/x', 'http://[::1]:9400/x'])
    assert.equal(introspection.config.safeParse({ ...right, endpoint }).success, true, endpoint)
  assert.equal(introspection.config.safeParse({ ...right, audience: false, remember: 0 }).success, true)
})

test('the token stays at the gateway unless asked', () => {
  const names = (forwardToken: boolean): readonly string[] | undefined =>
    introspection.consumedHeaders?.(introspection.config.parse({ ...right, forwardToken }))
  assert.deepEqual(names(false), ['authorization'])
  assert.deepEqual(names(true), [])
})
