import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { startIssuer } from '../../examples/orders/issuer-process.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { freePort, startGateway, upstreamOn } from '../support/test-gateway.ts'

test('the service gets a token of a real provider in place of the client’s, and other operations do not', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'service-token-'))
  const port = await freePort()
  const issuer = await startIssuer(folder, port)
  const client = JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8')) as Record<string, string>
  const recorder = await StrictRecorder.start()
  const gateway = await startGateway({
    services: upstreamOn(recorder.port),
    apis: {
      api: {
        service: 'upstream',
        anonymous: 'a test',
        routes: {
          'GET /own': {
            'service-token': {
              tokenEndpoint: client['tokenEndpoint'],
              clientId: client['clientId'],
              clientSecret: client['clientSecret'],
              scopes: ['orders:read'],
            },
          },
          'GET /other': {},
        },
      },
    },
  })
  context.after(async () => {
    issuer.end()
    await gateway.stop()
    await recorder.stop()
    rmSync(folder, { recursive: true })
  })
  for (const path of ['/own', '/other']) {
    const raw = await RawClient.open(gateway.tls)
    raw.send(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer mine\r\n\r\n`,
    )
    await raw.until(() => raw.responses(['GET']).final.length > 0, 5000)
    assert.equal(raw.responses(['GET']).final[0]?.status, 200)
    await raw.finish(1000)
  }
  const values = recorder
    .take()
    .requests.map(({ fields }) =>
      fields.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value),
    )
  assert.deepEqual(values[1], ['Bearer mine'])
  const [sent, ...more] = values[0] ?? []
  assert.equal(more.length, 0)
  const token = (sent ?? '').replace('Bearer ', '')
  const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/jwks`))
  const { payload } = await jwtVerify(token, keys, { issuer: `http://127.0.0.1:${port}`, audience: 'orders' })
  assert.equal(payload['client_id'], client['clientId'])
  assert.equal(payload['scope'], 'orders:read')
})
