/** docs/revocation.md: `certificate` meets "the client certificate, and tokens that are bound to it". */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, SignJWT } from 'jose'
import { openStore } from '../../src/store/store.ts'
import { newKeys } from '../mtls/authority.ts'
import { startMtlsGateway } from '../mtls/mtls-gateway.ts'
import { ask } from '../mtls/tls-client.ts'

for (const kind of ['jwt', 'introspection'])
  test(`${kind}: a token bound to a certificate that was revoked`, async (context) => {
    const { publicKey, privateKey } = newKeys()
    let x5t = ''
    const provider = createServer((_request, response) =>
      response.end(
        JSON.stringify({
          active: true,
          sub: 'carol',
          aud: 'orders',
          token_type: 'Bearer',
          cnf: { 'x5t#S256': x5t },
        }),
      ),
    ).listen(0, '127.0.0.1')
    await new Promise((resolve) => provider.once('listening', resolve))
    context.after(() => {
      provider.closeAllConnections()
      provider.close()
    })
    const inline = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] }
    const staff =
      kind === 'jwt'
        ? {
            type: 'jwt',
            issuer: 'https://id.example.com',
            audience: 'orders',
            algorithms: ['ES256'],
            keys: { inline },
          }
        : {
            type: 'introspection',
            endpoint: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`,
            clientId: 'a',
            clientSecret: 'b',
            audience: 'orders',
          }
    // The usual set-up of RFC 8705: tokens bound to certificates, and no identity of type mtls in the operation.
    const mtls = await startMtlsGateway(context, {
      identities: { devices: { type: 'api-key' }, staff },
    })
    const certificate = mtls.root.issue({ commonName: 'carol' })
    x5t = certificate.thumbprint
    const token =
      kind === 'jwt'
        ? await new SignJWT({ cnf: { 'x5t#S256': x5t } })
            .setProtectedHeader({ alg: 'ES256', kid: 'one' })
            .setIssuer('https://id.example.com')
            .setAudience('orders')
            .setSubject('carol')
            .setIssuedAt()
            .setExpirationTime('5m')
            .sign(privateKey)
        : 'opaque-token'
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await ask(mtls.port, { certificate }, '/me', headers)).status, 200)
    const store = openStore(join(mtls.gateway.folder, 'data'))
    store.revocations.add(
      { name: 'cli', from: null },
      { kind: 'certificate', value: certificate.fingerprint },
    )
    store.close()
    await sleep(1500)
    const after = await ask(mtls.port, { certificate }, '/me', headers)
    assert.equal(after.status, 401, 'a token that is bound to a revoked certificate is accepted')
  })
