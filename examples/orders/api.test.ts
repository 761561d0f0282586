import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createApi } from './api.ts'

let server: Server
let base: string

before(async () => {
  server = createApi()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

after(() => {
  server.closeAllConnections()
  server.close()
})

const post = (body: string): Promise<Response> => fetch(`${base}/orders`, { method: 'POST', body })

test('the seeded orders are listed', async () => {
  const { orders } = (await (await fetch(`${base}/orders`)).json()) as {
    orders: { id: string; customer: string }[]
  }
  assert.deepEqual(
    orders.slice(0, 3).map((order) => [order.id, order.customer]),
    [
      ['1001', 'ada'],
      ['1002', 'ada'],
      ['2001', 'bob'],
    ],
  )
})

test('an order is made, read, changed and deleted', async () => {
  const created = await post('{"customer":"eve","items":[{"sku":"oar","quantity":2}]}')
  assert.equal(created.status, 201)
  const order = (await created.json()) as { id: string }
  assert.match(order.id, /^\d+$/)
  const location = `${base}${created.headers.get('location')}`
  assert.equal(location, `${base}/orders/${order.id}`)
  assert.deepEqual(await (await fetch(location)).json(), order)
  const changed = await fetch(location, { method: 'PATCH', body: '{"status":"paid"}' })
  assert.deepEqual(await changed.json(), { ...order, status: 'paid' })
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 204)
  assert.equal((await fetch(location)).status, 404)
})

test('what is no order is answered with 400', async () => {
  const rejected = ['', '{', '[]', 'null', '{"customer":"eve"}', '{"customer":"eve","items":[{"sku":1}]}']
  for (const body of [
    ...rejected,
    '{"customer":"eve","items":[],"id":"1"}',
    '{"customer":"eve","items":[],"__proto__":1}',
  ]) {
    const response = await post(body)
    assert.equal(response.status, 400, body)
    await response.body?.cancel()
  }
})

test('unknown paths and methods', async () => {
  assert.equal((await fetch(`${base}/`)).status, 404)
  assert.equal((await fetch(`${base}/orders/abc`)).status, 404)
  const response = await fetch(`${base}/orders/status`, { method: 'DELETE' })
  assert.equal(response.status, 405)
  assert.equal(response.headers.get('allow'), 'GET')
})

test('an attachment is answered with its size and hash', async () => {
  const file = randomBytes(3_000_000)
  const response = await fetch(`${base}/orders/1001/attachment`, { method: 'PUT', body: file })
  const sha256 = createHash('sha256').update(file).digest('hex')
  assert.deepEqual(await response.json(), { size: file.length, sha256 })
})

test('search finds by customer, note and item', async () => {
  const find = async (q: string): Promise<string[]> => {
    const response = await fetch(`${base}/orders/search?q=${encodeURIComponent(q)}`)
    return ((await response.json()) as { orders: { id: string }[] }).orders.map((order) => order.id)
  }
  assert.deepEqual(await find('BOB'), ['2001'])
  assert.deepEqual(await find('sextant'), ['1002'])
  assert.deepEqual(await find('ring twice'), ['1001'])
  assert.equal((await fetch(`${base}/orders/search`)).status, 400)
})

test('events come at once and then every second', async () => {
  const abort = new AbortController()
  const started = performance.now()
  const response = await fetch(`${base}/orders/2001/events`, { signal: abort.signal })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  let text = ''
  const times: number[] = []
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk).toString()
    times.push(performance.now() - started)
    if (text.includes('id: 2\n')) break
  }
  abort.abort()
  assert.match(text, /^id: 1\nevent: order\ndata: \{"id":"2001"/)
  assert.ok(times[0]! < 500, `first after ${times[0]} ms`)
  assert.ok(times.at(-1)! >= 900, `second after ${times.at(-1)} ms`)
})

test('the slow operation takes a second', async () => {
  const started = performance.now()
  await (await fetch(`${base}/orders/slow`)).json()
  assert.ok(performance.now() - started >= 950)
})
