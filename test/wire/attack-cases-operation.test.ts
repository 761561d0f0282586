import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { routes } from '../../src/admin/routes.ts'
import { policies } from '../../src/policies/registry.ts'
import { readConfiguration } from '../../src/process/configuration.ts'
import { LiveLookups } from '../../src/process/halves/live-lookups.ts'
import { StartError } from '../../src/process/start-error.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import type { StrictResponse } from '../support/strict-response.ts'
import { freePort, openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

let recorder: StrictRecorder
let gateway: TestGateway
let adminPort = 0

before(async () => {
  recorder = await StrictRecorder.start()
  adminPort = await freePort()
  gateway = await startGateway({
    admin: { address: `127.0.0.1:${adminPort}` },
    services: upstreamOn(recorder.port),
    apis: { open: openApi() },
  })
})
after(async () => {
  await gateway.stop()
  await recorder.stop()
})

/** One request to the admin listener. */
async function admin(
  target: string,
  fields = '',
  method = 'GET',
  host = 'localhost',
): Promise<StrictResponse | undefined> {
  const client = await RawClient.open({ port: adminPort })
  client.send(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${fields}\r\n`)
  const { final } = await client.answers(1)
  client.destroy()
  return final[0]
}

async function get(target: string): Promise<StrictResponse | undefined> {
  const client = await RawClient.open(gateway.tls)
  client.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const { final } = await client.answers(1)
  client.destroy()
  return final[0]
}

/** What the configuration of a test, with this changed, is refused for; null when it loads. */
async function refusal(change: Readonly<Record<string, unknown>>): Promise<string | null> {
  const whole = { ...JSON.parse(readFileSync(join(gateway.folder, 'sallyport.json'), 'utf8')), ...change }
  const file = join(gateway.folder, 'changed.json')
  writeFileSync(file, JSON.stringify(whole))
  try {
    await readConfiguration({ files: [file], cwd: gateway.folder, env: {} }, policies, 1, new LiveLookups())
    return null
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return error.message
  }
}

test('T17 a route of the admin API has one spelling', async () => {
  for (const target of [
    '/%73tatus',
    '/status/',
    '//status',
    '/STATUS',
    '/status;x',
    '/./status',
    '/status%2f',
    '/healthz/../status',
  ])
    assert.equal((await admin(target))?.status, 401, target)
})

test('T52 D3 the admin API listens on loopback, and asks for its token there', async () => {
  const file = join(gateway.folder, 'no-admin.json')
  writeFileSync(
    file,
    JSON.stringify({ listeners: { public: { address: '127.0.0.1:1', tls: { local: ['localhost'] } } } }),
  )
  const { spec } = await readConfiguration(
    { files: [file], cwd: gateway.folder, env: {} },
    policies,
    1,
    new LiveLookups(),
  )
  assert.equal(spec.admin?.address.host, '127.0.0.1')
  assert.deepEqual(spec.admin?.openMetricsTo, [])
  assert.equal((await admin('/status'))?.status, 401)
  assert.equal((await admin('/metrics'))?.status, 401)
})

test('D3 bodies have a limit without being asked', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send(`POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${10 * 1024 * 1024 + 1}\r\n\r\n`)
  assert.equal((await client.answers(1)).final[0]?.status, 413)
  client.destroy()
})

test('T53 D6 there is no secret that two installations share', async () => {
  const other = await startGateway({ apis: {} })
  for (const file of ['pepper', 'ca.key', 'tls.key'])
    assert.notDeepEqual(
      readFileSync(join(other.folder, 'data', file)),
      readFileSync(join(gateway.folder, 'data', file)),
      file,
    )
  const [mine, theirs] = [gateway, other].map(({ folder }) =>
    readFileSync(join(folder, 'data', 'admin-token'), 'utf8').trim(),
  )
  await other.stop()
  assert.notEqual(mine, theirs)
  assert.equal((await admin('/status', `Authorization: Bearer ${theirs}\r\n`))?.status, 401)
  assert.equal((await admin('/status', `Authorization: Bearer ${mine}\r\n`))?.status, 200)
})

test('T54 no field makes a request come from elsewhere', async () => {
  for (const field of [
    'X-Forwarded-For: 127.0.0.1',
    'X-Real-IP: 127.0.0.1',
    'Forwarded: for=127.0.0.1',
    'Authorization: Basic eDp5',
    'Authorization: Bearer',
  ])
    for (const target of ['/status', '/metrics', '/explain?url=/a'])
      assert.equal((await admin(target, `${field}\r\n`))?.status, 401, `${field} ${target}`)
  assert.equal(
    (await admin('/status', '', 'GET', 'evil.example'))?.status,
    421,
    'nor does a name that leads here',
  )
})

test('T55 every route but the health checks and the public keys asks for the token', async () => {
  for (const { method, path, needs } of routes) {
    const status = (await admin(path, method === 'POST' ? 'Content-Length: 0\r\n' : '', method))?.status
    assert.equal(status, needs === 'open' ? 200 : 401, path)
  }
  assert.equal((await admin('/no-such-route'))?.status, 401)
})

test('T56 the admin API is not reached through the data path, nor through its open routes', async () => {
  for (const target of ['/metrics', '/status', '/healthz'])
    assert.equal((await get(target))?.body.startsWith('request '), true, 'an upstream like any other')
  for (const target of [
    '/healthz/../status',
    '/metrics/../status',
    '/healthz%2f..%2fstatus',
    '/healthz?/../status',
    '/healthz#/status',
  ]) {
    const answer = await admin(target)
    assert.ok(answer?.status === 401 || answer?.body === 'ok\n', `${target}: ${answer?.status}`)
  }
})

test('D7 aliases are refused and nothing is exposed without being asked', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send('GET /a HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n')
  assert.equal((await client.answers(1)).final[0]?.status, 400)
  client.destroy()
  assert.equal((await get('/a/b/c/d/undeclared'))?.status, 404)
})

test('D8 an unknown key is refused, however near it is', async () => {
  assert.match((await refusal({ identites: {} })) ?? '', /identites/)
  assert.match(
    (await refusal({ apis: { open: openApi({ authentication: ['x'] }) } })) ?? '',
    /authentication/,
  )
  assert.match((await refusal({ identities: { a: { type: 'api-key', hedaer: 'X' } } })) ?? '', /hedaer/)
  assert.match(
    (await refusal({ apis: { open: openApi({ require: { adresses: ['10.0.0.0/8'] } }) } })) ?? '',
    /adresses/,
  )
})

test('D9 a configuration goes into force whole or not at all', async () => {
  const file = join(gateway.folder, 'sallyport.json')
  const good = readFileSync(file, 'utf8')
  const changed = JSON.parse(good) as Record<string, Record<string, unknown>>
  changed['apis'] = {
    open: { service: 'upstream', anonymous: 'a test', routes: { 'GET /new': {} } },
    broken: { service: 'missing', anonymous: 'a test', routes: { 'GET /x': {} } },
  }
  writeFileSync(file, JSON.stringify(changed))
  await assert.rejects(gateway.gateway.reload(), /missing/)
  assert.equal((await get('/a'))?.status, 200, 'the old one serves on')
  assert.equal((await get('/new/x/y/z'))?.status, 404)
  writeFileSync(file, good)
  await gateway.gateway.reload()
})

test('D10 default deny: an operation without a decision about authentication does not load', async () => {
  assert.match(
    (await refusal({ apis: { open: { service: 'upstream', routes: { 'GET /a': {} } } } })) ?? '',
    /authenticat/,
  )
  assert.match(
    (await refusal({ apis: { open: { service: 'upstream', anonymous: '', routes: { 'GET /a': {} } } } })) ??
      '',
    /reason/,
  )
  assert.equal((await get('/a%2Fb'))?.status, 400, 'and encoded slashes do not pass')
})

test('T26 a configured value cannot bring a line of its own', async () => {
  for (const value of ['a\r\nX: y', 'a\nb', 'a\0b'])
    assert.notEqual(
      await refusal({ headers: { request: { set: { 'X-A': value } } } }),
      null,
      JSON.stringify(value),
    )
})
