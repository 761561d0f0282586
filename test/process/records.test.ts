import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { freePort } from '../support/test-gateway.ts'
import { get, keepAlive } from './client.ts'
import { GatewayProcess, testApi } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

test('each request has exactly one record, however it ends', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const clear = await freePort()
  const { listeners } = gateway.configuration as { listeners: object }
  gateway.configure({
    listeners: { ...listeners, balanced: { address: `127.0.0.1:${clear}`, clearTextFrom: ['127.0.0.1'] } },
    services: {
      upstream: { targets: [`http://127.0.0.1:${upstream.port}`], timeouts: { response: '2s' } },
      dead: { targets: [`http://127.0.0.1:${await freePort()}`] },
    },
    apis: {
      test: testApi(),
      dead: { service: 'dead', anonymous: 'a test', routes: { 'GET /dead': {} } },
    },
  })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  const target = { port: gateway.port, ca: gateway.ca }
  const agent = keepAlive(10)
  const raw = async (bytes: string, answers = 1): Promise<void> => {
    const client = await RawClient.open(target)
    client.send(bytes)
    await client.answers(answers, [], 10_000)
    client.destroy()
  }
  /** Sends these bytes and resets the connection. A client that only ends its half is still answered. */
  const abort = async (bytes: string): Promise<void> => {
    const client = await RawClient.open({ port: clear })
    client.send(bytes.replace('\r\n', '\r\nX-Forwarded-Proto: https\r\n'))
    await sleep(300)
    client.socket.resetAndDestroy()
  }
  const head = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
  /** How many requests each of these is, and what its records say. */
  const ways: readonly [expected: string, make: () => Promise<unknown>, requests?: number][] = [
    ['allow 200', () => get(target, '/ok', agent)],
    ['allow 200', () => get(target, '/ok')],
    ['PATH_UNDECLARED 404', () => get(target, '/nothing', agent)],
    ['CREDENTIALS_MISSING 401', () => get(target, '/private')],
    ['UPSTREAM_UNREACHABLE 502', () => get(target, '/dead', agent)],
    ['UPSTREAM_TIMEOUT 504', () => get(target, '/slow', agent)],
    ['CLIENT_CLOSED 0', () => abort(head('/slow'))],
    ['allow 200', () => raw(head('/ok').repeat(5), 5), 5],
    [
      'CLIENT_CLOSED 0',
      () => abort('POST /ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nten bytes.'),
    ],
    ['HEADER_INVALID 400', () => raw('GET /ok HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n')],
    ['REQUEST_LINE_INVALID 400', () => raw('GET  /ok HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['HOST_MISDIRECTED 421', () => raw('GET /ok HTTP/1.1\r\nHost: other.example\r\n\r\n')],
  ]
  const rounds = 20
  const expected = new Map<string, number>()
  const running: Promise<unknown>[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [what, make, requests = 1] of ways) {
      expected.set(what, (expected.get(what) ?? 0) + requests)
      running.push(make())
    }
    await sleep(20)
  }
  await Promise.all(running)
  agent.destroy()
  const total = [...expected.values()].reduce((sum, one) => sum + one, 0)
  const records = await gateway.recordsOf(total)
  const seen = new Map<string, number>()
  for (const { verdict, code, status } of records) {
    const what = `${code ?? verdict} ${status}`
    seen.set(what, (seen.get(what) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries([...seen].sort()), Object.fromEntries([...expected].sort()))
  assert.equal(new Set(records.map(({ id }) => id)).size, total)
  assert.equal(await gateway.metric('sallyport_requests_received_total'), total)
  assert.equal(await gateway.metric('sallyport_requests_active'), 0)
  assert.equal(await gateway.metric('sallyport_request_duration_seconds_count'), total)
})
