import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** What came of a request. */
export interface Outcome {
  readonly status: number
  /** Code of the problem document; null for an answer of the service. */
  readonly code: string | null
  readonly challenge: string | null
  /** The whole answer, as it came. */
  readonly text: string
}

/** A gateway in front of a service that keeps what arrives. */
export interface GuardedApi {
  readonly gateway: TestGateway
  /** Headers of each request that reached the service. */
  readonly arrived: IncomingHttpHeaders[]
  /** Sends `GET /orders` with these lines. */
  ask(...lines: string[]): Promise<Outcome>
}

/** Starts both; `authenticate` is what stands in the API. */
export async function guardedApi(
  context: TestContext,
  identities: Readonly<Record<string, unknown>>,
  authenticate: readonly unknown[],
  extra: Readonly<Record<string, unknown>> = {},
  prepare: (dataFolder: string) => void = () => undefined,
): Promise<GuardedApi> {
  const arrived: IncomingHttpHeaders[] = []
  const service = createServer((request, response) => {
    arrived.push(request.headers)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  context.after(() => {
    service.closeAllConnections()
    service.close()
  })
  const gateway = await startGateway(
    {
      services: upstreamOn((service.address() as AddressInfo).port),
      identities,
      apis: {
        orders: {
          service: 'upstream',
          authenticate,
          authorize: 'any-authenticated-caller',
          routes: { 'GET /orders': {} },
        },
      },
      ...extra,
    },
    prepare,
  )
  context.after(() => gateway.stop())
  return { gateway, arrived, ask: (...lines) => ask(gateway, lines) }
}

async function ask(gateway: TestGateway, lines: readonly string[]): Promise<Outcome> {
  const client = await RawClient.open(gateway.tls)
  client.send(`${['GET /orders HTTP/1.1', 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`)
  const { final } = await client.answers(1, ['GET'], 15_000)
  const { text } = client
  client.socket.destroy()
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null
  const challenge = /^www-authenticate: (.*)\r$/im.exec(text)?.[1] ?? null
  return { status: final[0]?.status ?? 0, code, challenge, text }
}
