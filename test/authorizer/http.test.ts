import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { AskedService } from './asked-service.ts'
import { authorizedApi } from './authorized-api.ts'

const shown = {
  'x-channel': 'web',
  cookie: 'session=secret',
  'x-user': 'root',
  'x-sallyport-caller': '{"id":"root"}',
}

test('ext-authz: the request itself behind a prefix; 200 allows', async (context) => {
  const service = await AskedService.start(context)
  service.answer = (response) =>
    void response.writeHead(200, { 'x-user': 'ada', 'x-other': 'no', 'set-cookie': 'a=b' }).end('page')
  const api = await authorizedApi(context, {
    type: 'ext-authz',
    address: `${service.address}/check/`,
    show: { headers: ['X-Channel'], claims: ['aud'] },
    upstreamHeaders: ['X-User'],
  })
  const answer = await api.send("/orders/a%20b?q=O'Brien&x=%23", { method: 'DELETE', headers: shown })
  assert.deepEqual([answer.status, answer.body], [200, 'ok'])
  assert.equal(answer.headers['set-cookie'], undefined)
  const [asked] = service.asked
  assert.equal(asked?.method, 'DELETE')
  assert.equal(asked.url, '/check/orders/a%20b?q=O%27Brien&x=%23')
  assert.equal(asked.headers.host, service.address.slice('http://'.length))
  assert.equal(asked.headers['x-forwarded-host'], 'api.example.com')
  assert.equal(asked.headers['x-forwarded-proto'], 'https')
  assert.equal(asked.headers['x-channel'], 'web')
  assert.deepEqual(JSON.parse(String(asked.headers['x-sallyport-caller'])), {
    id: 'ada',
    identity: 'staff',
    roles: [],
    scopes: [],
    claims: { aud: 'orders' },
  })
  // T29: neither the token, which even the service gets, nor the cookie.
  assert.equal(asked.headers.authorization, undefined)
  assert.equal(asked.headers.cookie, undefined)
  assert.equal(asked.headers['x-user'], undefined)
  const [arrived] = api.arrived
  assert.equal(arrived?.headers['x-user'], 'ada')
  assert.equal(arrived.headers['x-other'], undefined)
  assert.match(arrived.headers.authorization ?? '', /^Bearer /)
})

test('forward-auth: a GET with the request in X-Forwarded; any 2xx allows', async (context) => {
  const service = await AskedService.start(context)
  service.answer = (response) => void response.writeHead(204, { 'x-user': 'ada' }).end()
  const api = await authorizedApi(context, {
    type: 'forward-auth',
    address: `${service.address}/verify?tenant=1`,
    show: { headers: ['Authorization'], caller: [] },
    upstreamHeaders: ['X-User'],
  })
  const spoofed = {
    ...shown,
    'x-forwarded-method': 'GET',
    'x-forwarded-uri': '/free',
    'x-forwarded-prefix': '/x',
  }
  assert.equal((await api.send('/orders/1?a=1', { method: 'DELETE', headers: spoofed })).status, 200)
  const [asked] = service.asked
  assert.deepEqual([asked?.method, asked?.url], ['GET', '/verify?tenant=1'])
  assert.equal(asked?.headers['x-forwarded-method'], 'DELETE')
  assert.equal(asked.headers['x-forwarded-uri'], '/orders/1?a=1')
  assert.equal(asked.headers['x-forwarded-host'], 'api.example.com')
  assert.equal(asked.headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(asked.headers['x-forwarded-prefix'], undefined)
  assert.equal(asked.headers['x-sallyport-caller'], undefined)
  assert.match(asked.headers.authorization ?? '', /^Bearer eyJ/)
  assert.equal(api.arrived[0]?.headers['x-user'], 'ada')
})

test('opa: input and result', async (context) => {
  const service = await AskedService.start(context)
  service.answer = (response, { body }) => {
    const { input } = JSON.parse(body) as { input: { caller: { id: string }; method: string } }
    const result = {
      allow: input.method === 'GET',
      reason: 'only reading',
      headers: { 'X-User': input.caller.id },
      context: { tenant: 'north' },
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }))
  }
  const api = await authorizedApi(context, {
    type: 'opa',
    address: service.address,
    decision: 'orders/decision',
    token: 'token-of-the-gateway',
    upstreamHeaders: ['X-User'],
    context: { tenant: 'X-Tenant' },
  })
  assert.equal((await api.send('/orders/7?a=1', { headers: shown })).status, 200)
  const [asked] = service.asked
  assert.deepEqual([asked?.method, asked?.url], ['POST', '/v1/data/orders/decision'])
  assert.equal(asked?.headers.authorization, 'Bearer token-of-the-gateway')
  const { input } = JSON.parse(asked.body) as { input: Record<string, unknown> }
  const { requestId, time, ...rest } = input
  assert.ok(typeof requestId === 'string' && typeof time === 'string')
  assert.deepEqual(rest, {
    api: 'orders',
    operation: 'GET /orders/{orderId}',
    route: '/orders/{orderId}',
    method: 'GET',
    host: 'api.example.com',
    path: '/orders/7',
    query: 'a=1',
    pathParameters: { orderId: '7' },
    headers: {},
    clientAddress: '127.0.0.1',
    secure: true,
    caller: { id: 'ada', identity: 'staff', roles: [], scopes: [] },
  })
  assert.equal(api.arrived[0]?.headers['x-tenant'], 'north')
  const denied = await api.send('/orders/7', { method: 'DELETE' })
  assert.deepEqual([denied.status, denied.code], [403, 'AUTHORIZER_DENIED'])
  assert.doesNotMatch(denied.body, /only reading/)
  assert.match((await api.record(2)).reason ?? '', /only reading/)
})

test('a refusal reaches the client as 401 or 403 with a problem of our own, and nothing else of it', async (context) => {
  const service = await AskedService.start(context)
  const settings = { remember: 0, timeout: '500ms', upstreamHeaders: ['X-User'] }
  const statuses: readonly (readonly [number, number])[] = [
    [400, 403],
    [401, 401],
    [403, 403],
    [404, 403],
    [451, 403],
    [408, 503],
    [429, 503],
    [301, 503],
    [302, 503],
    [307, 503],
    [304, 503],
    [500, 503],
    [503, 503],
  ]
  for (const type of ['ext-authz', 'forward-auth']) {
    const api = await authorizedApi(context, { type, address: service.address, ...settings })
    for (const [answered, expected] of statuses) {
      service.answer = (response) =>
        void response
          .writeHead(answered, {
            location: `${service.address}/log-in`,
            'set-cookie': 'session=forged',
            'www-authenticate': 'Basic realm="phishing"',
            'x-user': 'root',
          })
          .end(answered === 304 ? undefined : '<h1>page of the authorizer</h1>')
      const got = await api.send('/orders/1')
      assert.equal(got.status, expected, `${type} ${answered}`)
      assert.equal(got.headers.location, undefined)
      assert.equal(got.headers['set-cookie'], undefined)
      assert.equal(got.headers['www-authenticate'], expected === 401 ? 'Bearer realm="api"' : undefined)
      assert.doesNotMatch(got.body, /authorizer<|root/)
      assert.match(got.headers['content-type'] ?? '', /problem\+json/)
    }
    assert.equal(api.arrived.length, 0)
  }
})

test('an answer late, endless, torn, or of another kind decides nothing', async (context) => {
  const service = await AskedService.start(context)
  const yes = '{"result":true}'
  const json = { 'content-type': 'application/json' }
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(200).end(yes),
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(yes),
    (response) =>
      void response.writeHead(200, { 'content-type': 'application/json; charset=utf-16' }).end(yes),
    (response) => void response.writeHead(204, json).end(),
    (response) => void response.writeHead(500, json).end(yes),
    (response) => void response.writeHead(307, { ...json, location: '/v1/data/x' }).end(yes),
    (response) => void response.writeHead(200, json).end('{"result":false,"result":true}'),
    (response) => void response.writeHead(200, json).end(`${yes}${yes}`),
    (response) => void response.writeHead(200, json).end(`{"result":true,"x":"${'x'.repeat(70_000)}"}`),
    (response) => void response.writeHead(200, json).end('{"result":"true"}'),
    (response) => void response.writeHead(200, { ...json, 'content-length': '500' }).write(yes),
    (response) => void response.destroy(),
    () => undefined,
  ]
  const api = await authorizedApi(context, {
    type: 'opa',
    address: service.address,
    decision: 'allow',
    timeout: '300ms',
    remember: 0,
  })
  for (const [index, answer] of answers.entries()) {
    service.answer = answer
    const { status, code } = await api.send('/orders/1')
    assert.deepEqual([status, code], [503, 'AUTHORIZER_FAILED'], String(index))
  }
  assert.equal(api.arrived.length, 0)
  assert.equal(service.asked.length, answers.length)
})

test('T26, T27: a header of the authorizer that is none refuses the request', async (context) => {
  const service = await AskedService.start(context)
  const api = await authorizedApi(context, {
    type: 'opa',
    address: service.address,
    decision: 'allow',
    upstreamHeaders: ['X-User'],
  })
  for (const value of ['a\r\nX-Role: admin', 'a\nb', '\u0000', 'é', `${'a'.repeat(9000)}`]) {
    service.answer = (response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ result: { allow: true, headers: { 'X-User': value, 'X-Role': 'admin' } } }))
    assert.equal((await api.send('/orders/1')).code, 'AUTHORIZER_FAILED')
  }
  assert.equal(api.arrived.length, 0)
})

test('each level only adds: the authorizers of API and operation must both allow', async (context) => {
  const [outer, inner] = [await AskedService.start(context), await AskedService.start(context)]
  const settings = { type: 'forward-auth', remember: 0, upstreamHeaders: ['X-User'] }
  const own = { require: { authorizer: { ...settings, address: inner.address } } }
  const api = await authorizedApi(context, { ...settings, address: outer.address }, { 'GET /own': own })
  const codes: Record<string, number> = {}
  for (const first of [200, 403]) {
    for (const second of [200, 403]) {
      outer.answer = (response) => void response.writeHead(first, { 'x-user': 'outer' }).end()
      inner.answer = (response) => void response.writeHead(second, { 'x-user': 'inner' }).end()
      codes[`${first} ${second}`] = (await api.send('/own')).status
    }
  }
  assert.deepEqual(codes, { '200 200': 200, '200 403': 403, '403 200': 403, '403 403': 403 })
  assert.equal(api.arrived.length, 1)
  assert.equal(api.arrived[0]?.headers['x-user'], 'inner')
  // What the outer one has denied, the inner one is not asked about.
  assert.equal(inner.asked.length, 2)
})
