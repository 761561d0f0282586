import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

// Services that do not mind letter case, a slash at the end or the method run one handler for what are two operations
// here. A caller of the weaker one must not reach the handler of the one that demands more.

const elsewhere = { addresses: ['192.0.2.0/24'] }
let folder: string
let recorder: StrictRecorder
const gateways: TestGateway[] = []
const keys = new Map<TestGateway, string>()

async function gatewayOf(extra: Readonly<Record<string, unknown>>): Promise<TestGateway> {
  let key = ''
  const gateway = await startGateway(
    {
      services: upstreamOn(recorder.port),
      identities: { keys: { type: 'api-key' }, admins: { type: 'api-key', header: 'X-Admin-Key' } },
      apis: {
        api: {
          service: 'upstream',
          openapi: join(folder, 'api.json'),
          authenticate: ['keys'],
          authorize: 'any-authenticated-caller',
          operations: {
            admin: { authenticate: ['admins'], authorize: 'any-authenticated-caller' },
            search: { require: elsewhere },
            upper: { require: elsewhere },
            open: { anonymous: 'a test' },
          },
          ...extra,
        },
      },
    },
    (data) => {
      const store = openStore(data)
      key = store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner: 'a test' }).key
      store.close()
    },
  )
  gateways.push(gateway)
  keys.set(gateway, key)
  return gateway
}

async function status(gateway: TestGateway, method: string, path: string): Promise<number | undefined> {
  const client = await RawClient.open(gateway.tls)
  client.send(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${keys.get(gateway)}\r\nConnection: close\r\n\r\n`,
  )
  const { final } = await client.answers(1, [method])
  client.destroy()
  return final[0]?.status
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenient-'))
  const operation = (operationId: string): object => ({ get: { operationId, responses: {} } })
  writeFileSync(
    join(folder, 'api.json'),
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'x', version: '1' },
      paths: {
        '/admin': operation('admin'),
        '/orders/{id}': operation('order'),
        '/orders/{id}/': operation('slashed'),
        '/orders/search': operation('search'),
        '/orders/Caf%C3%A9': operation('upper'),
        '/orders/status': operation('open'),
      },
    }),
  )
  recorder = await StrictRecorder.start()
})
after(async () => {
  for (const gateway of gateways) await gateway.stop()
  await recorder.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a parameter does not take the path of an operation that demands more', () => {
  test('in another letter case, or with a slash at the end', async () => {
    const gateway = await gatewayOf({})
    for (const path of [
      '/orders/search',
      '/orders/SEARCH',
      '/orders/Search/',
      '/orders/search/',
      '/orders/%53earch',
      '/orders/caf%c3%a9',
    ])
      assert.notEqual(await status(gateway, 'GET', path), 200, path)
    assert.deepEqual(recorder.take().requests, [])
    // What demands less, or is no other operation's, passes.
    for (const path of [
      '/orders/STATUS',
      '/orders/Status/',
      '/orders/A1',
      '/orders/searching',
      '/orders/Caf%C3%88',
    ])
      assert.equal(await status(gateway, 'GET', path), 200, path)
    assert.equal(recorder.take().requests.length, 5)
  })
})

describe('undeclared: observe', () => {
  test('reaches no path of an operation that demands more, and passes on no CONNECT', async () => {
    const gateway = await gatewayOf({ undeclared: 'observe', undeclaredUntil: '2999-12-31' })
    for (const [method, path] of [
      ['HEAD', '/admin'],
      ['POST', '/admin'],
      ['GET', '/admin/'],
      ['GET', '/ADMIN'],
      ['DELETE', '/orders/search'],
      ['CONNECT', '/other'],
      ['TRACE', '/other'],
      ['get', '/other'],
    ] as const)
      assert.notEqual(await status(gateway, method, path), 200, `${method} ${path}`)
    assert.deepEqual(recorder.take().requests, [])
    for (const [method, path] of [
      ['GET', '/other'],
      ['POST', '/orders/7'],
      ['PUT', '/Admin/x'],
    ] as const)
      assert.equal(await status(gateway, method, path), 200, `${method} ${path}`)
  })
})

test('one block of rules may demand more of one operation than of another', async () => {
  const rules = {
    allow: 'any-authenticated-caller',
    deny: [{ operations: ['status'], identities: ['keys'] }],
  }
  const gateway = await gatewayOf({
    openapi: undefined,
    operations: undefined,
    require: { access: rules },
    routes: { 'GET /orders/{id}': {}, 'GET /orders/status': {} },
  }).catch((error: unknown) => error)
  // Names of operations are checked too.
  assert.match(String(gateway), /no operation status/)
  const named = await gatewayOf({
    openapi: undefined,
    operations: undefined,
    require: { access: { ...rules, deny: [{ operations: ['GET /orders/status'], identities: ['keys'] }] } },
    routes: { 'GET /orders/{id}': {}, 'GET /orders/status': {} },
  })
  assert.equal(await status(named, 'GET', '/orders/1'), 200)
  assert.equal(await status(named, 'GET', '/orders/status'), 403)
  for (const path of ['/orders/STATUS', '/orders/Status', '/orders/sta%74us', '/orders/statu%73'])
    assert.ok([400, 403].includes((await status(named, 'GET', path)) ?? 0), path)
})
