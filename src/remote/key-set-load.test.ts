import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { KeySet } from '../engines/jwt/keys.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { watchFile } from './file-poll.ts'
import { keysOfFile } from './key-set-load.ts'
import { metadataAddress, refusedAddress } from './provider-metadata.ts'

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = () => pair().publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** How many keys the file gives, or why none. */
function read(file: string): number | string {
  const loaded = keysOfFile(file)
  if (!loaded.ok) return loaded.reason
  const set = KeySet.fromJwks(loaded.jwks, {})
  return typeof set === 'string' ? set : set.keys.length
}

test('a file holds a key set, or keys in PEM', (context) => {
  const file = join(temporaryFolder(context), 'keys')
  const jwk = pair().publicKey.export({ format: 'jwk' })
  for (const [text, expected] of [
    [JSON.stringify({ keys: [jwk] }), 1],
    [pem(), 1],
    [`# two keys\n${pem()}\n${pem()}`, 2],
    [pair().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /private key/],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', /no public key/],
    ['', /neither PEM nor a JSON object/],
    [`{"keys":[],"keys":[${JSON.stringify(jwk)}]}`, /neither PEM nor a JSON object/],
    ['x'.repeat(600_000), /larger than 512 KB/],
  ] as const) {
    writeFileSync(file, text)
    const found = read(file)
    if (typeof expected === 'number') assert.equal(found, expected)
    else assert.match(String(found), expected)
  }
  assert.match(String(read(`${file}-absent`)), /cannot be read \(ENOENT\)/)
})

test('a changed file is seen, also one that is renamed into the place, until nobody watches', async (context) => {
  const folder = temporaryFolder(context)
  const file = join(folder, 'keys')
  writeFileSync(file, 'one')
  context.mock.timers.enable({ apis: ['setInterval'] })
  let changes = 0
  const stop = watchFile(file, () => changes++)
  context.mock.timers.tick(2000)
  assert.equal(changes, 0)
  writeFileSync(join(folder, 'new'), 'two')
  renameSync(join(folder, 'new'), file)
  context.mock.timers.tick(2000)
  assert.equal(changes, 1)
  stop()
  writeFileSync(file, 'three and more')
  context.mock.timers.tick(4000)
  assert.equal(changes, 1)
})

test('the address of metadata', () => {
  const suffix = '/.well-known/openid-configuration'
  assert.equal(metadataAddress('https://a.example/realms/x'), `https://a.example/realms/x${suffix}`)
  assert.equal(metadataAddress('https://a.example/'), `https://a.example${suffix}`)
  assert.equal(metadataAddress(`https://a.example${suffix}?appid=1`), `https://a.example${suffix}?appid=1`)
  const other = 'https://a.example/.well-known/oauth-authorization-server/x'
  assert.equal(metadataAddress(other), other)
})

test('metadata lead to https, and to http only where they came by it', () => {
  const secure = 'https://id.example.com/.well-known/openid-configuration'
  const clear = 'http://keycloak:8080/.well-known/openid-configuration'
  assert.equal(refusedAddress('jwks_uri', 'https://keys.example.com/', secure), null)
  assert.equal(refusedAddress('jwks_uri', 'http://keycloak:8080/keys', clear), null)
  for (const wrong of [
    'http://keys.example.com/',
    'file:///etc/passwd',
    'https://a:b@keys.example.com/',
    'x',
    '',
    1,
    null,
  ])
    assert.match(String(refusedAddress('jwks_uri', wrong, secure)), /"jwks_uri" of the metadata/)
})
