import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { RemoteClient } from '../../remote/remote-client.ts'
import { Introspector } from './introspector.ts'
import { introspectionSettings } from './settings.ts'

interface Provider {
  readonly introspector: Introspector
  readonly asked: { readonly body: string; readonly authorization: string | undefined }[]
  readonly reports: string[]
}

/** An introspection endpoint that answers what the test says. */
async function provider(
  context: TestContext,
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Provider> {
  const asked: Provider['asked'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      asked.push({ body, authorization: request.headers.authorization })
      answer(response, request)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new RemoteClient()
  const settings = introspectionSettings.parse({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`,
    clientId: 'gate way',
    clientSecret: 'p:ss%',
    audience: 'orders',
    timeout: '500ms',
  })
  const reports: string[] = []
  const introspector = new Introspector(settings, {
    call: client.call,
    report: (event) => void reports.push(event),
    where: 'identities.partners',
  })
  context.after(async () => {
    introspector.close()
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  return { introspector, asked, reports }
}

const json = (response: ServerResponse, value: unknown): void => void response.end(JSON.stringify(value))

test('asks by RFC 7662, with the credentials encoded as RFC 6749 says', async (context) => {
  const { introspector, asked } = await provider(context, (response) =>
    json(response, { active: true, aud: 'orders', sub: 'ada', exp: 4_102_444_800 }),
  )
  const answer = await introspector.ask({ token: 'a+b/c=', from: 'somewhere' })
  assert.ok(answer.kind === 'active')
  assert.equal(answer.claims['sub'], 'ada')
  assert.ok(answer.until > Date.now() + 9000 && answer.until <= Date.now() + 10_000)
  assert.deepEqual(asked, [
    {
      body: 'token=a%2Bb%2Fc%3D&token_type_hint=access_token',
      authorization: `Basic ${Buffer.from('gate+way:p%3Ass%25').toString('base64')}`,
    },
  ])
})

test('an answer is believed no longer than the token lives', async (context) => {
  const exp = Math.floor(Date.now() / 1000) + 2
  const { introspector } = await provider(context, (response) =>
    json(response, { active: true, aud: 'orders', sub: 'ada', exp }),
  )
  const answer = await introspector.ask({ token: 't', from: 'somewhere' })
  assert.ok(answer.kind === 'active')
  assert.equal(answer.until, exp * 1000)
})

test('one token is asked about once at a time, and a refused one not again for a while', async (context) => {
  const { introspector, asked } = await provider(context, (response) =>
    setTimeout(() => json(response, { active: false }), 50),
  )
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => introspector.ask({ token: 'made-up', from: 'somewhere' })),
  )
  assert.ok(answers.every(({ kind }) => kind === 'refused'))
  assert.equal((await introspector.ask({ token: 'made-up', from: 'somewhere' })).kind, 'refused')
  assert.equal(asked.length, 1)
})

test('a flood of tokens is bounded at the provider, and no token is admitted for it', async (context) => {
  let open = 0
  let most = 0
  const { introspector } = await provider(context, (response) => {
    most = Math.max(most, ++open)
    setTimeout(() => {
      open--
      json(response, { active: false })
    }, 20)
  })
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) =>
      introspector.ask({ token: `t${index}`, from: `network ${index}` }),
    ),
  )
  assert.ok(most <= 100)
  assert.equal(answers.filter(({ kind }) => kind === 'active').length, 0)
  assert.equal(answers.filter(({ kind }) => kind === 'refused').length, 1000)
})

test('whatever else a provider answers proves nothing, and is told once', async (context) => {
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(500).end('{"active":true,"aud":"orders"}'),
    (response) => void response.writeHead(401).end(),
    (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    (response) => void response.writeHead(204).end(),
    (response) => void response.end('{"active":false,"active":true,"aud":"orders","sub":"ada"}'),
    (response) => void response.end('[{"active":true}]'),
    (response) => void response.end('active'),
    (response) => void response.end(`{"active":true,"aud":"orders","x":"${'x'.repeat(70_000)}"}`),
    (response) => void response.end(Buffer.from('{"active":true,"aud":"orders","sub":"\xff"}', 'latin1')),
    (response) => void response.destroy(),
    () => undefined,
  ]
  let next = 0
  const { introspector, reports } = await provider(context, (response) => answers[next++]!(response))
  for (let index = 0; index < answers.length; index++)
    assert.equal(
      (await introspector.ask({ token: `t${index}`, from: 'somewhere' })).kind,
      'unavailable',
      String(index),
    )
  assert.equal(next, answers.length)
  answers.push((response) => json(response, { active: true, aud: 'orders', sub: 'ada' }))
  assert.equal((await introspector.ask({ token: 'after', from: 'somewhere' })).kind, 'active')
  assert.deepEqual(reports, ['introspection-failing', 'introspection-recovered'])
})

test('a flood from one network leaves the provider to others', async (context) => {
  const { introspector } = await provider(context, (response) =>
    setTimeout(() => json(response, { active: true, aud: 'orders', sub: 'ada' }), 50),
  )
  const flood = Array.from({ length: 300 }, (_, index) =>
    introspector.ask({ token: `made-up ${index}`, from: 'flood' }),
  )
  const others = Array.from({ length: 30 }, (_, index) =>
    introspector.ask({ token: `right ${index}`, from: `network ${index}` }),
  )
  assert.equal((await Promise.all(others)).filter(({ kind }) => kind === 'active').length, 30)
  assert.equal((await Promise.all(flood)).filter(({ kind }) => kind === 'unavailable').length, 68)
})
