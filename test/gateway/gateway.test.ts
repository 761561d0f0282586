import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly code: string | null
}

/** A service that says what it was asked, so that a test sees what arrived. */
async function echo(context: TestContext): Promise<{ port: number; arrived: string[] }> {
  const arrived: string[] = []
  const server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`)
    response.setHeader('x-seen', JSON.stringify(request.headers))
    request.resume().on('end', () => response.end(request.method === 'HEAD' ? undefined : 'ok'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, arrived }
}

async function gatewayOf(
  context: TestContext,
  port: number,
  api: Record<string, unknown>,
  extra: Record<string, unknown> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({
    services: upstreamOn(port),
    apis: { api: { service: 'upstream', ...api } },
    ...extra,
  })
  context.after(() => gateway.stop())
  return gateway
}

/** Sends bytes as they are: clients of the platform would tidy them up. */
async function send(
  gateway: TestGateway,
  method: string,
  path: string,
  lines: readonly string[] = [],
  body = '',
): Promise<Answer> {
  const client = await RawClient.open(gateway.tls)
  client.send(
    [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines, '', body].join('\r\n'),
  )
  await client.until(() => client.responses([method]).final.length > 0, 3000)
  const [response] = client.responses([method]).final
  await client.finish(1000)
  assert.ok(response !== undefined, `no answer to ${method} ${path}`)
  const text = response.body
  return {
    status: response.status,
    headers: new Headers([...response.fields]),
    body: text,
    code: text.startsWith('{') ? ((JSON.parse(text) as { code?: string }).code ?? null) : null,
  }
}

test('nothing undeclared passes: 404 for a path, 405 with Allow for a method, HEAD and OPTIONS by rule', async (context) => {
  const { port, arrived } = await echo(context)
  const routes = {
    'GET /orders': {},
    'POST /orders': {},
    'GET /orders/{id}': {},
    'HEAD /head': {},
    'OPTIONS /options': {},
  }
  const gateway = await gatewayOf(context, port, { anonymous: 'a test', routes })
  assert.deepEqual(
    [(await send(gateway, 'GET', '/other')).status, (await send(gateway, 'GET', '/orders/')).status],
    [404, 404],
  )
  for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'get']) {
    const { status, headers } = await send(gateway, method, '/orders')
    assert.deepEqual([status, headers.get('allow')], [405, 'GET, POST'], method)
  }
  assert.equal((await send(gateway, 'TRACE', '/other')).status, 404)
  assert.equal(arrived.length, 0)
  assert.deepEqual(
    [(await send(gateway, 'HEAD', '/head')).status, (await send(gateway, 'OPTIONS', '/options')).status],
    [200, 200],
  )
  assert.deepEqual(arrived, ['HEAD /head', 'OPTIONS /options'])
})

test('every refusal is a problem document with code and request id, and tells nothing of the inside', async (context) => {
  const { port } = await echo(context)
  const gateway = await gatewayOf(
    context,
    port,
    { authenticate: ['keys'], authorize: 'any-authenticated-caller', routes: { 'GET /orders': {} } },
    { identities: { keys: { type: 'api-key' } } },
  )
  for (const [path, status] of [
    ['/orders', 401],
    ['/none', 404],
    ['/a/../b', 400],
    ['/orders%00', 400],
  ] as const) {
    const { status: got, headers, body } = await send(gateway, 'GET', path)
    assert.equal(got, status)
    assert.equal(headers.get('content-type'), 'application/problem+json')
    const problem = JSON.parse(body) as Record<string, unknown>
    assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'code', 'requestId'])
    assert.equal(problem['requestId'], headers.get('x-request-id'))
    assert.equal(headers.get('server'), null)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
  assert.match((await send(gateway, 'GET', '/orders')).headers.get('www-authenticate') ?? '', /ApiKey/)
})

test('an API key opens what it is for, from the moment it is made to the moment it is revoked', async (context) => {
  const { port, arrived } = await echo(context)
  const identities = { keys: { type: 'api-key' }, others: { type: 'api-key', header: 'X-Other-Key' } }
  const gateway = await gatewayOf(
    context,
    port,
    {
      authenticate: ['keys'],
      authorize: 'any-authenticated-caller',
      routes: {
        'GET /orders': {},
        'GET /both': { authenticate: [{ all: ['keys', 'others'] }], authorize: 'any-authenticated-caller' },
      },
    },
    { identities },
  )
  const store = openStore(join(gateway.folder, 'data'))
  context.after(() => store.close())
  const [mine, other] = [
    store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner: 'me' }),
    store.keys.create({ name: 'test', from: null }, { identity: 'others', owner: 'you' }),
  ]
  const until = async (status: number, key: string): Promise<Answer> => {
    for (let tries = 0; ; tries++) {
      const answer = await send(gateway, 'GET', '/orders', [`X-API-Key: ${key}`])
      if (answer.status === status || tries === 40) return answer
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  const allowed = await until(200, mine.key)
  assert.equal(allowed.status, 200)
  assert.doesNotMatch(allowed.headers.get('x-seen') ?? '', /spk_/, 'the service never sees the key')
  assert.equal(
    (await send(gateway, 'GET', '/orders', [`X-API-Key: ${other.key}`])).status,
    401,
    'a key of another identity',
  )
  assert.equal(
    (await send(gateway, 'GET', '/orders', [`X-API-Key: ${mine.key}`, `X-API-Key: ${mine.key}`])).status,
    401,
    'sent twice',
  )
  assert.equal((await send(gateway, 'GET', '/orders', [`X_API_Key: ${mine.key}`])).status, 400, 'an alias')
  assert.equal(
    (await send(gateway, 'GET', '/orders', ['Connection: X-API-Key', `X-API-Key: ${mine.key}`])).status,
    400,
    'named by Connection',
  )
  assert.equal((await send(gateway, 'GET', '/both', [`X-API-Key: ${mine.key}`])).status, 401, 'one of two')
  assert.equal(
    (await send(gateway, 'GET', '/both', [`X-API-Key: ${mine.key}`, `X-Other-Key: ${other.key}`])).status,
    200,
    'both',
  )
  assert.equal(
    (await send(gateway, 'GET', '/both', [`X-API-Key: ${mine.key}`, 'X-Other-Key: spk_wrong'])).status,
    401,
    'a wrong one beside a right one',
  )
  assert.ok(store.keys.revoke({ name: 'test', from: null }, mine.id))
  assert.equal((await until(401, mine.key)).status, 401)
  assert.ok(arrived.every((line) => line.startsWith('GET /')))
})

test('addresses: only the listed networks pass, by the verified address', async (context) => {
  const { port } = await echo(context)
  const routes = {
    'GET /closed': { require: { addresses: ['192.0.2.0/24'] } },
    'GET /open': {},
    'GET /watched': { require: { addresses: { allow: ['192.0.2.0/24'], mode: 'observe' } } },
  }
  const gateway = await gatewayOf(context, port, { anonymous: 'a test', routes })
  assert.deepEqual(
    [(await send(gateway, 'GET', '/closed')).code, (await send(gateway, 'GET', '/open')).status],
    ['ADDRESS_REFUSED', 200],
  )
  assert.equal(
    (await send(gateway, 'GET', '/closed', ['X-Forwarded-For: 192.0.2.1'])).code,
    'ADDRESS_REFUSED',
    'a claim is no address',
  )
  assert.equal((await send(gateway, 'GET', '/watched')).status, 200, 'observed, not enforced')
  const records = await gateway.records(4)
  assert.deepEqual(
    records.at(-1)?.policies?.map(([name, verdict]) => [name, verdict]),
    [['addresses', 'observed-deny']],
  )
})

test('CORS: preflights are answered for listed origins only, before credentials, and only the gateway decides', async (context) => {
  const { port, arrived } = await echo(context)
  const cors = { origins: ['https://app.example.com'], headers: ['X-API-Key'] }
  const gateway = await gatewayOf(
    context,
    port,
    {
      authenticate: ['keys'],
      authorize: 'any-authenticated-caller',
      cors,
      routes: {
        'PUT /orders': {},
        'OPTIONS /declared': {},
        'PUT /declared': {},
        'PUT /closed': { require: { addresses: ['192.0.2.1'] } },
      },
    },
    { identities: { keys: { type: 'api-key' } } },
  )
  const preflight = (path: string, origin: string, method = 'PUT'): Promise<Answer> =>
    send(gateway, 'OPTIONS', path, [
      `Origin: ${origin}`,
      `Access-Control-Request-Method: ${method}`,
      'Access-Control-Request-Headers: x-api-key',
    ])
  const good = await preflight('/orders', 'https://app.example.com')
  assert.deepEqual(
    [good.status, good.headers.get('access-control-allow-origin')],
    [204, 'https://app.example.com'],
  )
  assert.equal((await preflight('/declared', 'https://app.example.com')).status, 204)
  for (const origin of [
    'https://evil.example.com',
    'https://app.example.com.evil.test',
    'null',
    'http://app.example.com',
  ]) {
    const { status, headers } = await preflight('/orders', origin)
    assert.deepEqual([status, headers.get('access-control-allow-origin')], [403, null], origin)
  }
  assert.equal((await preflight('/orders', 'https://app.example.com', 'DELETE')).status, 405)
  assert.equal((await preflight('/none', 'https://app.example.com')).status, 404)
  assert.equal(
    (await preflight('/closed', 'https://app.example.com')).code,
    'ADDRESS_REFUSED',
    'screened first (T48)',
  )
  assert.equal(
    (await send(gateway, 'OPTIONS', '/declared')).status,
    401,
    'no preflight: an operation like any other',
  )
  assert.equal(arrived.length, 0)
})

test('names and paths with two readings pass only where they were allowed', async (context) => {
  const { port, arrived } = await echo(context)
  const routes = {
    'GET /a/{x}': {},
    'GET /b/{x}': { allow: { path: ['semicolon', 'encoded-slash'], headerNames: ['api_version'] } },
  }
  const gateway = await gatewayOf(context, port, { anonymous: 'a test', routes })
  for (const path of [
    '/a/1;v=1',
    '/a/x%2Fy',
    '/a/x%252e',
    '/b/x%252e',
    '/a//1',
    '/b/..;/x',
    '/b/%2e%2e',
    '/b/x%5Cy',
    '/b/x%00',
  ]) {
    assert.equal((await send(gateway, 'GET', path)).status, 400, path)
  }
  assert.equal((await send(gateway, 'GET', '/a/1', ['api_version: 2'])).code, 'HEADER_NAME_AMBIGUOUS')
  assert.equal(
    (await send(gateway, 'GET', '/b/1', ['api_version: 2', 'api-version: 3'])).code,
    'HEADER_NAME_AMBIGUOUS',
  )
  assert.equal(arrived.length, 0)
  assert.equal((await send(gateway, 'GET', '/b/1;v=1')).status, 200)
  assert.equal((await send(gateway, 'GET', '/b/x%2fy', ['api_version: 2'])).status, 200)
  assert.deepEqual(arrived, ['GET /b/1;v=1', 'GET /b/x%2Fy'])
})

test('GET and HEAD carry no body unless their operation declares one', async (context) => {
  const { port } = await echo(context)
  const gateway = await gatewayOf(context, port, {
    anonymous: 'a test',
    routes: { 'GET /x': {}, 'HEAD /x': {}, 'DELETE /x': {} },
  })
  assert.equal((await send(gateway, 'GET', '/x', ['Content-Length: 2'], 'hi')).code, 'BODY_NOT_EXPECTED')
  assert.equal(
    (await send(gateway, 'GET', '/x', ['Transfer-Encoding: chunked'], '0\r\n\r\n')).code,
    'BODY_NOT_EXPECTED',
  )
  assert.equal((await send(gateway, 'GET', '/x', ['Content-Length: 0'])).status, 200)
  assert.equal((await send(gateway, 'DELETE', '/x', ['Content-Length: 2'], 'hi')).status, 200)
})

test('undeclared: observe forwards what the document lacks, to proven callers only, counts and lists it', async (context) => {
  const { port, arrived } = await echo(context)
  const folder = mkdtempSync(join(tmpdir(), 'undeclared-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const document = join(folder, 'api.json')
  writeFileSync(
    document,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'x', version: '1' },
      paths: { '/known': { get: { operationId: 'known', responses: {} } } },
    }),
  )
  const admin = '127.0.0.1:0'
  const gateway = await gatewayOf(
    context,
    port,
    {
      openapi: document,
      authenticate: ['keys'],
      authorize: 'any-authenticated-caller',
      undeclared: 'observe',
      undeclaredUntil: '2999-12-31',
    },
    { identities: { keys: { type: 'api-key' } }, admin: { address: admin } },
  )
  const store = openStore(join(gateway.folder, 'data'))
  context.after(() => store.close())
  const { key } = store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner: 'me' })
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal((await send(gateway, 'POST', '/shadow/17')).status, 401)
  assert.equal(arrived.length, 0)
  for (const id of [17, 18])
    assert.equal((await send(gateway, 'POST', `/shadow/${id}`, [`X-API-Key: ${key}`])).status, 200)
  assert.equal((await send(gateway, 'GET', '/known', [`X-API-Key: ${key}`])).status, 200)
  const records = await gateway.records(4)
  assert.deepEqual(
    records.map((record) => record.undeclared ?? false),
    [true, true, true, false],
  )
})
