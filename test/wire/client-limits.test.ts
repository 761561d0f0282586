import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Door, RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const post = (length: number): string =>
  `POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`
const chunkedPost = 'POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'

let upstream: ScriptedUpstream
let gateway: TestGateway
before(async () => {
  upstream = await ScriptedUpstream.start((socket, text) => {
    // Answers a request without a body, or any request whose body ends in `!`; the rest waits.
    if (text.includes('GET /never')) return
    if (/\r\n\r\n$/.test(text) || text.endsWith('!')) socket.write(ok)
  })
  gateway = await startGateway({
    services: upstreamOn(upstream.port),
    apis: { open: openApi({ limits: { body: '64KB' } }) },
    limits: {
      headTimeout: '400ms',
      bodyIdleTimeout: '400ms',
      idleTimeout: '700ms',
      sendTimeout: '500ms',
      handshakeTimeout: '400ms',
      handshakes: 20,
      connectionsPerAddress: 30,
      pipelined: '8KB',
    },
  })
})
after(async () => {
  await gateway.stop()
  await upstream.stop()
})

/** Opens a connection, uses it, and waits until it is gone, so that the counts of connections begin anew. */
async function withClient(
  use: (client: RawClient) => Promise<void>,
  door: Door = gateway.tls,
): Promise<void> {
  const client = await RawClient.open(door)
  try {
    await use(client)
  } finally {
    client.destroy()
    await client.until(() => client.closed)
  }
}

/** Whether an answer came after about so long, and which. */
async function timed(
  client: RawClient,
): Promise<{ status: number | undefined; ms: number; closes: boolean }> {
  const started = performance.now()
  const { final } = await client.answers(1, [], 3000)
  const ms = performance.now() - started
  await client.until(() => client.ended)
  return { status: final[0]?.status, ms, closes: client.ended }
}

describe('timeouts', { concurrency: true }, () => {
  for (const [name, begin] of [
    ['in the request line', 'GET /a HT'],
    ['in a field', 'GET /a HTTP/1.1\r\nHost: loc'],
    ['before the end', 'GET /a HTTP/1.1\r\nHost: localhost\r\n'],
  ] as const)
    test(`a head that stops ${name} is answered with 408`, () =>
      withClient(async (client) => {
        client.send(begin)
        const { status, ms, closes } = await timed(client)
        assert.deepEqual({ status, closes }, { status: 408, closes: true })
        assert.ok(ms > 300 && ms < 1000, `${ms}`)
      }))

  test('a head that drips does not extend its deadline', () =>
    withClient(async (client) => {
      const drip = setInterval(() => client.send('X'), 50)
      client.send('GET /a HTTP/1.1\r\nHost: localhost\r\n')
      const { status, ms } = await timed(client)
      clearInterval(drip)
      assert.equal(status, 408)
      assert.ok(ms < 1000, `${ms}`)
    }))

  for (const [name, begin] of [
    ['with a length', `${post(10)}hello`],
    ['in chunks', `${chunkedPost}5\r\nhel`],
  ] as const)
    test(`a body ${name} that stops is answered with 408, and the upstream is cut`, () =>
      withClient(async (client) => {
        client.send(begin)
        const { status, ms, closes } = await timed(client)
        assert.deepEqual({ status, closes }, { status: 408, closes: true })
        assert.ok(ms > 300 && ms < 1000, `${ms}`)
      }))

  test('a body that drips within its deadline passes', () =>
    withClient(async (client) => {
      client.send(post(5))
      for (const byte of 'hell!') {
        await sleep(120)
        client.send(byte)
      }
      assert.equal((await client.answers(1)).final[0]?.status, 200)
    }))

  test('an idle connection is closed without an answer', () =>
    withClient(async (client) => {
      const { status, ms, closes } = await timed(client)
      assert.deepEqual({ status, closes }, { status: undefined, closes: true })
      assert.ok(ms > 500 && ms < 1300, `${ms}`)
    }))
})

describe('handshakes', () => {
  test('handshakes that stop end in time, are bounded in number, and make room again', async () => {
    const sockets: Socket[] = []
    let closed = 0
    for (let i = 0; i < 22; i++) {
      const socket = connect(gateway.tls.port, '127.0.0.1')
        .on('error', () => undefined)
        .on('close', () => closed++)
      sockets.push(socket)
    }
    await sleep(200)
    assert.equal(closed, 2, 'two more than the limit')
    await sleep(600)
    assert.equal(closed, 22, 'the others in time')
    await withClient(async (client) => {
      client.send(get('/a'))
      assert.equal((await client.answers(1)).final[0]?.status, 200)
    })
  })

  test('handshakes that are done no longer count', async () => {
    const clients: RawClient[] = []
    for (let i = 0; i < 25; i++) clients.push(await RawClient.open(gateway.tls))
    for (const client of clients) {
      client.send(get('/a'))
      assert.equal((await client.answers(1)).final[0]?.status, 200)
      client.destroy()
      await client.until(() => client.closed)
    }
  })
})

describe('bodies', () => {
  test('one of exactly the limit passes', () =>
    withClient(async (client) => {
      client.send(`${post(65_536)}${'x'.repeat(65_535)}!`)
      assert.equal((await client.answers(1)).final[0]?.status, 200)
    }))

  test('one that is announced too large is refused before it is read, and the client reads why', () =>
    withClient(async (client) => {
      client.send(post(20_000_000))
      for (let i = 0; i < 200; i++) client.send('x'.repeat(100_000))
      const { final } = await client.answers(1)
      assert.equal(final[0]?.status, 413)
      assert.equal(final[0]?.fields.get('connection'), 'close')
    }))

  test('one that grows too large in chunks is refused, and the upstream gets no end of it', () =>
    withClient(async (client) => {
      const connections = upstream.received.length
      client.send(chunkedPost)
      for (let i = 0; i < 70; i++) client.send(`400\r\n${'x'.repeat(1024)}\r\n`)
      client.send('0\r\n\r\n')
      assert.equal((await client.answers(1)).final[0]?.status, 413)
      assert.ok(upstream.received.slice(connections - 1).every((text) => !text.includes('\r\n0\r\n\r\n')))
    }))

  test('a small rest is read past, and the connection goes on', () =>
    withClient(async (client) => {
      client.send('POST /not/declared/at/all HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n')
      assert.equal((await client.answers(1)).final[0]?.status, 404)
      client.send('x'.repeat(1000) + get('/a'))
      assert.deepEqual(
        (await client.answers(2)).final.map((answer) => answer.status),
        [404, 200],
      )
    }))

  test('a client that waits for 100 and is refused gets no 100', () =>
    withClient(async (client) => {
      client.send(
        'POST /not/declared/at/all HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n',
      )
      const { final, informational } = await client.answers(1)
      assert.deepEqual(
        [final[0]?.status, informational.length, final[0]?.fields.get('connection')],
        [404, 0, 'close'],
      )
    }))

  test('a client that waits for 100 gets it once', () =>
    withClient(async (client) => {
      client.send('POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
      await client.until(() => client.responses().informational.length > 0)
      client.send('hell!')
      const { final, informational } = await client.answers(1)
      assert.deepEqual([final[0]?.status, informational.map((one) => one.status)], [200, [100]])
    }))
})

describe('connections', () => {
  test('from one address are bounded, and make room again', async () => {
    const clients: RawClient[] = []
    for (let i = 0; i < 30; i++) clients.push(await RawClient.open({ port: gateway.clear.port }))
    const refused = await RawClient.open({ port: gateway.clear.port })
    assert.ok(await refused.until(() => refused.ended), 'the 31st is closed')
    clients[0]!.destroy()
    await clients[0]!.until(() => clients[0]!.closed)
    await sleep(50)
    await withClient(async (client) => {
      client.send(get('/a'))
      assert.equal((await client.answers(1)).final[0]?.status, 200)
    })
    for (const client of clients) client.destroy()
    await sleep(50)
  })

  test('pipelined bytes are bounded while a request waits', () =>
    withClient(async (client) => {
      client.send(get('/never'))
      assert.ok((await flood(client, get('/a'))) < 20_000_000)
    }))

  test('answers that nobody reads stop the reading of requests, and the connection ends', () =>
    withClient(async (client) => {
      client.socket.pause()
      assert.ok((await flood(client, get('/not/declared/at/all'))) < 20_000_000)
      assert.ok(await gone(client), 'cut by sendTimeout')
    }))

  test('a client that sends 20 requests and ends its side gets 20 answers', () =>
    withClient(async (client) => {
      client.send(get('/a').repeat(20))
      client.socket.end()
      await client.until(() => client.closed)
      assert.equal(client.responses().final.length, 20)
    }))

  test('a client that ends its side within a request gets no answer to it, and no wait', () =>
    withClient(async (client) => {
      client.send(`${get('/a')}${post(10)}hello`)
      client.socket.end()
      assert.ok(await client.until(() => client.closed, 300))
      assert.equal(client.responses().final.length, 1)
    }))
})

/** Sends copies of a message until the gateway takes no more for 300 ms or took 40 MB; tells how many bytes it took. */
async function flood(client: RawClient, message: string): Promise<number> {
  const block = message.repeat(Math.ceil(100_000 / message.length))
  const taken = (): number => client.socket.bytesWritten - client.socket.writableLength
  let [last, since] = [0, performance.now()]
  while (performance.now() - since < 300 && taken() < 40_000_000 && client.socket.writable) {
    if (client.socket.writableLength < 1_000_000) client.send(block)
    if (taken() !== last) [last, since] = [taken(), performance.now()]
    await sleep(2)
  }
  return taken()
}

/** Whether the gateway cut the connection: what is then written meets a reset. */
function gone(client: RawClient): Promise<boolean> {
  client.socket.resume()
  return client.until(() => client.ended || client.closed, 3000)
}
