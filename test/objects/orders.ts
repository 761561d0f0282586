import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** What a request to the gateway came to. */
export interface Outcome {
  readonly status: number
  readonly code: string | null
  /** Head and body as they came. */
  readonly text: string
  readonly body: string
}

/** A gateway with rules about objects, in front of a service that a test answers for. */
export interface Guarded {
  readonly gateway: TestGateway
  /** `METHOD path` of each request that reached the service, with its body. */
  readonly arrived: (readonly [request: string, body: string, headers: IncomingMessage['headers']])[]
  /** The key of a caller. */
  keyOf(caller: string): string
  /** Sends a request as this caller, with these header lines and body. */
  ask(caller: string, request: string, lines?: readonly string[], body?: string | Buffer): Promise<Outcome>
}

/** Starts both. Callers `ada`, `bob` and `boss` have keys; `boss` has the role `manager`. */
export async function guarded(
  context: TestContext,
  routes: Readonly<Record<string, unknown>>,
  objects: unknown,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<Guarded> {
  const arrived: Guarded['arrived'] = []
  const service = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('latin1')
    arrived.push([`${request.method} ${request.url}`, body, request.headers])
    answer(request, response, body)
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  context.after(() => {
    service.closeAllConnections()
    service.close()
  })
  const keys = new Map<string, string>()
  const gateway = await startGateway(
    {
      services: upstreamOn((service.address() as AddressInfo).port),
      identities: { keys: { type: 'api-key' } },
      roles: { manager: { when: [{ identity: 'keys', claim: 'owner', anyOf: ['boss'] }] } },
      apis: {
        orders: {
          service: 'upstream',
          authenticate: ['keys'],
          authorize: 'any-authenticated-caller',
          objects,
          ...extra,
          limits: { body: '10KB' },
          routes,
        },
      },
    },
    (data) => {
      const store = openStore(data)
      for (const owner of ['ada', 'bob', 'boss'])
        keys.set(owner, store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner }).key)
      store.close()
    },
  )
  context.after(() => gateway.stop())
  return {
    gateway,
    arrived,
    keyOf: (caller) => keys.get(caller) ?? '',
    ask: async (caller, request, lines = [], body = '') => {
      const bytes = Buffer.from(body)
      const framing = bytes.length === 0 || lines.some((line) => /^transfer-encoding/i.test(line))
      const head = [
        `${request} HTTP/1.1`,
        'Host: localhost',
        ...(caller === '' ? [] : [`X-API-Key: ${keys.get(caller)}`]),
        ...(framing ? [] : [`Content-Length: ${bytes.length}`]),
        ...lines,
      ]
      const client = await RawClient.open(gateway.tls)
      client.send(`${head.join('\r\n')}\r\n\r\n${bytes.toString('latin1')}`)
      const [method = 'GET'] = request.split(' ')
      const { final } = await client.answers(1, [method], 15_000)
      const { text } = client
      client.socket.destroy()
      return {
        status: final[0]?.status ?? 0,
        code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null,
        text,
        body: text.slice(text.indexOf('\r\n\r\n') + 4),
      }
    },
  }
}
