import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startIssuer } from '../../examples/orders/issuer-process.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { freePort, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

interface Client {
  readonly clientId: string
  readonly clientSecret: string
  readonly tokenEndpoint: string
}

async function post(
  { clientId, clientSecret }: Client,
  url: string,
  form: Record<string, string>,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  })
  return response.headers.get('content-type')?.includes('json') === true ? await response.json() : null
}

async function ask(gateway: TestGateway, token: string): Promise<number> {
  const client = await RawClient.open(gateway.tls)
  client.send(
    `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  await client.until(() => client.responses(['GET']).final.length > 0, 5000)
  const [response] = client.responses(['GET']).final
  await client.finish(1000)
  return response?.status ?? 0
}

test('opaque tokens of a real provider: live, made up, revoked, and the provider gone', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'introspection-'))
  const port = await freePort()
  const issuer = await startIssuer(folder, port)
  const client = JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8')) as Client
  const recorder = await StrictRecorder.start()
  const gateway = await startGateway({
    services: upstreamOn(recorder.port),
    identities: {
      partners: {
        type: 'introspection',
        endpoint: `http://127.0.0.1:${port}/token/introspection`,
        clientId: client.clientId,
        clientSecret: client.clientSecret,
        audience: 'orders',
        issuer: `http://127.0.0.1:${port}`,
        caller: 'client_id',
        remember: '1s',
        timeout: '1s',
      },
    },
    apis: {
      api: {
        service: 'upstream',
        authenticate: ['partners'],
        authorize: 'any-authenticated-caller',
        routes: { 'GET /': {} },
      },
    },
  })
  context.after(async () => {
    issuer.end()
    await gateway.stop()
    await recorder.stop()
    rmSync(folder, { recursive: true })
  })
  const grant = async (): Promise<string> => {
    const form = { grant_type: 'client_credentials', resource: 'urn:orders:opaque', scope: 'orders:read' }
    return ((await post(client, client.tokenEndpoint, form)) as { access_token: string }).access_token
  }
  const [live, other] = [await grant(), await grant()]
  assert.equal(await ask(gateway, live), 200)
  assert.equal(await ask(gateway, live), 200)
  assert.equal(await ask(gateway, 'made-up'), 401)
  assert.equal(await ask(gateway, readFileSync(join(folder, 'tokens', 'ada.jwt'), 'utf8').trim()), 401)

  await post(client, `http://127.0.0.1:${port}/token/revocation`, { token: live })
  await sleep(1100)
  assert.equal(await ask(gateway, live), 401)
  assert.equal(await ask(gateway, other), 200)

  issuer.end()
  await issuer.ended
  await sleep(1100)
  assert.equal(await ask(gateway, other), 503)
  const records = await gateway.records(7)
  assert.deepEqual(
    records.map(({ code, caller }) => code ?? caller),
    [
      `partners/${client.clientId}`,
      `partners/${client.clientId}`,
      'TOKEN_INVALID',
      'TOKEN_INVALID',
      'TOKEN_INVALID',
      `partners/${client.clientId}`,
      'INTROSPECTION_UNAVAILABLE',
    ],
  )
  const text = JSON.stringify(records)
  assert.ok(!text.includes(live) && !text.includes(other) && !text.includes(client.clientSecret))
})
