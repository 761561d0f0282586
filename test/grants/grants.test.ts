import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openStore, type Store } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const actor = { name: 'test', from: null }
const service = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
let gateway: TestGateway
let store: Store
let key = ''
let caller = ''

before(async () => {
  if (!service.listening) await once(service, 'listening')
  gateway = await startGateway(
    {
      dataThreads: 2,
      services: upstreamOn((service.address() as AddressInfo).port),
      identities: { keys: { type: 'api-key' } },
      roles: { manager: { includes: ['clerk'] }, clerk: null },
      apis: {
        orders: {
          service: 'upstream',
          authenticate: ['keys'],
          require: { roles: ['clerk'] },
          routes: { 'GET /orders': {} },
        },
      },
    },
    (data) => {
      const prepared = openStore(data)
      const made = prepared.keys.create(actor, { identity: 'keys', owner: 'ada' })
      key = made.key
      caller = `keys/${made.id}`
      prepared.close()
    },
  )
  // As the command line does it: another connection to the same store.
  store = openStore(join(gateway.folder, 'data'))
})

after(async () => {
  store.close()
  await gateway.stop()
  service.closeAllConnections()
  service.close()
})

async function status(): Promise<number> {
  const client = await RawClient.open(gateway.tls)
  client.send(`GET /orders HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`)
  const { final } = await client.answers(1, ['GET'])
  client.destroy()
  return final[0]?.status ?? 0
}

/** Milliseconds until many new connections, to both threads, are all answered so. */
async function until(wanted: number): Promise<number> {
  const began = performance.now()
  for (;;) {
    const found = await Promise.all(Array.from({ length: 8 }, status))
    if (found.every((one) => one === wanted)) return performance.now() - began
    assert.ok(performance.now() - began < 5000, `${found} and not ${wanted}`)
  }
}

test('a grant opens within a second on all threads, and closes by itself to the moment', async () => {
  assert.equal(await status(), 403)
  const { ends } = store.grants.give(actor, {
    kind: 'grant',
    caller,
    role: 'manager',
    lasts: 2500,
    reason: 'incident 4711',
  })
  assert.ok((await until(200)) < 1000)
  await new Promise((resolve) => setTimeout(resolve, Date.parse(ends) - Date.now() + 5))
  assert.equal(await status(), 403)
})

test('an end before its time, and a grant for somebody else', async () => {
  const give = (to: string): string =>
    store.grants.give(actor, { kind: 'grant', caller: to, role: 'clerk', lasts: 60_000, reason: 'a test' }).id
  give('keys/key_somebody')
  give(caller.replace('keys/', 'others/'))
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal(await status(), 403)
  const id = give(caller)
  assert.ok((await until(200)) < 1000)
  assert.ok(store.grants.end(actor, id))
  assert.ok((await until(403)) < 1000)
})

test('break-glass is in force like every grant', async () => {
  const { id } = store.grants.give(actor, {
    kind: 'break-glass',
    caller,
    role: 'clerk',
    lasts: 60_000,
    reason: 'nobody on call has the role',
  })
  assert.ok((await until(200)) < 1000)
  store.grants.end(actor, id)
  assert.ok((await until(403)) < 1000)
})
