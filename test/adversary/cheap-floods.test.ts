import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Deadlines } from '../../src/http/deadlines.ts'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import { readStrictRequest } from '../support/strict-request.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

let upstream: ScriptedUpstream
let gateway: TestGateway

before(async () => {
  upstream = await ScriptedUpstream.start((socket, text) => {
    if (text.endsWith('0\r\n\r\n'))
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok')
  })
  gateway = await startGateway({
    services: upstreamOn(upstream.port),
    apis: { api: openApi() },
    limits: { handshakes: 4, handshakeTimeout: '30s' },
  })
})
after(async () => {
  await gateway.stop()
  await upstream.stop()
})

test('a body of one-byte chunks is not written on chunk by chunk', async () => {
  const client = await RawClient.open(gateway.clear)
  const bytes = 50_000
  client.send(
    'POST /a HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  let body = ''
  for (let i = 0; i < bytes; i++) body += `1\r\n${i % 10}\r\n`
  client.send(`${body}0\r\n\r\n`)
  assert.equal((await client.answers(1)).final[0]?.status, 200)
  client.destroy()
  const [{ body: arrived = '' } = {}] = readAll(upstream.received.at(-1)!)
  assert.equal(arrived, '0123456789'.repeat(bytes / 10))
  const sent = upstream.received.at(-1)!.length
  assert.ok(sent < bytes * 1.1, `${sent} bytes for ${bytes}`)
})

function readAll(text: string): { body: string }[] {
  const reading = readStrictRequest(text, 0)
  return reading.kind === 'request' ? [reading.request] : []
}

test('handshakes that one address leaves open keep no other out', async (context) => {
  const sockets: Socket[] = []
  context.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const dial = async (localAddress: string): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: gateway.tls.port, localAddress })
    socket.on('error', () => undefined)
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  for (let i = 0; i < 12; i++) await dial('127.0.0.1')
  const socket = await dial('127.0.0.2')
  const other = connectTls({ socket, servername: 'localhost', ca: gateway.tls.ca! })
  await once(other, 'secureConnect')
  // Nor do later ones push a slow one of another address aside: each address makes room on its own account.
  const slow = await dial('127.0.0.3')
  await sleep(50)
  let cut = false
  slow.on('close', () => {
    cut = true
  })
  for (let i = 0; i < 8; i++) await dial('127.0.0.1')
  await sleep(50)
  assert.equal(cut, false)
})

test('a list of thousands of `Connection` options is refused, not looked through', async () => {
  const client = await RawClient.open(gateway.clear)
  client.send(
    `GET /a HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nConnection: ${'a,'.repeat(10_000)}\r\n\r\n`,
  )
  assert.equal((await client.answers(1)).final[0]?.status, 400)
  client.destroy()
})

test('a thread that is always late still ends what is overdue', async () => {
  const deadlines = new Deadlines()
  let expired = false
  deadlines.add({
    deadline: deadlines.after(1),
    expire: () => {
      expired = true
    },
  })
  for (let late = 0; late < 3 && !expired; late++) {
    const end = performance.now() + 550
    while (performance.now() < end);
    await sleep(1)
  }
  deadlines.close()
  assert.equal(expired, true)
})
