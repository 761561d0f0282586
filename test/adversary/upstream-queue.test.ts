import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import { openApi, startGateway, upstreamOn } from '../support/test-gateway.ts'

const get = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n`

test('streams that hold every connection keep nobody waiting for ever, and the dead hold no place in the queue', async (context) => {
  const upstream = await ScriptedUpstream.start((socket, text) => {
    const stream = text.includes('GET /stream ')
    socket.write(
      stream
        ? 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n+\r\n'
        : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    )
  })
  context.after(() => upstream.stop())
  const gateway = await startGateway({
    services: upstreamOn(upstream.port, {
      connections: 1,
      queue: 2,
      timeouts: { connect: '100ms', response: '300ms' },
    }),
    apis: { api: openApi() },
  })
  context.after(() => gateway.stop())
  const clients: RawClient[] = []
  context.after(() => {
    for (const client of clients) client.destroy()
  })
  const open = async (): Promise<RawClient> => {
    const client = await RawClient.open(gateway.clear)
    clients.push(client)
    return client
  }

  const stream = await open()
  stream.send(get('/stream'))
  await stream.until(() => stream.text.includes('+'))

  const waiting = await open()
  waiting.send(get('/wait'))
  assert.equal((await waiting.answers(1)).final[0]?.status, 503)

  for (let i = 0; i < 4; i++) {
    const dead = await open()
    dead.send(get('/dead'))
    await new Promise((resolve) => setTimeout(resolve, 10))
    dead.socket.resetAndDestroy()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const living = await open()
  living.send(get('/living'))
  stream.socket.resetAndDestroy()
  assert.equal((await living.answers(1)).final[0]?.status, 200)
})
