import assert from 'node:assert/strict'
import type { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createApi } from './api.ts'
import { callerReader } from './caller.ts'

interface Pair {
  readonly kid: string
  readonly privateKey: webcrypto.CryptoKey
}

const published: object[] = []
let asked = 0
let keySet: Server
let base: string
let first: Pair

before(async () => {
  keySet = createServer((_request, response) => {
    asked++
    response.end(JSON.stringify({ keys: published }))
  })
  base = await listening(keySet)
  first = await publish('first')
})

after(() => keySet.close())

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function publish(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  published.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' })
  return { kid, privateKey }
}

/** A token as the gateway makes it, with changes. */
async function token({ kid, privateKey }: Pair, claims: object = {}, header: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const all = {
    iss: 'sallyport',
    aud: 'orders',
    sub: 'ada',
    identity: 'staff',
    scope: 'a b',
    roles: ['clerk'],
  }
  return await new SignJWT({ ...all, iat: now, exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'caller+jwt', kid, ...header })
    .sign(privateKey)
}

const reader = (): ReturnType<typeof callerReader> => callerReader(base, 'sallyport', 'orders')

test('reads the caller of a right token, and asks for the keys once, however many come at once', async () => {
  const read = reader()
  const before = asked
  const right = await token(first)
  const callers = await Promise.all(Array.from({ length: 20 }, () => read(right)))
  for (const caller of callers)
    assert.deepEqual(caller, { id: 'ada', identity: 'staff', scopes: ['a', 'b'], roles: ['clerk'] })
  assert.equal(asked - before, 1)
})

test('refuses what is missing, forged, expired, of another kind or for another service', async () => {
  const read = reader()
  const now = Math.floor(Date.now() / 1000)
  const right = await token(first)
  const { privateKey } = await generateKeyPair('ES256')
  const [head = '', body = '', signature = ''] = right.split('.')
  const none = Buffer.from('{"alg":"none","typ":"caller+jwt","kid":"first"}').toString('base64url')
  const admin = Buffer.from('{"iss":"sallyport","aud":"orders","sub":"root","exp":9999999999}').toString(
    'base64url',
  )
  for (const wrong of [
    undefined,
    '',
    'ada',
    '..',
    `${right}.`,
    `${head}.${body}.`,
    `${head}.${admin}.${signature}`,
    `${none}.${admin}.`,
    `${right}, ${right}`,
    await token({ kid: 'first', privateKey }),
    await token(first, { iss: 'another' }),
    await token(first, { aud: 'billing' }),
    await token(first, { exp: now - 6 }),
    await token(first, { exp: undefined }),
    await token(first, {}, { typ: 'JWT' }),
    await token(first, {}, { kid: 'unknown' }),
  ])
    assert.equal(await read(wrong), null, String(wrong))
  assert.notEqual(await read(right), null)
})

test('a flood of unknown keys is one question', async () => {
  const read = reader()
  await read(await token(first))
  const before = asked
  for (let i = 0; i < 100; i++) await read(await token(first, {}, { kid: `unknown ${i}` }))
  assert.ok(asked - before <= 1)
})

test('the API answers callers that the gateway signed, and the status to everybody', async (context) => {
  const api = createApi(reader())
  const address = await listening(api)
  context.after(() => {
    api.closeAllConnections()
    api.close()
  })
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(`${address}${path}`, { headers })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await status('/orders'), 401)
  assert.equal(await status('/orders', { 'X-Caller-Token': 'forged' }), 401)
  assert.equal(await status('/orders', { 'X-Caller-Token': await token(first) }), 200)
  assert.equal(await status('/orders/status'), 200)
  assert.equal(await status('/orders/status?a'), 200)
})
