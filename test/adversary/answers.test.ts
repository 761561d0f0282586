import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer } from 'node:tls'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import { freePort, openApi, startGateway, upstreamOn } from '../support/test-gateway.ts'

const get = 'GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n'

test('a service adds no second request id, and does not switch HSTS off', async (context) => {
  const upstream = await ScriptedUpstream.start((socket) =>
    socket.write(
      'HTTP/1.1 200 OK\r\nX-Request-Id: evil\r\nStrict-Transport-Security: max-age=0\r\ncontent-length: 2\r\n\r\nok',
    ),
  )
  context.after(() => upstream.stop())
  const address = `127.0.0.1:${await freePort()}`
  const gateway = await startGateway({
    listeners: { public: { address, tls: { local: ['localhost'] }, hsts: 'max-age=9' } },
    services: upstreamOn(upstream.port),
    apis: { api: openApi() },
  })
  context.after(() => gateway.stop())
  const client = await RawClient.open({ ...gateway.tls, port: Number(address.split(':')[1]) })
  client.send(get)
  await client.answers(1)
  client.destroy()
  const [record] = await gateway.records(1)
  assert.deepEqual(client.text.match(/^x-request-id: .*$/gm), [`x-request-id: ${record?.id}`])
  assert.deepEqual(client.text.match(/^strict-transport-security: .*$/gm), [
    'strict-transport-security: max-age=9',
  ])
})

test('the environment does not switch off that services are verified', async (context) => {
  const first = await startGateway({ services: upstreamOn(1), apis: { api: openApi() } })
  const pem = (name: string): Buffer => readFileSync(join(first.folder, 'data', name))
  const server = createServer({ cert: pem('tls.crt'), key: pem('tls.key') }, (socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await first.stop()
  context.after(() => server.close())
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  context.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
  const { port } = server.address() as AddressInfo
  const gateway = await startGateway({
    services: { upstream: { targets: [`https://127.0.0.1:${port}`] } },
    apis: { api: openApi() },
  })
  context.after(() => gateway.stop())
  const client = await RawClient.open(gateway.tls)
  client.send(get)
  assert.equal((await client.answers(1)).final[0]?.status, 502)
  client.destroy()
  assert.equal((await gateway.records(1))[0]?.code, 'UPSTREAM_TLS')
})
