import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { hashPassword } from '../../src/engines/passwords/password-hash.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

const password = await hashPassword('correct horse')

async function gatewayOf(context: TestContext): Promise<{ gateway: TestGateway; recorder: StrictRecorder }> {
  const recorder = await StrictRecorder.start()
  const gateway = await startGateway({
    services: upstreamOn(recorder.port),
    identities: {
      staff: { type: 'basic', users: { ada: { password } } },
      partners: { type: 'api-key' },
    },
    apis: {
      guarded: {
        service: 'upstream',
        prefix: '/guarded',
        authenticate: ['staff', 'partners'],
        authorize: 'any-authenticated-caller',
        routes: { 'GET /': {} },
      },
      open: { service: 'upstream', prefix: '/open', anonymous: 'a test', routes: { 'GET /': {} } },
    },
  })
  context.after(async () => {
    await gateway.stop()
    await recorder.stop()
  })
  return { gateway, recorder }
}

async function ask(gateway: TestGateway, path: string, lines: readonly string[]): Promise<number> {
  const client = await RawClient.open(gateway.tls)
  client.send([`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'))
  await client.until(() => client.responses(['GET']).final.length > 0, 5000)
  const [response] = client.responses(['GET']).final
  await client.finish(1000)
  return response?.status ?? 0
}

const login = (text: string): string => `Authorization: Basic ${Buffer.from(text).toString('base64')}`

test('a password opens, stays at the gateway, and a wrong one is refused beside whatever else', async (context) => {
  const { gateway, recorder } = await gatewayOf(context)
  assert.equal(await ask(gateway, '/guarded/', []), 401)
  assert.equal(await ask(gateway, '/guarded/', [login('ada:correct horse')]), 200)
  assert.equal(await ask(gateway, '/guarded/', [login('ada:correct horse')]), 200)
  assert.equal(await ask(gateway, '/guarded/', [login('ada:wrong')]), 401)
  assert.equal(await ask(gateway, '/guarded/', [login('ada:correct horse'), 'X-API-Key: spk_wrong']), 401)
  assert.equal(await ask(gateway, '/guarded/', ['Authorization: Bearer x']), 401)
  // Where an operation asks for no identity, the header is the service's own affair.
  assert.equal(await ask(gateway, '/open/', [login('anybody:else')]), 200)
  const seen = recorder
    .take()
    .requests.map((request) => request.fields.some(([name]) => name.toLowerCase() === 'authorization'))
  assert.deepEqual(seen, [false, false, true])
  const records = JSON.stringify(await gateway.records(7))
  assert.ok(!records.includes('correct horse') && !records.includes(login('ada:correct horse').slice(21)))
})

test('a flood of guesses does not keep others waiting', async (context) => {
  const { gateway } = await gatewayOf(context)
  const guesses = Array.from({ length: 60 }, (_, index) =>
    ask(gateway, '/guarded/', [login(`user${index}:guess`)]),
  )
  const times: number[] = []
  for (let index = 0; index < 10; index++) {
    const began = performance.now()
    assert.equal(await ask(gateway, '/open/', []), 200)
    times.push(performance.now() - began)
  }
  const answers = await Promise.all(guesses)
  assert.ok(answers.every((status) => [401, 429, 503].includes(status)))
  assert.ok(Math.max(...times) < 1000, `${Math.max(...times)} ms`)
})
