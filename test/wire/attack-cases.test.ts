import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { type Recorded, StrictRecorder } from '../support/strict-recorder.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** Each test is named by the case of another gateway that must not be one of ours. */
let recorder: StrictRecorder
let gateway: TestGateway
let key = ''

before(async () => {
  recorder = await StrictRecorder.start()
  gateway = await startGateway(
    {
      services: upstreamOn(recorder.port),
      identities: { partners: { type: 'api-key', header: 'X-Partner-Key' } },
      headers: { request: { set: { 'X-Auth-User': 'gateway' }, remove: ['X-Internal'] } },
      apis: {
        main: {
          service: 'upstream',
          authenticate: ['partners'],
          authorize: 'any-authenticated-caller',
          routes: {
            'GET /public': { anonymous: 'a test' },
            'GET /public/{x}': { anonymous: 'a test' },
            'POST /public': { anonymous: 'a test' },
            'GET /slashes/{x}': {
              anonymous: 'a test',
              allow: { path: ['encoded-slash', 'semicolon', 'double-slash'] },
            },
            'GET /admin': {},
            'GET /admin/{x}': {},
            'GET /inside': { anonymous: 'a test', require: { addresses: ['192.0.2.0/24', '10.0.0.0/8'] } },
            'GET /feed': {},
            'GET /shared': {
              cors: { origins: ['https://app.example'], headers: ['X-Partner-Key'] },
              require: { addresses: ['192.0.2.0/24'] },
            },
          },
        },
        stripped: {
          service: 'upstream',
          prefix: '/api',
          stripPrefix: true,
          upstreamPrefix: '/internal',
          authenticate: ['partners'],
          authorize: 'any-authenticated-caller',
          routes: { 'GET /{x}': { anonymous: 'a test' }, 'GET /admin/{x}': {} },
        },
      },
    },
    (dataFolder) => {
      const store = openStore(dataFolder)
      key = store.keys.create({ name: 'test', from: null }, { identity: 'partners', owner: 'a test' }).key
      store.close()
    },
  )
})
after(async () => {
  await gateway.stop()
  await recorder.stop()
})
beforeEach(() => void recorder.take())

interface Told extends Recorded {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly text: string
}

/** Sends these bytes on a connection of their own, waits for so many answers; tells the first and what arrived. */
async function send(bytes: string, answers = 1): Promise<Told> {
  const client = await RawClient.open(gateway.tls)
  client.send(bytes)
  await client.answers(answers)
  await client.finish()
  const { final } = client.responses()
  const code = /"code":"(\w+)"/.exec(final[0]?.body ?? '')?.[1]
  return { status: final[0]?.status, code, text: client.text, ...recorder.take() }
}

function ask(target: string, fields = '', method = 'GET'): Promise<Told> {
  return send(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`)
}

/** Every target is refused with one of these statuses, and nothing arrives. */
async function refused(targets: readonly string[], statuses: readonly number[], fields = ''): Promise<void> {
  for (const target of targets) {
    const { status, requests, brokenOff } = await ask(target, fields)
    assert.ok(status !== undefined && statuses.includes(status), `${target} is answered ${status}`)
    assert.deepEqual([requests, brokenOff], [[], []], target)
  }
}

/** What arrived of a request that passes. */
async function passed(target: string, fields = '', method = 'GET'): Promise<Recorded['requests'][number]> {
  const { status, requests, flags } = await ask(target, fields, method)
  assert.deepEqual([status, requests.length], [200, 1], `${target} ${fields}`)
  assert.ok(target.startsWith('/slashes') || flags.length === 0, `${flags}`)
  return requests[0]!
}

const valuesOf = (request: Recorded['requests'][number], name: string): string[] =>
  request.fields.filter((field) => field[0] === name).map((field) => field[1])

test('T1 dot segments', () =>
  refused(['/public/../admin', '/public/..', '/./admin', '/public/%2e%2e/admin'], [400]))
test('T2 encoded slash and backslash', () =>
  refused(
    [
      '/x%2F..%2Fadmin',
      '/public%2F..%2Fadmin',
      '/x%5C..%5Cadmin',
      '/slashes/x%2F..%2Fadmin',
      '/slashes/..%2fadmin',
    ],
    [400],
  ))
test('T3 fragments', () => refused(['/admin#foo', '/public#/../admin', '/public?x#y'], [400]))
test('T4 an asterisk is no wildcard', () => refused(['*', '/*', '/admin*', '/admin/*'], [400, 401, 404]))
test('T5 semicolons', async () => {
  await refused(
    [
      '/admin;x=1/a',
      '/admin;x',
      '/public;x/../admin',
      '/public/..;/admin',
      '/slashes/..;/admin',
      '/public%3Bx',
    ],
    [400],
  )
  assert.equal(
    (await passed('/slashes/a;b=c')).target,
    '/slashes/a;b=c',
    'where it is allowed, it arrives as it came',
  )
})
test('T6 encoded reserved characters', () =>
  refused(['/admin%2F', '/admin%3F', '/admin%23', '/%61dmin', '/admin%2Fx'], [400, 401, 404]))
test('T7 dots beside a prefix that is stripped', () =>
  refused(['/api../', '/api%2e%2e/', '/api../admin/x', '/api/../admin', '/api..%2fadmin'], [400, 404]))
test('T8 lengths of decoded and raw prefixes', () =>
  refused(['/api%2e/admin/secret', '/%61pi%2e/admin/x', '/ap%69/admin/x', '/api/%61dmin/x'], [400, 401, 404]))
test('T9 two slashes are no authority', () =>
  refused(['//admin/x', '//localhost/admin', '/api//admin/x', '/slashes//admin'], [400, 404]))
test('T10 a target without a slash', () => refused(['admin', 'public', '%2Fadmin', '?x'], [400]))
test('T11 nothing escapes the upstream prefix', async () => {
  await refused(['/api/..', '/api/%2e%2e', '/api/..%2f', '/api/.'], [400])
  assert.equal((await passed('/api/a?b=/../c')).target, '/internal/a?b=/../c')
})
test('T12 backslashes', () =>
  refused(['/api\\..\\admin', '/api/..\\admin', '/\\admin', '/api%5c..%5cadmin'], [400]))
test('T13 an encoded prefix is the prefix', async () =>
  assert.equal((await passed('/%61p%69/a')).target, '/internal/a'))
test('T14 an upgrade takes the same way', async () => {
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  await refused(['/feed', '/admin', '/public/../feed', '/undeclared'], [400, 401, 404], upgrade)
})
test('T15 a decoded parameter is not put into the upstream path', async () => {
  await refused(['/slashes/%2f..%23', '/slashes/..%23', '/slashes/..%3f', '/api/..%23'], [400])
  assert.equal((await passed('/slashes/a%2Fb%23c')).target, '/slashes/a%2Fb%23c')
})
test('T16 absolute targets and doubled slashes', () =>
  refused(
    [
      'https://localhost//admin',
      'http://localhost//admin',
      'https://localhost/admin',
      'https://localhost/public/../admin',
      'https://localhost//',
      '/public//x',
    ],
    [400, 401, 404],
  ))

test('T18 Connection takes away no field that means something', async () => {
  for (const name of [
    'X-Forwarded-Host',
    'x-forwarded-for',
    'X-Forwarded-Proto',
    'Host',
    'Authorization',
    'Content-Length',
    'X_Forwarded_For',
  ]) {
    const { status, requests } = await ask('/public', `Connection: ${name}\r\n`)
    assert.deepEqual([status, requests], [400, []], name)
  }
  const request = await passed('/public', 'Connection: X-Auth-User, close\r\nX-Auth-User: evil\r\n')
  assert.deepEqual(valuesOf(request, 'x-auth-user'), ['gateway'], 'the gateway sets its own afterwards')
  const noKey = await ask('/admin', `Connection: X-Partner-Key\r\nX-Partner-Key: ${key}\r\n`)
  assert.deepEqual([noKey.status, noKey.requests], [401, []])
})
test('T19 aliases', async () => {
  for (const name of [
    'X_Auth_User',
    'X.Auth.User',
    'X-Auth_User',
    'X_Partner_Key',
    'X_Forwarded_For',
    'content_type',
  ]) {
    const { status, requests, code } = await ask('/public', `${name}: evil\r\n`)
    assert.deepEqual([status, requests, code], [400, [], 'HEADER_NAME_AMBIGUOUS'], name)
  }
})
test('T20 another case of a name that the gateway sets', async () => {
  for (const name of ['X-Auth-User', 'x-auth-user', 'X-AUTH-USER', 'x-AuTh-UsEr'])
    assert.deepEqual(valuesOf(await passed('/public', `${name}: evil\r\n${name}: evil\r\n`), 'x-auth-user'), [
      'gateway',
    ])
})
test('T21 forwarded fields of untrusted clients', async () => {
  const request = await passed(
    '/public',
    'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Prefix: /evil\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Anything: evil\r\nForwarded: for=6.6.6.6\r\n',
  )
  assert.deepEqual(
    request.fields.filter(([name]) => /forwarded/.test(name)).map(([name, value]) => `${name}: ${value}`),
    ['x-forwarded-for: 127.0.0.1', 'x-forwarded-proto: https', 'x-forwarded-host: localhost'],
  )
})
test('T22 fields by which proxies override the request', async () => {
  const names = [
    'x-envoy-original-path',
    'x-original-url',
    'x-rewrite-url',
    'x-http-method-override',
    'x-middleware-subrequest',
    'x-internal',
  ]
  const request = await passed('/public', names.map((name) => `${name}: /evil\r\n`).join(''))
  for (const name of names) assert.deepEqual(valuesOf(request, name), [], name)
})
test('T23 a private address is not trusted for being private', async () => {
  for (const claim of [
    'X-Forwarded-For: 10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'Forwarded: for=10.0.0.1',
    'X-Envoy-Internal: true',
  ])
    assert.deepEqual((await ask('/inside', `${claim}\r\n`)).status, 403, claim)
})
test('T24 several values of a credential', async () => {
  for (const fields of [
    `X-Partner-Key: ${key}\r\nX-Partner-Key: wrong\r\n`,
    `X-Partner-Key: wrong\r\nX-Partner-Key: ${key}\r\n`,
    `X-Partner-Key: ${key}\r\nX-Partner-Key: ${key}\r\n`,
    `X-Partner-Key: ${key}, wrong\r\n`,
    `X-Partner-Key: ${key},\r\n`,
    'X-Partner-Key:\r\n',
  ])
    assert.equal((await ask('/admin', fields)).status, 401, fields)
  assert.deepEqual(
    valuesOf(await passed('/admin', `X-Partner-Key: ${key}\r\n`), 'x-partner-key'),
    [],
    'and a good one does not go on',
  )
})
test('T25 bytes over 0x7f fail no check open', async () => {
  for (const value of [`${key}\xff`, `\xa0${key}`, `${key}\x80`])
    assert.equal((await ask('/admin', `X-Partner-Key: ${value}\r\n`)).status, 401)
})
test('T26 T27 no value brings a line of its own', async () => {
  for (const value of ['a\rX: y', 'a\nX: y', 'a\0b', 'a\r\n X: y']) {
    const { status, requests } = await ask('/public', `X: ${value}\r\n`)
    assert.deepEqual([status, requests], [400, []])
  }
  const request = await passed('/public?x=%0d%0aX-Evil:%20y', 'X-Request-Id: evil\r\ntraceparent: evil\r\n')
  assert.deepEqual([valuesOf(request, 'x-evil'), valuesOf(request, 'traceparent')], [[], []])
  assert.doesNotMatch(valuesOf(request, 'x-request-id').join(), /evil/)
})
test('T28 what only the gateway sets is removed from anonymous requests too', async () => {
  const request = await passed(
    '/public',
    'X-Auth-User: evil\r\nX-Userinfo: evil\r\nX-Partner-Key: evil\r\nX-Consumer-Username: evil\r\n',
  )
  assert.deepEqual(
    request.fields.filter(([, value]) => value === 'evil'),
    [],
  )
})
test('T29 a refused request goes nowhere, with none of its credentials', async () => {
  const { status, requests, brokenOff } = await ask(
    '/admin',
    'X-Partner-Key: wrong\r\nAuthorization: Basic eA==\r\nCookie: a=b\r\n',
  )
  assert.deepEqual([status, requests, brokenOff], [401, [], []])
})
test('T30 the leftmost forwarded address identifies nobody', async () => {
  await ask('/public/T30', 'X-Forwarded-For: 6.6.6.6, 127.0.0.1\r\n')
  const records = await gateway.records(1)
  assert.equal(records.at(-1)?.client, '127.0.0.1')
})
test('T31 the gateway’s own answers take no way to anybody else', async () => {
  const { text, requests } = await ask('/undeclared')
  assert.match(text, /^HTTP\/1\.1 404 /)
  assert.deepEqual(requests, [])
})

test('T45 a body arrives byte by byte as it came', async () => {
  const body = '{"role":"user","role":"admin"}'
  const { requests } = await send(
    `POST /public HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  assert.equal(requests[0]?.body, body)
})
test('T47 there is no cache: every request arrives', async () => {
  const numbers = [await passed('/public'), await passed('/public')].map(({ number }) => number)
  assert.notEqual(numbers[0], numbers[1])
})
test('T48 a preflight passes the cheap checks first, and none is answered for what is undeclared', async () => {
  const preflight = 'Origin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n'
  assert.equal((await ask('/shared', preflight, 'OPTIONS')).code, 'ADDRESS_REFUSED')
  for (const [target, status] of [
    ['/undeclared', 404],
    ['/admin', 405],
    ['/public', 405],
  ] as const)
    assert.equal((await ask(target, preflight, 'OPTIONS')).status, status, target)
})
test('T49 what Node’s own parser once accepted', async () => {
  for (const fields of [
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked-false',
    'Transfer-Encoding: chunkedchunked',
    'Transfer-Encoding:\r\n chunked',
    'Transfer-Encoding: chunked\nX: y',
    'X\r\nTransfer-Encoding: chunked',
    'X:\r\rTransfer-Encoding: chunked',
    'Content-Length : 5',
  ]) {
    const { status, requests } = await send(
      `POST /public HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n`,
    )
    assert.deepEqual([status, requests], [400, []], fields)
  }
  const { status, requests } = await send(
    'POST /public HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5 ;x\r\nhello\r\n0\r\n\r\n',
  )
  assert.deepEqual([status, requests], [400, []])
})
test('T50 CONNECT reaches no pooled connection', async () => {
  await passed('/public')
  for (const target of ['localhost:443', '/public', 'https://localhost/public', '*']) {
    const { status, requests, brokenOff } = await ask(target, '', 'CONNECT')
    assert.ok(status === 400 || status === 405, `${status}`)
    assert.deepEqual([requests, brokenOff], [[], []])
  }
  await passed('/public')
})
test('T51 data before an upgrade is no data of a tunnel', async () => {
  const { requests, text } = await send(
    'GET /public HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x85\0\0\0\0hello',
    2,
  )
  assert.equal(requests.length, 1)
  assert.deepEqual(valuesOf(requests[0]!, 'upgrade'), [])
  assert.doesNotMatch(text, /^HTTP\/1\.1 101/m)
  assert.match(text, /HTTP\/1\.1 400 /)
})
test('T60 nothing that is sent writes a line of the log, or a secret into it', async () => {
  await ask('/public?token=hunter2&x=%0a%1b', `User-Agent: \x1b[31mevil\r\n`)
  await ask('/public?token=hunter2&x=%0a', `Authorization: Bearer hunter2\r\nCookie: s=hunter2\r\n`)
  await ask('/public\n{"forged":true}')
  await ask('/admin', 'X-Partner-Key: hunter2\r\n')
  await gateway.records(1)
  const log = readFileSync(join(gateway.folder, 'access.log'), 'utf8')
  assert.doesNotMatch(log, /hunter2|"forged":true/)
  for (const line of log.trimEnd().split('\n')) {
    assert.ok(typeof (JSON.parse(line) as { id: unknown }).id === 'string')
    assert.match(line, /^[\x20-\x7e\u00a0-\uffff]*$/)
  }
})
test('T61 the number of fields is bounded', async () => {
  for (const count of [101, 5000]) assert.equal((await ask('/public', 'a: b\r\n'.repeat(count))).status, 431)
})
