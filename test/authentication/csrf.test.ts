import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { hashPassword } from '../../src/engines/passwords/password-hash.ts'
import { BrowserJar } from '../support/browser-jar.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { startGateway, upstreamOn } from '../support/test-gateway.ts'
import { oidcRig } from './oidc-rig.ts'

const password = await hashPassword('correct horse')
const authorization = `Basic ${Buffer.from('ada:correct horse').toString('base64')}`

async function poster(
  context: TestContext,
  csrf: Readonly<Record<string, unknown>> = {},
): Promise<(headers: Readonly<Record<string, string>>) => Promise<number>> {
  const recorder = await StrictRecorder.start()
  const gateway = await startGateway({
    services: upstreamOn(recorder.port),
    identities: { staff: { type: 'basic', users: { ada: { password } } } },
    apis: {
      orders: {
        service: 'upstream',
        authenticate: ['staff'],
        authorize: 'any-authenticated-caller',
        routes: { 'POST /': {} },
        ...csrf,
      },
    },
  })
  const jar = new BrowserJar(gateway.tls.ca!)
  context.after(async () => {
    await jar.close()
    await gateway.stop()
    await recorder.stop()
  })
  return async (headers) => {
    const { status } = await jar.send(`https://localhost:${gateway.tls.port}/`, {
      method: 'POST',
      body: 'a=b',
      headers: { authorization, ...headers },
    })
    return status
  }
}

test('a password that a browser remembers is no proof that its user meant it; programs are not bothered', async (context) => {
  const post = await poster(context)
  assert.equal(await post({}), 200)
  assert.equal(await post({ 'user-agent': 'curl/8.5.0' }), 200)
  assert.equal(await post({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }), 403)
  assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal(await post({ origin: 'https://evil.example' }), 403)
  assert.equal(await post({ 'sec-fetch-site': 'same-origin', 'user-agent': 'Mozilla/5.0' }), 200)
})

test('listed origins may act, and others next to them may not', async (context) => {
  const post = await poster(context, { csrf: { origins: ['https://app.example.com'] } })
  const from = (origin: string): Promise<number> => post({ origin, 'sec-fetch-site': 'cross-site' })
  assert.equal(await from('https://app.example.com'), 200)
  for (const origin of [
    'https://app.example.com.evil.example',
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://APP.example.com',
    'null',
  ])
    assert.equal(await from(origin), 403, origin)
})

test('a token is good over a restart', async (context) => {
  const rig = await oidcRig(context)
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  const given = await jar.send(`${rig.origin}/orders`, { headers: { 'x-csrf-token': 'fetch' } })
  await rig.restart()
  const headers = { 'x-csrf-token': String(given.headers['x-csrf-token']) }
  assert.equal((await jar.send(`${rig.origin}/orders`, { method: 'POST', body: 'a=b', headers })).status, 200)
})
