import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const size = 24_000_000
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const large = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`)
let gateway: TestGateway
/** Bytes that the upstream read of the last request to `/never-read`. */
let readOfUnread = 0

/** Behaves as the path of each connection's first request says. A GET, `!` and a last chunk end a request. */
function serve(socket: Socket): void {
  let path = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1')
    path = /^\w+ (\S+) HTTP/.exec(text)?.[1] ?? path
    const isWhole =
      text.endsWith('!') ||
      text.endsWith('0\r\n\r\n') ||
      (text.endsWith('\r\n\r\n') && text.startsWith('GET'))
    if (path === '/large') socket.write(large)
    else if (path === '/never-read') {
      readOfUnread += chunk.length
      socket.pause()
      setTimeout(() => socket.write(ok), 300)
    } else if (isWhole) socket.write(ok)
    else if (path === '/slow') {
      socket.pause()
      setTimeout(() => socket.resume(), 2)
    }
  })
}

const server = createServer({ noDelay: true }, serve)
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  gateway = await startGateway({
    services: upstreamOn((server.address() as AddressInfo).port),
    apis: { open: openApi({ limits: { body: '100MB' } }) },
    limits: { body: '100MB', sendTimeout: '700ms' },
  })
})
after(async () => {
  await gateway.stop()
  server.close()
})

test('after a large body to a slow upstream, the connection goes on', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send('POST /slow HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n')
  client.send(`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(200))
  client.send('0\r\n\r\n')
  assert.equal((await client.answers(1, [], 5000)).final[0]?.status, 200)
  client.send('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n')
  assert.equal((await client.answers(2)).final[1]?.status, 200)
  client.destroy()
})

test('a body whose last bytes fill the buffer towards the upstream leaves the connection open', async () => {
  const client = await RawClient.open(gateway.clear)
  const head =
    'POST /whole HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nContent-Length: 65000\r\n'
  // Head and body come as one segment of loopback; the longer head of the upstream request makes them fill 64 KB.
  const padding = `X-Padding: ${'y'.repeat(65_470 - 65_000 - head.length - 'X-Padding: \r\n\r\n'.length)}\r\n\r\n`
  client.send(`${head}${padding}${'x'.repeat(64_999)}!`)
  assert.equal((await client.answers(1)).final[0]?.status, 200)
  client.send('GET /next HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n')
  assert.equal((await client.answers(2)).final[1]?.status, 200)
  client.destroy()
})

test('a body that the upstream does not read is not read from the client', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send(`POST /never-read HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`)
  client.send('x'.repeat(size))
  const { final } = await client.answers(1)
  assert.equal(final[0]?.status, 200)
  assert.ok(await client.until(() => client.ended), 'the rest is not waited for')
  assert.ok(client.socket.writableLength > 1_000_000, 'most of it is still with the client')
  assert.ok(readOfUnread < 1_000_000)
  client.destroy()
})

test('a large answer arrives whole at a client that reads slowly', async () => {
  const client = await RawClient.open(gateway.tls)
  client.send('GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  let bytes = 0
  client.socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  while (bytes < size) {
    client.socket.pause()
    await sleep(20)
    client.socket.resume()
    assert.ok(await client.until(() => !client.socket.isPaused() && client.socket.bytesRead > 0, 100))
    await sleep(5)
    if (client.ended) break
  }
  await client.until(() => client.ended)
  assert.equal(client.responses().final[0]?.body.length, size)
  client.destroy()
})

test('a client that does not read a large answer is cut in time', async () => {
  const client = await RawClient.open(gateway.clear)
  client.socket.pause()
  client.send('GET /large HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n')
  await sleep(1500)
  const cut = (await gateway.records(4)).filter(
    ({ path, code }) => path === '/large' && code === 'CLIENT_CLOSED',
  )
  assert.equal(cut.length, 1)
  client.destroy()
})
