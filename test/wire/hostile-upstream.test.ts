import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedUpstream } from '../support/scripted-upstream.ts'
import type { StrictResponse } from '../support/strict-response.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** What the upstream does with the next request; afterwards it answers like a good one. */
let script: (socket: Socket) => void
let used = false
/** On which connection each request arrived. */
let arrivals: { path: string; connection: number }[] = []
let upstream: ScriptedUpstream
let gateway: TestGateway

before(async () => {
  const seen = new Map<number, number>()
  upstream = await ScriptedUpstream.start((socket, text, connection) => {
    const all = [...text.matchAll(/^(?:GET|HEAD|POST) (\S+)/gm)]
    for (const [, path = ''] of all.slice(seen.get(connection) ?? 0)) {
      arrivals.push({ path, connection })
      if (path === '/next') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext')
      else if (!used) {
        used = true
        script(socket)
      } else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nagain')
    }
    seen.set(connection, all.length)
  })
  gateway = await startGateway({
    services: upstreamOn(upstream.port, {
      timeouts: { connect: '500ms', response: '500ms', idle: '400ms', streamIdle: '600ms' },
    }),
    apis: { open: openApi() },
  })
})
after(async () => {
  await gateway.stop()
  await upstream.stop()
})
beforeEach(() => {
  used = false
  arrivals = []
})

interface Told {
  /** The answer to the request that the script met; undefined when the connection was cut. */
  readonly first: StrictResponse | undefined
  readonly informational: readonly number[]
  readonly ms: number
  /** The good request afterwards ran on the same upstream connection. */
  readonly reused: boolean
}

/** Sends one request to the script, then a good one by another client, which must get its own answer and no other. */
async function meet(behaviour: (socket: Socket) => void, method = 'GET', wait = 0): Promise<Told> {
  script = behaviour
  const client = await RawClient.open(gateway.tls)
  const started = performance.now()
  client.send(
    `${method} /first HTTP/1.1\r\nHost: localhost\r\n${method === 'POST' ? 'Content-Length: 1\r\n\r\nx' : '\r\n'}`,
  )
  const { final, informational, rest } = await client.answers(1, [method], 3000)
  const ms = performance.now() - started
  assert.ok(final.length === 1 || client.ended, 'the client is not left waiting')
  if (final.length === 1) assert.equal(rest, '', 'nothing comes after the answer')
  if (wait > 0) await sleep(wait)

  const other = await RawClient.open(gateway.tls)
  other.send('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const next = await other.answers(1)
  assert.deepEqual(
    [next.final[0]?.status, next.final[0]?.body, next.rest],
    [200, 'next', ''],
    'the next client gets its own answer',
  )
  client.destroy()
  other.destroy()
  const [first, second] = [
    arrivals.find(({ path }) => path === '/first'),
    arrivals.find(({ path }) => path === '/next'),
  ]
  return {
    first: final[0],
    informational: informational.map(({ status }) => status),
    ms,
    reused: first?.connection === second?.connection,
  }
}

const write = (text: string) => (socket: Socket) => void socket.write(text, 'latin1')
const writeAndEnd = (text: string) => (socket: Socket) => void socket.end(text, 'latin1')
const ok = 'HTTP/1.1 200 OK\r\n'

describe('answers with more than one reading are 502, and their connection is not used again', () => {
  const cases: readonly (readonly [name: string, answer: string])[] = [
    ['garbage', 'garbage\r\n\r\n'],
    ['HTTP/0.9', '<html>hello</html>'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2.0', 'HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['lower case', 'http/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['status 099', 'HTTP/1.1 099 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['status 600', 'HTTP/1.1 600 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['two spaces before the status', 'HTTP/1.1  200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['LF alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok'],
    ['CR in the reason', 'HTTP/1.1 200 O\rK\r\ncontent-length: 2\r\n\r\nok'],
    ['NUL in a value', `${ok}x: \0\r\ncontent-length: 2\r\n\r\nok`],
    ['CR in a value', `${ok}x: a\rset-cookie: b\r\ncontent-length: 2\r\n\r\nok`],
    ['LF in a value', `${ok}x: a\nset-cookie: b\r\ncontent-length: 2\r\n\r\nok`],
    ['a folded line', `${ok}x: a\r\n b\r\ncontent-length: 2\r\n\r\nok`],
    ['a space before the colon', `${ok}content-length : 2\r\n\r\nok`],
    ['a line without a colon', `${ok}nonsense\r\ncontent-length: 2\r\n\r\nok`],
    ['two lengths', `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\nok!`],
    ['the same length twice', `${ok}content-length: 2\r\ncontent-length: 2\r\n\r\nok`],
    ['a list of lengths', `${ok}content-length: 2, 2\r\n\r\nok`],
    ['a negative length', `${ok}content-length: -1\r\n\r\nok`],
    ['a signed length', `${ok}content-length: +2\r\n\r\nok`],
    ['an empty length', `${ok}content-length:\r\n\r\nok`],
    ['a length of 30 digits', `${ok}content-length: ${'9'.repeat(30)}\r\n\r\nok`],
    ['length and coding', `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ['coding and length', `${ok}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ['an unknown coding', `${ok}transfer-encoding: gzip\r\n\r\nok`],
    ['two codings', `${ok}transfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    [
      'the coding twice',
      `${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    ],
    ['a coding in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok'],
    [
      '204 with a coding',
      'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    [
      '101 that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\x81\x05hello',
    ],
    [
      '17 informational answers',
      `${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(17)}${ok}content-length: 2\r\n\r\nok`,
    ],
    ['a thousand informational answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)],
    ['300 fields', `${ok}${'x: y\r\n'.repeat(300)}content-length: 2\r\n\r\nok`],
    ['fields of 80 KB', `${ok}x: ${'y'.repeat(80_000)}\r\ncontent-length: 2\r\n\r\nok`],
    ['an endless reason', `HTTP/1.1 200 ${'K'.repeat(20_000)}`],
  ]
  for (const [name, answer] of cases)
    test(name, async () => {
      const { first, reused } = await meet(write(answer))
      assert.equal(first?.status, 502)
      assert.ok(first?.body.includes('"UPSTREAM_RESPONSE_INVALID"'), first?.body)
      assert.equal(reused, false)
    })
})

describe('bytes beyond an answer reach nobody', () => {
  const second = `${ok}content-length: 6\r\n\r\npoison`
  for (const [name, answer, method] of [
    ['a second answer at once', `${ok}content-length: 2\r\n\r\nok${second}`, 'GET'],
    [
      'a second answer after chunks',
      `${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n${second}`,
      'GET',
    ],
    ['a byte too many', `${ok}content-length: 2\r\n\r\nok!`, 'GET'],
    ['a body of HEAD', `${ok}content-length: 2\r\n\r\nok`, 'HEAD'],
    ['a chunked body of HEAD', `${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, 'HEAD'],
    ['a body of 304', `HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\nok`, 'GET'],
    ['a body of 204 without a length', `HTTP/1.1 204 No Content\r\n\r\n${second}`, 'GET'],
  ] as const)
    test(name, async () => {
      const { first, reused } = await meet(write(answer), method)
      assert.equal(first?.status, Number(answer.slice(9, 12)))
      assert.equal(reused, false)
    })

  test('a second answer a little later, while the connection is idle', async () => {
    const late = (socket: Socket): void => {
      socket.write(`${ok}content-length: 2\r\n\r\nok`)
      setTimeout(() => socket.write(second), 30)
    }
    const { first, reused } = await meet(late, 'GET', 100)
    assert.deepEqual([first?.body, reused], ['ok', false])
  })

  test('an answer before the request is whole ends the connection with it', async () => {
    script = (socket) => void socket.write(`${ok}content-length: 5\r\n\r\nearly`)
    const client = await RawClient.open(gateway.tls)
    client.send('POST /first HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx')
    const { final } = await client.answers(1)
    assert.equal(final[0]?.body, 'early')
    client.send('x'.repeat(999))
    client.send('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const both = await client.answers(2)
    assert.deepEqual(
      both.final.map(({ body }) => body),
      ['early', 'next'],
    )
    assert.notEqual(arrivals[0]?.connection, arrivals[1]?.connection)
    client.destroy()
  })
})

describe('good answers, of which the connection is used again', () => {
  for (const [name, answer, body, method] of [
    ['with a length', `${ok}content-length: 2\r\n\r\nok`, 'ok', 'GET'],
    ['in chunks', `${ok}transfer-encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nx-t: y\r\n\r\n`, 'ok', 'GET'],
    ['without a body', `${ok}content-length: 0\r\n\r\n`, '', 'GET'],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', '', 'GET'],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', '', 'GET'],
    ['HEAD with a length', `${ok}content-length: 5\r\n\r\n`, '', 'HEAD'],
    ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', 'ok', 'GET'],
    ['with bytes over 0x7f', `HTTP/1.1 200 Schön\r\nx: ö\r\ncontent-length: 2\r\n\r\nok`, 'ok', 'GET'],
  ] as const)
    test(name, async () => {
      const { first, reused } = await meet(write(answer), method)
      assert.deepEqual([first?.body, reused], [body, true])
    })

  test('informational answers are passed on, 100 is not', async () => {
    const { first, informational, reused } = await meet(
      write(
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}content-length: 2\r\n\r\nok`,
      ),
    )
    assert.deepEqual([first?.body, informational, reused], ['ok', [103], true])
  })

  test('byte by byte', async () => {
    const { first } = await meet((socket) => {
      const bytes = [...`${ok}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`]
      const drip = setInterval(() => {
        const byte = bytes.shift()
        if (byte === undefined) clearInterval(drip)
        else socket.write(byte)
      }, 2)
    })
    assert.equal(first?.body, 'ok')
  })

  test('until the connection closes, which ends it', async () => {
    const { first, reused } = await meet(writeAndEnd(`${ok}\r\nuntil the end`))
    assert.deepEqual([first?.body, reused], ['until the end', false])
  })

  test('connection: close is honoured', async () => {
    const { first, reused } = await meet(write(`${ok}connection: close\r\ncontent-length: 2\r\n\r\nok`))
    assert.deepEqual([first?.body, first?.fields.get('connection'), reused], ['ok', undefined, false])
  })
})

describe('answers that do not come, or not whole', () => {
  const early = (name: string, behaviour: (socket: Socket) => void, method = 'POST'): unknown =>
    test(`${name}: 502`, async () => {
      const { first, reused } = await meet(behaviour, method)
      assert.deepEqual([first?.status, reused], [502, false])
      assert.ok(first?.body.includes('"UPSTREAM_CLOSED"'), first?.body)
    })
  early('closed without an answer', (socket) => void socket.end())
  early('reset without an answer', (socket) => void socket.resetAndDestroy())
  early('closed within the status line', writeAndEnd('HTTP/1.1 2'), 'GET')
  early('closed within a field', writeAndEnd(`${ok}content-le`), 'GET')
  early('closed after an informational answer', writeAndEnd('HTTP/1.1 103 Early Hints\r\n\r\n'), 'GET')

  for (const [name, behaviour] of [
    ['silence', () => undefined],
    ['half a head', write(`${ok}content-le`)],
    ['informational answers and nothing after', write('HTTP/1.1 103 Early Hints\r\n\r\n')],
    [
      'a head that drips',
      (socket: Socket) => {
        const drip = setInterval(() => socket.write('x'), 50)
        socket.write(`${ok}x: `)
        socket.on('close', () => clearInterval(drip))
      },
    ],
  ] as const)
    test(`${name}: 504 in time`, async () => {
      const { first, reused, ms } = await meet(behaviour)
      assert.deepEqual([first?.status, reused], [504, false])
      assert.ok(ms > 400 && ms < 900, `${ms} ms`)
    })

  for (const [name, behaviour] of [
    ['closed within a body of known length', writeAndEnd(`${ok}content-length: 10\r\n\r\nhello`)],
    ['closed within a chunk', writeAndEnd(`${ok}transfer-encoding: chunked\r\n\r\na\r\nhello`)],
    ['closed before the last chunk', writeAndEnd(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`)],
    [
      'reset within a body',
      (socket: Socket) => {
        socket.write(`${ok}content-length: 10\r\n\r\nhello`)
        setTimeout(() => socket.resetAndDestroy(), 30)
      },
    ],
    ['a bad chunk size', write(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n`)],
    ['a chunk that ends with LF', write(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n`)],
    ['a negative chunk', write(`${ok}transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n`)],
    [
      'endless chunk extensions',
      write(`${ok}transfer-encoding: chunked\r\n\r\n5;${'a'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`),
    ],
    ['a bad trailer', write(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx y\r\n\r\n`)],
    ['a body that stops', write(`${ok}content-length: 10\r\n\r\nhello`)],
    ['chunks that stop', write(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`)],
  ] as const)
    test(`${name}: the client's connection is cut, or 502, never a whole answer`, async () => {
      const { first, reused, ms } = await meet(behaviour)
      assert.ok(
        first === undefined || first.status === 502 || first.status === 504,
        `${first?.status} ${first?.body}`,
      )
      assert.equal(reused, false)
      assert.ok(ms < 1000, `${ms} ms`)
    })

  test('a reused connection that dies under a request is replaced once', async () => {
    script = write(`${ok}content-length: 2\r\n\r\nok`)
    const client = await RawClient.open(gateway.tls)
    client.send('GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await client.answers(1)
    used = false
    script = (socket) => void socket.destroy()
    client.send('GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert.deepEqual(
      (await client.answers(2)).final.map(({ body }) => body),
      ['ok', 'again'],
    )
    client.destroy()
  })

  test('the same for a POST is 502: it may have been done', async () => {
    script = write(`${ok}content-length: 2\r\n\r\nok`)
    const client = await RawClient.open(gateway.tls)
    client.send('GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await client.answers(1)
    used = false
    script = (socket) => void socket.destroy()
    client.send('POST /first HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx')
    assert.deepEqual(
      (await client.answers(2)).final.map(({ status }) => status),
      [200, 502],
    )
    assert.equal(arrivals.length, 2)
    client.destroy()
  })
})

test("fields that are the connection's own, or lead around the gateway, do not reach the client", async () => {
  const { first } = await meet(
    write(
      `${ok}connection: x-gone\r\nx-gone: 1\r\nkeep-alive: timeout=5\r\nproxy-authenticate: Basic\r\nupgrade: h2c\r\nalt-svc: h2=":1"\r\ncontent-length: 2\r\n\r\nok`,
    ),
  )
  for (const name of ['connection', 'x-gone', 'keep-alive', 'proxy-authenticate', 'upgrade', 'alt-svc']) {
    assert.equal(first?.fields.get(name), undefined, name)
  }
})
