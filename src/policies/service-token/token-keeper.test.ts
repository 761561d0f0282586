import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RemoteClient } from '../../remote/remote-client.ts'
import { settings } from './settings.ts'
import { type ServiceToken, TokenKeeper } from './token-keeper.ts'

interface Rig {
  readonly keeper: TokenKeeper
  readonly forms: string[]
  readonly published: ServiceToken[]
  readonly reports: string[]
  /** What the provider answers from now on. */
  answer: (count: number) => { readonly status: number; readonly body: string }
}

const tokenOf = (count: number, life: number): string =>
  JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: life })

async function rig(context: TestContext, first: Rig['answer']): Promise<Rig> {
  const forms: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      forms.push(body)
      const answer = made.answer(forms.length)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new RemoteClient()
  const published: ServiceToken[] = []
  const reports: string[] = []
  const made: Rig = {
    answer: first,
    forms,
    published,
    reports,
    keeper: null as never,
  }
  const keeper = new TokenKeeper(
    settings.parse({
      tokenEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
      clientId: 'gateway',
      clientSecret: 'secret',
      scopes: ['a', 'b'],
      resource: 'urn:orders',
    }),
    {
      call: client.call,
      publish: (state) => void published.push(state as ServiceToken),
      report: (event) => void reports.push(event),
      where: 'apis.orders.service-token',
    },
  )
  context.after(async () => {
    keeper.close()
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(made, { keeper })
}

test('a token is asked for by client credentials, and published with its end', async (context) => {
  const { keeper, forms, published } = await rig(context, (count) => ({
    status: 200,
    body: tokenOf(count, 600),
  }))
  await keeper.ask()
  assert.deepEqual(forms, ['grant_type=client_credentials&scope=a+b&resource=urn%3Aorders'])
  const [token] = published
  assert.equal(token?.token, 'token-1')
  const left = token.until - Date.now()
  assert.ok(left > 590_000 && left <= 595_000, `${left} ms`)
})

test('it is renewed before its end', async (context) => {
  const { published } = await rig(context, (count) => ({ status: 200, body: tokenOf(count, 1) }))
  await sleep(1900)
  assert.deepEqual(
    published.map(({ token }) => token),
    ['token-1', 'token-2', 'token-3'],
  )
})

test('an outage is told once, tried again, and ends by itself', async (context) => {
  const test = await rig(context, () => ({ status: 503, body: '{}' }))
  await test.keeper.ask()
  assert.equal(test.published.length, 0)
  test.answer = (count) => ({ status: 200, body: tokenOf(count, 600) })
  await sleep(1300)
  assert.equal(test.published.length, 1)
  assert.deepEqual(test.reports, ['service-token-failing', 'service-token-recovered'])
})

test('answers that are no token are none', async (context) => {
  const bodies = [
    '{}',
    '[]',
    'token',
    JSON.stringify({ access_token: 'a b', token_type: 'Bearer' }),
    JSON.stringify({ access_token: 'a\r\nx: y', token_type: 'Bearer' }),
    JSON.stringify({ access_token: 'a', token_type: 'DPoP' }),
    '{"access_token":"a","access_token":"b","token_type":"Bearer"}',
  ]
  for (const body of bodies) {
    const { keeper, published } = await rig(context, () => ({ status: 200, body }))
    await keeper.ask()
    assert.equal(published.length, 0, body)
  }
})
