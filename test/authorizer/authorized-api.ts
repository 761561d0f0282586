import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { DecisionRecord } from '../../src/observe/decision-record.ts'
import { KeyServer } from '../authentication/key-server.ts'
import { type SigningKey, signingKey, tokenBy } from '../authentication/token-maker.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** What came of a request. */
export interface Outcome {
  readonly status: number
  /** Code of the problem document; null for an answer of the service. */
  readonly code: string | null
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request; the token of `ada` goes along unless another one, or null for none, is given. */
export interface Sent {
  readonly method?: string
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** A gateway whose API asks an authorizer, in front of a service that keeps what arrives. */
export interface AuthorizedApi {
  readonly gateway: TestGateway
  /** Requests that reached the service. */
  readonly arrived: IncomingMessage[]
  send(path: string, sent?: Sent): Promise<Outcome>
  /** A token of these claims. */
  token(claims?: Readonly<Record<string, unknown>>): string
  /** The last record, when there are this many. */
  record(count: number): Promise<DecisionRecord>
}

/** Starts all of it; `authorizer` stands in the API. */
export async function authorizedApi(
  context: TestContext,
  authorizer: Readonly<Record<string, unknown>>,
  operations: Readonly<Record<string, unknown>> = {},
): Promise<AuthorizedApi> {
  const arrived: IncomingMessage[] = []
  const service = createServer((request, response) => {
    arrived.push(request)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  context.after(() => {
    service.closeAllConnections()
    service.close()
  })
  const key: SigningKey = signingKey('k1')
  const issuer = await KeyServer.start(context, [key])
  const gateway = await startGateway({
    services: upstreamOn((service.address() as AddressInfo).port),
    identities: {
      staff: {
        type: 'jwt',
        issuer: issuer.issuer,
        discovery: issuer.issuer,
        audience: 'orders',
        roles: 'roles',
        forwardToken: true,
      },
    },
    apis: {
      orders: {
        service: 'upstream',
        authenticate: ['staff'],
        require: { authorizer },
        routes: {
          'GET /orders': {},
          'GET /orders/{orderId}': {},
          'DELETE /orders/{orderId}': {},
          'GET /open': { anonymous: 'the authorizer decides' },
          ...operations,
        },
      },
      free: { service: 'upstream', prefix: '/free', anonymous: 'a test', routes: { 'GET /': {} } },
    },
  })
  context.after(() => gateway.stop())
  const token = (claims: Readonly<Record<string, unknown>> = {}): string =>
    tokenBy(key, { claims: { iss: issuer.issuer, ...claims } })
  const ada = token()
  return {
    gateway,
    arrived,
    token,
    send: (path, { method = 'GET', token: own = ada, headers = {} } = {}) =>
      send(gateway, method, path, {
        ...(own !== null && { authorization: `Bearer ${own}` }),
        ...headers,
      }),
    record: async (count) => (await gateway.records(count)).at(-1)!,
  }
}

async function send(
  gateway: TestGateway,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const sent = request({
    host: '127.0.0.1',
    port: gateway.clear.port,
    method,
    path,
    headers: { host: 'api.example.com', 'x-forwarded-proto': 'https', ...headers },
    agent: false,
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let body = ''
  response.setEncoding('utf8')
  for await (const chunk of response) body += chunk
  const code = /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? null
  return { status: response.statusCode ?? 0, code, headers: response.headers, body }
}
