import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  metadataAddress,
  metadataAnswer,
  metadataPath,
  protectedResource,
  protectedResourceOf,
} from './protected-resource.ts'

const written = protectedResource.parse({
  identifier: 'https://api.example.com/v1/orders',
  scopes: ['orders:read'],
})
const resource = protectedResourceOf(written, 'https://id.example.com')

test('the well-known path stands before that of the resource (RFC 9728 §3.1)', () => {
  assert.equal(metadataPath(resource), '/.well-known/oauth-protected-resource/v1/orders')
  assert.equal(
    metadataAddress(resource),
    'https://api.example.com/.well-known/oauth-protected-resource/v1/orders',
  )
  for (const identifier of ['https://api.example.com', 'https://api.example.com/'])
    assert.equal(metadataPath({ ...resource, identifier }), '/.well-known/oauth-protected-resource')
})

test('the metadata say what RFC 9728 §2 names, and nothing that was not written', () => {
  assert.deepEqual(JSON.parse(metadataAnswer(resource, null).body), {
    resource: 'https://api.example.com/v1/orders',
    authorization_servers: ['https://id.example.com'],
    bearer_methods_supported: ['header'],
    scopes_supported: ['orders:read'],
  })
})

test('identifiers that are no address of an API, or would break out of a challenge, are refused', () => {
  const wrong = [
    'http://api.example.com',
    'https://api.example.com/?a=b',
    'https://api.example.com/#x',
    'https://api.example.com/"x',
    'https://api.example.com/a b',
    'urn:orders',
    '',
  ]
  for (const identifier of wrong)
    assert.equal(protectedResource.safeParse({ identifier }).success, false, identifier)
  assert.equal(protectedResource.safeParse({ ...written, scopes: ['a b'] }).success, false)
})
