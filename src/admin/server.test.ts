import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { admin, call, type Headers, makeHost, raw, token, withToken } from './harness.test.ts'
import { startAdmin, startOps } from './server.ts'

test('every answer forbids caching, sniffing, framing and other origins, and has a request id', async (context) => {
  const { server } = await admin(context)
  const ids = new Set<unknown>()
  const calls: [string, Headers][] = [
    ['/healthz', {}],
    ['/status', {}],
    ['/status', withToken],
    ['/none', withToken],
    ['/status', { host: 'evil' }],
  ]
  for (const [path, headers] of calls) {
    const reply = await call(server, 'GET', path, { ...headers, origin: 'https://evil.example' })
    assert.equal(reply.headers['cache-control'], 'no-store')
    assert.equal(reply.headers['x-content-type-options'], 'nosniff')
    assert.equal(reply.headers['cross-origin-resource-policy'], 'same-origin')
    assert.ok(!Object.keys(reply.headers).some((name) => name.startsWith('access-control')))
    ids.add(reply.headers['x-request-id'])
    if (reply.status === 200) continue
    assert.equal(reply.headers['content-type'], 'application/problem+json')
    const members = JSON.parse(reply.body) as Record<string, unknown>
    assert.deepEqual(Object.keys(members), ['type', 'title', 'status', 'code', 'requestId'])
    assert.equal(members['status'], reply.status)
    assert.equal(members['requestId'], reply.headers['x-request-id'])
  }
  assert.equal(ids.size, calls.length)
})

test('health, readiness and HEAD', async (context) => {
  const { server, seen } = await admin(context)
  assert.deepEqual((await call(server, 'GET', '/healthz')).body, 'ok\n')
  assert.equal((await call(server, 'GET', '/readyz?verbose')).status, 200)
  seen.ready = false
  assert.equal((await call(server, 'GET', '/readyz')).status, 503)
  assert.equal((await call(server, 'GET', '/healthz')).status, 200)
  const head = await call(server, 'HEAD', '/healthz')
  assert.deepEqual([head.status, head.body], [200, ''])
})

test('explain asks the question and answers as the caller reads', async (context) => {
  const { server, seen } = await admin(context)
  const query = new URLSearchParams({
    method: 'POST',
    url: 'https://api.example/orders?a=1',
    as: 'partners/ada',
    from: '203.0.113.9',
  })
  query.append('header', 'Content-Type: application/json')
  query.append('header', 'X-A: b: c')
  query.append('scope', 'orders:read')
  query.append('role', 'manager')
  query.append('claim', 'tenant="blue"')
  query.append('claim', 'plan=free')
  query.append('body', '{"id":1}')
  query.append('why-not', 'true')
  const json = await call(server, 'GET', `/explain?${query}`, withToken)
  assert.deepEqual(
    [json.status, json.headers['content-type'], json.body],
    [200, 'application/json', '{"verdict":"allow"}\n'],
  )
  assert.deepEqual(seen.question, {
    method: 'POST',
    url: 'https://api.example/orders?a=1',
    as: 'partners/ada',
    from: '203.0.113.9',
    headers: [
      ['Content-Type', 'application/json'],
      ['X-A', 'b: c'],
    ],
    scopes: ['orders:read'],
    roles: ['manager'],
    claims: Object.assign(Object.create(null), { tenant: 'blue', plan: 'free' }),
    body: '{"id":1}',
    object: null,
    whyNot: true,
  })
  const text = await call(server, 'GET', '/explain?url=/orders', { ...withToken, accept: 'text/plain' })
  assert.deepEqual([text.headers['content-type'], text.body], ['text/plain; charset=utf-8', 'allowed\n'])
  assert.equal(seen.question!.method, 'GET')

  seen.question = null
  const bad = [
    '',
    '?url=',
    '?url=/a&url=/b',
    '?url=/a&method=get',
    '?url=/a&header=x',
    '?url=/a&header=:v',
    '?url=/a&header=a:b%0d%0ac',
    '?url=/a&x=1',
    '?url=/a&claim=x',
    '?url=/a&body=1&body=2',
  ]
  for (const search of bad) {
    const reply = await call(server, 'GET', `/explain${search}`, withToken)
    assert.equal(reply.status, 400, search)
    assert.equal(typeof (JSON.parse(reply.body) as { detail: unknown }).detail, 'string')
  }
  assert.equal(seen.question, null)
  const refused = await call(server, 'GET', '/explain?url=/bad', withToken)
  assert.equal((JSON.parse(refused.body) as { detail: string }).detail, 'no such URL')
})

test('reload says the generation, or what is wrong', async (context) => {
  const { server, seen } = await admin(context)
  const done = await call(server, 'POST', '/reload', withToken, '{"ignored":true}')
  assert.deepEqual([done.status, done.body], [200, '{"generation":8}\n'])
  seen.reloadProblems = ['a.yaml:3:1 unknown key']
  const refused = await call(server, 'POST', '/reload', withToken)
  assert.equal(refused.status, 422)
  const members = JSON.parse(refused.body) as Record<string, unknown>
  assert.deepEqual([members['code'], members['problems']], ['RELOAD_REFUSED', seen.reloadProblems])
})

test('a handler that fails is a 500 that tells nothing, and a line in the log', async (context) => {
  const { server, seen } = await admin(context)
  seen.status = () => {
    throw new Error('secret inside')
  }
  const reply = await call(server, 'GET', '/status', withToken)
  assert.equal(reply.status, 500)
  assert.doesNotMatch(reply.body, /secret inside/)
  assert.match(String(seen.log.read()), /admin-failed.*secret inside/)
  assert.equal((await call(server, 'GET', '/healthz')).status, 200)
})

test('limits: body, head, broken requests, connections', async (context) => {
  const { server } = await admin(context)
  const head = `POST /reload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`
  assert.match(
    await raw(server, `${head}Content-Length: 65537\r\n\r\n`),
    /^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE/,
  )
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`
  assert.match(
    await raw(server, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`),
    /^HTTP\/1\.1 413 /,
  )
  assert.match(
    await raw(server, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*HEADERS_TOO_LARGE/,
  )
  assert.match(await raw(server, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*ADMIN_REQUEST_INVALID/)
  assert.match(
    await raw(server, `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    /^HTTP\/1\.1 400 /,
  )
  // Half of all connections for one address, so that another one still gets in.
  const idle = Array.from({ length: 32 }, () => connect(server.address.port, '127.0.0.1'))
  context.after(() => idle.forEach((socket) => void socket.destroy()))
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  const healthz = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  assert.equal(await raw(server, healthz), '')
  assert.match(await raw(server, healthz, '127.0.0.2'), /^HTTP\/1\.1 200 /)
  idle[0]!.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.match(await raw(server, healthz), /^HTTP\/1\.1 200 /)
})

test('an ops listener answers what it serves, to anybody, and nothing else to nobody', async (context) => {
  const { host } = makeHost()
  const both = await startOps({ address: { host: '127.0.0.1', port: 0 }, serve: ['health', 'metrics'], host })
  const health = await startOps({ address: { host: '127.0.0.1', port: 0 }, serve: ['health'], host })
  context.after(() => Promise.all([both.close(), health.close()]))
  assert.equal((await call(both, 'GET', '/metrics', { host: 'gateway.prod.svc:9902' })).status, 200)
  assert.equal((await call(both, 'GET', '/readyz', { host: '10.1.2.3' })).status, 200)
  assert.equal((await call(health, 'GET', '/healthz')).status, 200)
  assert.equal((await call(health, 'GET', '/metrics', withToken)).status, 404)
  for (const path of ['/status', '/explain?url=/', '/reload', '/']) {
    for (const method of ['GET', 'POST']) {
      assert.equal((await call(both, method, path, withToken)).status, 404, path)
    }
  }
  assert.equal((await call(both, 'POST', '/metrics')).status, 405)
})

test('a taken port is refused with the code of Node; closing frees it although a client stays', async (context) => {
  const { host } = makeHost()
  const first = await startAdmin({
    address: { host: '127.0.0.1', port: 0 },
    openMetricsTo: [],
    tls: null,
    host,
  })
  const address = { host: '127.0.0.1', port: first.address.port }
  await assert.rejects(startAdmin({ address, openMetricsTo: [], tls: null, host }), { code: 'EADDRINUSE' })
  const lingering = connect(address.port, '127.0.0.1')
  lingering.on('error', () => undefined)
  lingering.write('GET /status HTTP/1.1\r\n')
  await new Promise((resolve) => lingering.once('connect', resolve))
  await first.close()
  const second = await startAdmin({ address, openMetricsTo: [], tls: null, host })
  context.after(() => second.close())
  assert.equal((await call(second, 'GET', '/healthz')).status, 200)
})
