import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { KeyRing } from '../../src/policies/caller-token/key-ring.ts'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.forged'

interface Arrived {
  /** Names and values as they came, with those of the trailers. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly token: string | undefined
}

/** What arrived last. */
let arrived: Arrived | null = null
const service = createServer((request, response) => {
  request.resume().on('end', () => {
    const lines = [...pairs(request.rawHeaders), ...pairs(request.rawTrailers)]
    arrived = { lines, token: tokenOf(request) }
    response.end('ok')
  })
})
let gateway: TestGateway
let key = ''

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []))

const tokenOf = ({ headers }: IncomingMessage): string | undefined => {
  const value = headers['x-caller-token']
  return typeof value === 'string' ? value : undefined
}

before(async () => {
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  const routes = { 'GET /orders': {}, 'POST /orders': {} }
  const allow = { headerNames: ['X_Caller_Token', 'X.Caller.Id', 'X_Other'] }
  gateway = await startGateway(
    {
      services: upstreamOn((service.address() as AddressInfo).port),
      identities: { keys: { type: 'api-key' } },
      apis: {
        known: {
          service: 'upstream',
          prefix: '/known',
          authenticate: ['keys'],
          authorize: 'any-authenticated-caller',
          'caller-token': { headers: { 'X-Caller-Id': 'id' } },
          allow,
          routes: { ...routes, 'GET /open': { anonymous: 'a test' } },
        },
        other: { service: 'upstream', prefix: '/other', anonymous: 'a test', allow, routes },
      },
    },
    (data) => {
      const store = openStore(data)
      key = store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner: 'me' }).key
      store.close()
    },
  )
})

after(async () => {
  service.closeAllConnections()
  service.close()
  await gateway.stop()
})

/** Sends bytes as they are; gives the status, and what the service got, if anything. */
async function send(
  method: string,
  path: string,
  lines: readonly string[],
  body = '',
): Promise<{ status: number; got: Arrived | null }> {
  arrived = null
  const client = await RawClient.open(gateway.clear)
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'X-Forwarded-Proto: https',
    'Connection: close',
  ]
  client.send([...head, ...lines, '', body].join('\r\n'))
  await client.until(() => client.responses([method]).final.length > 0, 3000)
  const [response] = client.responses([method]).final
  await client.finish(1000)
  return { status: response?.status ?? 0, got: arrived }
}

const keptFile = (): string => {
  const folder = join(gateway.folder, 'data/kept')
  const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('signing-keys'))
  return join(folder, name)
}

/** The public halves of the kept keys. */
function keySet(): JSONWebKeySet {
  const ring = new KeyRing('ES256', 'caller+jwt')
  assert.ok(ring.restore(readFileSync(keptFile(), 'utf8')))
  return { keys: ring.all.map(({ key }) => ({ ...key.publicJwk })) }
}

async function callerIn(token: string | undefined): Promise<JWTPayload> {
  const expected = { issuer: 'sallyport', audience: 'upstream', typ: 'caller+jwt', algorithms: ['ES256'] }
  return (await jwtVerify(token ?? '', createLocalJWKSet(keySet()), expected)).payload
}

/** What services may take for one of the two names. */
const isOurs = (name: string): boolean => /^x[-_.]caller[-_.](token|id)$/i.test(name)

function ours({ lines }: Arrived): string[] {
  return lines.filter(([name]) => isOurs(name)).map(([name]) => name.toLowerCase())
}

describe('the caller towards the service', () => {
  test('arrives signed, for this service, and the credential stays', async () => {
    const { status, got } = await send('GET', '/known/orders', [`X-API-Key: ${key}`])
    assert.equal(status, 200)
    assert.ok(got !== null)
    assert.deepEqual(ours(got).sort(), ['x-caller-id', 'x-caller-token'])
    const { sub, identity } = await callerIn(got.token)
    assert.equal(identity, 'keys')
    assert.ok(got.lines.some(([name, value]) => name === 'x-caller-id' && value === sub))
    assert.ok(!JSON.stringify(got.lines).includes(key))
  })

  test('where nobody is authenticated there is none', async () => {
    for (const path of ['/known/open', '/other/orders']) {
      const { status, got } = await send('GET', path, [`X-Caller-Token: ${forged}`, 'X-Caller-Id: root'])
      assert.equal(status, 200)
      assert.ok(got !== null)
      assert.deepEqual(ours(got), [])
    }
  })

  test('no header of a client arrives under its names, however it is written', async () => {
    const spelling = fc
      .tuple(
        fc.constantFrom('x-caller-token', 'x-caller-id'),
        fc.constantFrom('-', '-', '-', '_', '.'),
        fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
      )
      .map(([name, separator, upper]) =>
        [...name.replace('-', separator)]
          .map((letter, index) => (upper[index] ? letter.toUpperCase() : letter))
          .join(''),
      )
    const line = fc
      .tuple(spelling, fc.constantFrom(forged, 'root', ''))
      .map(([name, value]) => `${name}: ${value}`)
    const connection = spelling.map((name) => `Connection: ${name}`)
    const lines = fc.array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: connection }), {
      minLength: 1,
      maxLength: 3,
    })
    const path = fc.constantFrom('/known/orders', '/known/open', '/other/orders')
    let passed = 0
    await fc.assert(
      fc.asyncProperty(lines, path, async (written, where) => {
        const { status, got } = await send('GET', where, [`X-API-Key: ${key}`, ...written])
        if (got === null) return assert.equal(status, 400)
        passed++
        assert.ok(
          !JSON.stringify(got.lines).includes('forged') && !JSON.stringify(got.lines).includes('root'),
        )
        const names = ours(got).sort()
        assert.deepEqual(names, where === '/known/orders' ? ['x-caller-id', 'x-caller-token'] : [])
        if (where === '/known/orders') await callerIn(got.token)
      }),
      { numRuns: 150 },
    )
    assert.ok(passed > 20, `only ${passed} passed at all`)
  })

  test('names that are allowed, and read like ours, are refused', async () => {
    for (const name of ['X_Caller_Token', 'x.caller.id']) {
      for (const path of ['/known/orders', '/known/open', '/other/orders']) {
        const { status, got } = await send('GET', path, [`X-API-Key: ${key}`, `${name}: root`])
        assert.deepEqual([status, got], [400, null], `${name} ${path}`)
      }
    }
    const { status } = await send('GET', '/other/orders', ['X_Other: 1'])
    assert.equal(status, 200)
  })

  test('nor does a trailer', async () => {
    const body = `2\r\nok\r\n0\r\nX-Caller-Token: ${forged}\r\n\r\n`
    const framing = ['Transfer-Encoding: chunked', 'Trailer: X-Caller-Token']
    for (const path of ['/known/orders', '/other/orders']) {
      const { got } = await send('POST', path, [`X-API-Key: ${key}`, ...framing], body)
      assert.ok(!JSON.stringify(got ?? '').includes('forged'))
    }
  })

  test('other settings keep the key, which only its owner can read', async () => {
    const before = keySet()
    assert.equal(statSync(keptFile()).mode & 0o777, 0o600)
    const file = join(gateway.folder, 'sallyport.json')
    const configuration = readFileSync(file, 'utf8')
    writeFileSync(file, configuration.replace('"caller-token": {', '"caller-token": { "issuer": "other",'))
    await gateway.gateway.reload()
    const { got } = await send('GET', '/known/orders', [`X-API-Key: ${key}`])
    const { payload } = await jwtVerify(got?.token ?? '', createLocalJWKSet(before))
    assert.equal(payload.iss, 'other')
    assert.deepEqual(keySet(), before)
  })
})
