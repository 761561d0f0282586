/** What `explain` says is what traffic gets: the same requests through both, with real tokens over real sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { policies } from '../../src/policies/registry.ts'
import { explain } from '../../src/process/judging/explain.ts'
import type { ExplainedRequest } from '../../src/process/judging/explained-request.ts'
import { judging } from '../../src/process/judging/judging.ts'
import { signingKey, tokenBy } from '../authentication/token-maker.ts'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const staffKey = signingKey('staff')
const guestKey = signingKey('guests')
const identity = (key: typeof staffKey, issuer: string): object => ({
  type: 'jwt',
  issuer,
  audience: 'orders',
  keys: { inline: { keys: [key.jwk] } },
})

const apis = {
  open: { service: 'upstream', anonymous: 'a status page', routes: { 'GET /status': {} } },
  orders: {
    service: 'upstream',
    authenticate: ['staff'],
    require: { scopes: { anyOf: ['read', 'write'] } },
    routes: {
      'GET /orders': {},
      'GET /orders/{id}': { require: { scopes: ['read'] } },
      'PUT /orders/{id}': { require: { roles: ['editor'], scopes: ['write'] } },
      'DELETE /orders/{id}': {
        require: {
          access: {
            allow: [{ roles: ['manager'] }, { callers: ['staff/ada'], scopes: ['write'] }],
            deny: [{ roles: ['suspended'] }],
          },
        },
      },
      'GET /orders/mine/{owner}': {},
      'POST /orders': {},
      'GET /inside': { require: { addresses: ['192.0.2.0/24'] } },
      'GET /any': { authenticate: ['staff', 'guests'] },
    },
    objects: {
      operations: {
        'GET /orders/mine/{owner}': { path: 'owner' },
        'POST /orders': { body: 'owner' },
        ...Object.fromEntries(
          [
            'GET /orders',
            'GET /orders/{id}',
            'PUT /orders/{id}',
            'DELETE /orders/{id}',
            'GET /inside',
            'GET /any',
          ].map((name) => [name, { free: 'decided by other rules here' }]),
        ),
      },
    },
    cors: { origins: ['https://app.example'] },
  },
}
const roles = {
  editor: { includes: ['reader'], when: [{ identity: 'staff', claim: 'groups', anyOf: ['editors'] }] },
  reader: {},
  manager: { includes: ['editor'], callers: ['staff/bob'] },
}

const caller = fc.record({
  key: fc.constantFrom(staffKey, guestKey),
  sub: fc.constantFrom('ada', 'bob', 'eve'),
  scopes: fc.subarray(['read', 'write', 'other']),
  roles: fc.subarray(['editor', 'manager', 'suspended', 'nothing']),
  groups: fc.subarray(['editors', 'sales']),
})
const token = (one: typeof caller extends fc.Arbitrary<infer T> ? T : never): string =>
  tokenBy(one.key, {
    claims: {
      iss: one.key === staffKey ? 'https://id.example.com' : 'https://guests.example.com',
      sub: one.sub,
      scope: one.scopes.join(' '),
      roles: one.roles,
      groups: one.groups,
    },
  })
const path = fc.constantFrom(
  ...['/orders', '/orders/1', '/orders/1?x=1', '/orders/%31', '/orders/../inside', '/orders/1/', '//orders'],
  ...['/orders/mine/ada', '/orders/mine/bob', '/orders/mine/%61da', '/inside', '/status', '/any', '/ORDERS'],
  ...['/nothing', '/orders/1;a=b', '/orders/a%2fb', '/', '/orders/%00', '/orders/{id}'],
)
const header = fc.constantFrom(
  ...['X-A: b', 'X_A: b', 'Origin: https://app.example', 'Origin: https://evil.example', 'Cookie: a=b'],
  ...['Access-Control-Request-Method: DELETE', 'Authorization: Basic YTpi', 'Authorization: Bearer x.y.z'],
  ...['X-Forwarded-For: 192.0.2.1', 'X-HTTP-Method-Override: DELETE', 'Host: LOCALHOST'],
)
const odd = fc.record({
  method: fc.constantFrom('GET', 'GET', 'PUT', 'DELETE', 'POST', 'OPTIONS', 'HEAD', 'PATCH', 'get'),
  path,
  headers: fc.uniqueArray(header, { maxLength: 2 }),
  caller: fc.option(caller, { freq: 5 }),
  body: fc.option(
    fc.constantFrom('{"owner":"ada"}', '{"owner":"bob"}', '{"owner":"ada","owner":"bob"}', '[1', ''),
  ),
})
/** Requests that get as far as the rules. */
const plain = fc.record({
  target: fc.constantFrom(
    ...[
      'GET /orders/1',
      'PUT /orders/1',
      'DELETE /orders/1',
      'DELETE /orders/%31',
      'POST /orders',
      'GET /any',
    ],
    ...['GET /orders/mine/ada', 'GET /orders/mine/%62ob'],
  ),
  caller: caller.map((one) => ({ ...one, key: staffKey })),
  owner: fc.constantFrom('ada', 'bob'),
})
const question = fc.oneof(
  odd,
  plain.map(({ target, caller: who, owner }) => {
    const [method = '', path = ''] = target.split(' ')
    const body = method === 'POST' ? `{"owner":"${owner}"}` : null
    return { method, path, headers: [], caller: who, body }
  }),
)

interface Answer {
  readonly allowed: boolean
  readonly status: number
  readonly code: string | null
}

async function traffic(
  gateway: TestGateway,
  method: string,
  target: string,
  lines: readonly string[],
  body: string | null,
): Promise<Answer> {
  const client = await RawClient.open(gateway.tls)
  const host = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost']
  const framing = body === null ? [] : [`Content-Length: ${body.length}`, 'Content-Type: application/json']
  client.send(
    `${[`${method} ${target} HTTP/1.1`, ...host, ...lines, ...framing].join('\r\n')}\r\n\r\n${body ?? ''}`,
  )
  const { final } = await client.answers(1, [method], 10_000)
  const { text } = client
  client.destroy()
  return {
    allowed: /^x-from-service: yes\r$/im.test(text),
    status: final[0]?.status ?? 0,
    code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null,
  }
}

test('explain says what traffic gets', async (context) => {
  const service = createServer((request, response) => {
    request.resume()
    response.setHeader('x-from-service', 'yes').end('{}')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  context.after(() => {
    service.closeAllConnections()
    service.close()
  })
  const gateway = await startGateway({
    services: upstreamOn((service.address() as AddressInfo).port),
    identities: {
      staff: identity(staffKey, 'https://id.example.com'),
      guests: identity(guestKey, 'https://guests.example.com'),
    },
    roles,
    apis,
  })
  context.after(() => gateway.stop())
  const seen = new Map<string, number>()
  const source = {
    files: ['sallyport.json'],
    cwd: gateway.folder,
    env: {},
    dataFolder: `${gateway.folder}/data`,
  }
  await judging(source, policies, async ({ plan }) => {
    const asked = { from: null, scopes: [], roles: [], claims: {}, object: null, whyNot: false, as: null }
    const explained = async (query: object): Promise<ExplainedRequest> => {
      const explanation = await explain(plan, {
        ...asked,
        ...(query as { method: string; url: string; headers: []; body: null }),
      })
      assert.ok(explanation.ok)
      return explanation.json as ExplainedRequest
    }
    await fc.assert(
      fc.asyncProperty(question, async (one) => {
        const own = one.caller === null ? [] : [`Authorization: Bearer ${token(one.caller)}`]
        const lines = [...one.headers, ...own]
        const got = await traffic(gateway, one.method, one.path, lines, one.body)
        const query = { method: one.method, url: one.path, body: one.body }
        const headersOf = (list: readonly string[]): string[][] => list.map((line) => line.split(': ', 2))
        const said = await explained({ ...query, headers: headersOf(lines) })
        const word = said.verdict === 'allow' ? 'allow' : (said.code ?? said.verdict)
        seen.set(word, (seen.get(word) ?? 0) + 1)
        assert.equal(
          said.verdict === 'allow',
          got.allowed,
          `${said.verdict} ${said.code} beside ${got.status} ${got.code}`,
        )
        if (said.verdict === 'allow') return
        assert.equal(said.status, got.status)
        // An answer to HEAD has no body to tell the code in.
        if (one.method !== 'HEAD') assert.equal(said.code, got.code)
        assert.notEqual(said.verdict, 'needs-object')
      }),
      { numRuns: 400 },
    )
    await fc.assert(
      fc.asyncProperty(question, caller, async (one, who) => {
        // An assumed caller with the same scopes, roles and claims is the caller that a token proves.
        const headers = one.headers.filter((line) => !line.startsWith('Authorization'))
        const query = { method: one.method, url: one.path, body: one.body }
        const pairs = (list: readonly string[]): string[][] => list.map((line) => line.split(': ', 2))
        const proven = await explained({
          ...query,
          headers: pairs([...headers, `Authorization: Bearer ${token(who)}`]),
        })
        const assumed = await explained({
          ...query,
          headers: pairs(headers),
          as: `${who.key.kid}/${who.sub}`,
          scopes: who.scopes,
          roles: who.roles,
          claims: { sub: who.sub, groups: who.groups },
        })
        // A token of an identity that the operation does not accept is refused as wrong, not as absent.
        const code = (e: ExplainedRequest): string | null => (e.status === 401 ? '401' : e.code)
        assert.deepEqual([assumed.verdict, code(assumed)], [proven.verdict, code(proven)])
      }),
      { numRuns: 400 },
    )
  })
  // Which words come is chance, that many do is not: a property over refusals of one kind would say little.
  assert.ok((seen.get('allow') ?? 0) > 0)
  assert.ok(seen.size >= 10, [...seen.keys()].join(' '))
})
