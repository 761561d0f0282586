import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const size = 8_000_000
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const next = 'GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n'
let upstream: ScriptedUpstream
let gateway: TestGateway

before(async () => {
  let expected = 0
  upstream = await ScriptedUpstream.start(
    (socket, text) => {
      if (text.endsWith(`GET /next HTTP/1.1\r\nhost: ${text.slice(-0)}`) || /GET \/next [^]*\r\n\r\n$/.test(text.slice(-2000))) socket.write(ok)
      else if (text.startsWith('GET /large')) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`)
      else if (text.startsWith('POST /early') && expected === 0) {
        expected = 1
        socket.pause()
        setTimeout(() => socket.write(ok), 100)
      } else if (text.startsWith('POST /slow') && text.length >= size) {
        if (text.endsWith('!')) socket.write(ok)
      } else if (text.startsWith('POST /slow')) {
        socket.pause()
        setTimeout(() => socket.resume(), 5)
      }
    },
  )
  gateway = await startGateway({ services: upstreamOn(upstream.port), apis: { open: openApi() }, limits: { sendTimeout: '1s' } })
})
after(async () => {
  await gateway.stop()
  await upstream.stop()
})

test('after a large body to a slow upstream the connection goes on', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send(`POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size - 1)}!`)
  assert.equal((await client.answers(1, [], 5000)).final[0]?.status, 200)
  client.send(next)
  assert.equal((await client.answers(2)).final[1]?.status, 200)
  client.destroy()
})

test('a body that the upstream does not read is not read from the client either', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send('POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n')
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 100; i++) client.send('x'.repeat(100_000))
  const { final } = await client.answers(1)
  assert.equal(final[0]?.status, 200)
  assert.ok(process.memoryUsage().arrayBuffers - before < 40_000_000)
  client.destroy()
})

test('a large answer arrives whole at a client that reads slowly', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send('GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  while (!client.ended && client.text.length < size) {
    client.socket.pause()
    await sleep(20)
    client.socket.resume()
    await sleep(2)
  }
  await client.until(() => client.ended)
  assert.equal(client.responses().final[0]?.body.length, size)
  client.destroy()
})

test('a client that does not read a large answer is cut in time', async () => {
  const client = await RawClient.open(gateway.tls)
  client.socket.pause()
  client.send('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const records = await (async () => {
    for (let tries = 0; tries < 40; tries++) {
      const found = (await gateway.records(1)).filter(({ path, code }) => path === '/large' && code === 'CLIENT_CLOSED')
      if (found.length > 0) return found
      await sleep(100)
    }
    return []
  })()
  assert.equal(records.length, 1)
  client.destroy()
})
