import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, SignJWT } from 'jose'
import { newKeys, TestCertificate } from './authority.ts'
import { startMtlsGateway } from './mtls-gateway.ts'
import { ask } from './tls-client.ts'

test('a token that is bound to a certificate counts in its handshake alone (RFC 8705 §3)', async (context) => {
  const { publicKey, privateKey } = newKeys()
  const inline = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] }
  const staff = {
    type: 'jwt',
    issuer: 'https://id.example.com',
    audience: 'orders',
    algorithms: ['ES256'],
    keys: { inline },
  }
  const mtls = await startMtlsGateway(context, { identities: { staff } })
  const { port, root } = mtls
  const token = async (cnf?: object): Promise<Record<string, string>> => {
    const signed = await new SignJWT(cnf === undefined ? {} : { cnf })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('https://id.example.com')
      .setAudience('orders')
      // The caller of the certificate, so that both name the same one.
      .setSubject('CN=ada')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    return { authorization: `Bearer ${signed}` }
  }
  const certificate = root.issue({ commonName: 'ada' })
  const bound = await token({ 'x5t#S256': certificate.thumbprint })
  assert.equal((await ask(port, { certificate }, '/me', bound)).status, 200)
  assert.equal((await ask(port, {}, '/me', bound)).status, 401)
  assert.equal(
    (await ask(port, {}, '/me', await token())).status,
    200,
    'a token without the claim is bound to nothing',
  )
  for (const other of [
    root.issue({ commonName: 'ada' }),
    TestCertificate.root('Root').issue({ commonName: 'ada' }),
    root.issue({ commonName: 'ada', to: -5, keys: certificate.keys }),
  ])
    assert.equal((await ask(port, { certificate: other }, '/me', bound)).status, 401)
  const expired = root.issue({ commonName: 'ada', to: -5 })
  assert.equal(
    (await ask(port, { certificate: expired }, '/me', await token({ 'x5t#S256': expired.thumbprint })))
      .status,
    401,
  )
  const wrong: readonly object[] = [
    {},
    { 'x5t#S256': '' },
    { 'x5t#S256': certificate.fingerprint },
    { 'x5t#S256': `${certificate.thumbprint}=` },
    { 'x5t#S256': [certificate.thumbprint] },
    { 'x5t#S256': certificate.thumbprint, jkt: certificate.thumbprint },
    { jkt: certificate.thumbprint },
  ]
  for (const cnf of wrong)
    assert.equal((await ask(port, { certificate }, '/me', await token(cnf))).status, 401, JSON.stringify(cnf))
  // T42: the thumbprint in a header of the client's own is no certificate.
  const claim = { ...bound, 'client-cert': `:${certificate.der.toString('base64')}:` }
  assert.equal((await ask(port, {}, '/me', claim)).status, 401)
  // The list ends it, also while the verified token is remembered.
  mtls.replace(mtls.crl, root.revoke([certificate]))
  await mtls.gateway.gateway.reload()
  assert.equal((await ask(port, { certificate }, '/me', bound)).status, 401)
})
