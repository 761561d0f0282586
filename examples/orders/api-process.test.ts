import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { startApi } from './api-process.ts'

test('the API runs in a process of its own and ends with its parent; a taken port is told', async () => {
  const port = await freePort()
  const api = await startApi(port)
  const response = await fetch(`http://127.0.0.1:${port}/orders/status`)
  assert.deepEqual(await response.json(), { status: 'up' })
  await assert.rejects(startApi(port), new RegExp(`port ${port} is taken: end what listens there`))
  api.end()
  assert.equal(await api.ended, 'ended')
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
