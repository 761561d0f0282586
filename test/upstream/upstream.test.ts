import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { issueAuthority, issueLeaf } from '../../src/process/authority/certificate-issuer.ts'
import { get, type Reply } from '../process/client.ts'
import { freePort, openApi, startGateway, type TestGateway } from '../support/test-gateway.ts'

const authority = issueAuthority(['localhost', 'api.test'])
const authorityFile = (gateway: { folder: string }): string => join(gateway.folder, 'authority.pem')

/** What a service saw of the last request. */
interface Seen {
  url: string
  headers: Record<string, string | string[] | undefined>
  count: number
}

async function service(
  context: TestContext,
  names: readonly string[] | null,
  body: string,
): Promise<{ port: number; seen: Seen }> {
  const seen: Seen = { url: '', headers: {}, count: 0 }
  const answer: RequestListener = (request, response) => {
    Object.assign(seen, { url: request.url, headers: request.headers, count: seen.count + 1 })
    response.end(body)
  }
  const leaf = names === null ? null : issueLeaf(authority, names)
  const server = leaf === null ? createHttp(answer) : createHttps({ cert: leaf.cert, key: leaf.key }, answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen }
}

async function gatewayFor(
  context: TestContext,
  upstream: Record<string, unknown>,
  api: Record<string, unknown> = openApi(),
  extra: Record<string, unknown> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ services: { upstream }, apis: { api }, ...extra })
  context.after(() => gateway.stop())
  return gateway
}

const ask = (gateway: TestGateway, path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  get({ port: gateway.tls.port, ca: gateway.tls.ca! }, path, false, headers)

const codeOf = (reply: Reply): string => (JSON.parse(reply.body) as { code: string }).code

test('a target over HTTPS is verified against its own authority and name', async (context) => {
  const good = await service(context, ['localhost'], 'secure')
  const folder = await gatewayFor(context, { targets: [`http://127.0.0.1:${good.port}`] })
  writeFileSync(authorityFile(folder), authority.cert)
  const tls = { authorities: [authorityFile(folder)] }
  const trusting = await gatewayFor(context, { targets: [`https://localhost:${good.port}`], tls })
  const answered = await ask(trusting, '/x')
  assert.equal(answered.status, 200, answered.body)
  assert.equal(answered.body, 'secure')

  const unknown = await gatewayFor(context, { targets: [`https://localhost:${good.port}`] })
  const refused = await ask(unknown, '/x')
  assert.equal(refused.status, 502)
  assert.equal(codeOf(refused), 'UPSTREAM_TLS')

  const misnamed = await gatewayFor(context, {
    targets: [`https://localhost:${good.port}`],
    tls: { ...tls, serverName: 'api.test' },
  })
  assert.equal(codeOf(await ask(misnamed, '/x')), 'UPSTREAM_TLS')
  assert.equal(good.seen.count, 1, 'nothing reached the target without a verified certificate')

  const named = await service(context, ['api.test'], 'named')
  const right = await gatewayFor(context, {
    targets: [`https://127.0.0.1:${named.port}`],
    tls: { ...tls, serverName: 'api.test' },
  })
  assert.equal((await ask(right, '/x')).body, 'named')
})

test('a target that speaks HTTPS to a gateway that speaks HTTP is 502, and the other way round', async (context) => {
  const secure = await service(context, ['localhost'], 'x')
  const clear = await service(context, null, 'x')
  const first = await gatewayFor(context, { targets: [`http://127.0.0.1:${secure.port}`] })
  assert.equal((await ask(first, '/x')).status, 502)
  const second = await gatewayFor(context, { targets: [`https://127.0.0.1:${clear.port}`] })
  assert.equal(codeOf(await ask(second, '/x')), 'UPSTREAM_TLS')
})

test('targets take turns, and one that cannot be reached is passed over', async (context) => {
  const [a, b] = [await service(context, null, 'a'), await service(context, null, 'b')]
  const both = await gatewayFor(context, {
    targets: [`http://127.0.0.1:${a.port}`, `http://127.0.0.1:${b.port}`],
  })
  const bodies = new Set<string>()
  for (let i = 0; i < 6; i++) bodies.add((await ask(both, '/x')).body)
  assert.deepEqual([...bodies].sort(), ['a', 'b'])
  assert.deepEqual([a.seen.count, b.seen.count], [3, 3])

  const dead = await freePort()
  const half = await gatewayFor(context, {
    targets: [`http://127.0.0.1:${dead}`, `http://127.0.0.1:${b.port}`],
  })
  for (let i = 0; i < 6; i++) assert.equal((await ask(half, '/x')).body, 'b')

  const none = await gatewayFor(context, { targets: [`http://127.0.0.1:${dead}`] })
  const refused = await ask(none, '/x')
  assert.deepEqual([refused.status, codeOf(refused)], [502, 'UPSTREAM_UNREACHABLE'])
})

test('names are resolved; one that leads nowhere is 502', async (context) => {
  const { port } = await service(context, null, 'by name')
  const named = await gatewayFor(context, { targets: [`http://localhost:${port}`] })
  assert.equal((await ask(named, '/x')).body, 'by name')
  const nowhere = await gatewayFor(context, { targets: [`http://no-such-name.invalid:${port}`] })
  assert.equal(codeOf(await ask(nowhere, '/x')), 'UPSTREAM_UNREACHABLE')
})

test('timeouts have codes of their own, and a busy service sheds what its queue cannot hold', async (context) => {
  const server = createHttp(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const slow = await gatewayFor(context, {
    targets: [`http://127.0.0.1:${port}`],
    timeouts: { response: '300ms' },
    connections: 1,
    queue: 1,
  })
  const replies = await Promise.all([ask(slow, '/1'), ask(slow, '/2'), ask(slow, '/3')])
  const seen = replies.map((reply) => `${reply.status} ${codeOf(reply)}`).sort()
  assert.equal(replies.find((reply) => reply.status === 503)?.headers['retry-after'], '1')
  assert.deepEqual(seen, ['503 UPSTREAM_BUSY', '504 UPSTREAM_TIMEOUT', '504 UPSTREAM_TIMEOUT'])
})

test('prefixes are stripped and added by whole segments, after the path was decided (T7, T8, T11–T13)', async (context) => {
  const { port, seen } = await service(context, null, 'ok')
  const routes = { 'GET /public/{item}': {}, 'GET /public': {} }
  const api = {
    service: 'upstream',
    prefix: '/api',
    stripPrefix: true,
    upstreamPrefix: '/inner',
    anonymous: 'a test',
    routes,
  }
  const gateway = await gatewayFor(context, { targets: [`http://127.0.0.1:${port}/base`] }, api)
  assert.equal((await ask(gateway, '/api/public/1?a=b')).status, 200)
  assert.equal(seen.url, '/base/inner/public/1?a=b')
  for (const path of [
    '/api../public/1',
    '/api%2e%2e/public/1',
    '/api%2Fpublic/1',
    '/api/../public/1',
    '/api/public/..%2f..%2fadmin',
    '/api/public/%2e%2e',
    '/apipublic/1',
    '/api//public/1',
    '/api/public/1%23',
    '/api\\public/1',
  ]) {
    const before = seen.count
    const { status } = await ask(gateway, path)
    const reached = seen.count > before
    assert.ok(
      status === 400 ||
        status === 404 ||
        (path.endsWith('%23') && reached && String(seen.url) === '/base/inner/public/1%23'),
      `${path} gave ${status} ${seen.url}`,
    )
  }
})

test('what the gateway says about a request, no client can say (T19–T23, T27, T28, T30)', async (context) => {
  const { port, seen } = await service(context, null, 'ok')
  const gateway = await gatewayFor(
    context,
    { targets: [`http://127.0.0.1:${port}`] },
    openApi({ headers: { request: { set: { 'X-Gateway': 'sallyport' } } } }),
  )
  const spoofed = {
    'X-Forwarded-For': '198.51.100.7',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Host': 'evil.test',
    'X-Forwarded-Prefix': '/admin',
    Forwarded: 'for=198.51.100.7',
    'X-Real-Ip': '198.51.100.7',
    'X-Original-Url': '/admin',
    'X-Rewrite-Url': '/admin',
    'X-Envoy-Original-Path': '/admin',
    'X-Http-Method-Override': 'DELETE',
    'X-Gateway': 'client',
    'X-Userinfo': 'admin',
    'X-Request-Id': 'mine-mine-mine',
  }
  const reply = await ask(gateway, '/x', spoofed)
  assert.equal(reply.status, 200)
  assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(seen.headers['x-forwarded-proto'], 'https')
  assert.equal(seen.headers['x-forwarded-host'], 'localhost')
  assert.equal(seen.headers['x-gateway'], 'sallyport')
  assert.equal(seen.headers['x-request-id'], reply.headers['x-request-id'])
  assert.notEqual(reply.headers['x-request-id'], 'mine-mine-mine')
  for (const name of [
    'x-forwarded-prefix',
    'forwarded',
    'x-real-ip',
    'x-original-url',
    'x-rewrite-url',
    'x-envoy-original-path',
    'x-http-method-override',
    'x-userinfo',
  ]) {
    assert.equal(seen.headers[name], undefined, name)
  }
})

test('a trusted proxy is believed as far as its chain is trusted', async (context) => {
  const { port, seen } = await service(context, null, 'ok')
  const gateway = await gatewayFor(context, { targets: [`http://127.0.0.1:${port}`] }, openApi(), {
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
  })
  await ask(gateway, '/x', {
    'X-Forwarded-For': '203.0.113.9, 198.51.100.7, 10.1.2.3',
    'X-Request-Id': 'from-the-proxy-1',
  })
  assert.equal(seen.headers['x-forwarded-for'], '198.51.100.7, 10.1.2.3, 127.0.0.1')
  assert.equal(seen.headers['x-request-id'], 'from-the-proxy-1')
  const [record] = await gateway.records(1)
  assert.equal(record?.client, '198.51.100.7')
  assert.equal(record?.peer, '127.0.0.1')
})
