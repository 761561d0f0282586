import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { may } from '../../src/admin/permissions.ts'
import { routes } from '../../src/admin/routes.ts'
import { adminRoles } from '../../src/store/admin-roles.ts'
import { sallyport } from '../process/command.ts'
import { named, startAdminRig } from './admin-rig.ts'
import { serverAuth, TestCertificate } from './authority.ts'
import { TlsClient } from './tls-client.ts'

test('a certificate has the role of its rule on every route, and one that no rule means has none (T17)', async (context) => {
  const rig = await startAdminRig(context)
  for (const role of adminRoles) {
    const certificate = named(rig.root, role === 'admin' ? 'chief' : role)
    const { body } = await rig.ask({ certificate })
    assert.match(body, new RegExp(`"name":"ops-certs/.*","role":"${role}"`))
    for (const { method, path, needs } of routes) {
      if (needs === 'open') continue
      const { status } = await rig.ask({ certificate, method, path })
      const passes = needs === 'known' || may(role, needs === 'metrics' ? 'view' : needs)
      assert.equal(status === 403, !passes, `${role} ${method} ${path}: ${status}`)
      assert.notEqual(status, 401)
    }
  }
  const nobody = named(rig.root, 'nobody')
  for (const path of ['/whoami', '/status', '/metrics', '/none']) {
    const { status, body } = await rig.ask({ certificate: nobody, path })
    assert.deepEqual([status, /ADMIN_NOT_ALLOWED/.test(body)], [403, true], path)
  }
})

test('certificates that are not trusted, or nobody’s, prove nothing; a token is judged by itself', async (context) => {
  const { ask, root, token, replace, crl } = await startAdminRig(context)
  const names = { dns: ['chief.ops.example.com'] }
  const revoked = named(root, 'chief')
  replace(crl, root.revoke([revoked]))
  const until = performance.now() + 1000
  while ((await ask({ certificate: revoked })).status !== 401)
    assert.ok(performance.now() < until, 'a revoked certificate opens the admin API')
  const wrong = {
    'of another authority': named(TestCertificate.root(), 'chief'),
    'self-signed': new TestCertificate(names, null),
    ended: root.issue({ ...names, to: -1 }),
    'of the future': root.issue({ ...names, from: 3600 }),
    'for servers': root.issue({ ...names, extendedKeyUsage: [serverAuth] }),
    'of an authority without a list': root.intermediate('Between').issue(names),
    revoked,
    'of a name that no identity knows': named(root, 'stranger'),
    none: null,
  }
  const withToken = { authorization: `Bearer ${token}` }
  for (const [name, certificate] of Object.entries(wrong)) {
    const { status, body } = await ask({ certificate })
    assert.deepEqual([status, /ADMIN_TOKEN_REQUIRED/.test(body)], [401, true], name)
    assert.equal((await ask({ certificate, headers: withToken })).status, 200, name)
  }
  const certificate = named(root, 'chief')
  assert.equal((await ask({ certificate })).status, 200)
  // What nobody reads is a wrong credential, not one that is overlooked.
  for (const authorization of ['Bearer guess', `Bearer ${token}x`, 'Bearer ', 'Basic YTpi', token])
    assert.equal((await ask({ certificate, headers: { authorization } })).status, 401, authorization)
  // Headers of balancers tell nothing here.
  const header = `:${certificate.der.toString('base64')}:`
  assert.equal((await ask({ headers: { 'client-cert': header } })).status, 401)
})

test('a revoked certificate loses its open connection within a second, and nothing is ever resumed', async (context) => {
  const { port, root, crl, replace } = await startAdminRig(context)
  const [leaving, staying] = [named(root, 'chief'), named(root, 'chief')]
  const open = await TlsClient.open(port, { certificate: leaving })
  const other = await TlsClient.open(port, { certificate: staying })
  assert.equal((await open.get('/status')).status, 200)
  assert.equal((await other.get('/status')).status, 200)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await TlsClient.open(port, { certificate: leaving, version })
    assert.equal((await first.get('/status')).status, 200)
    await first.until(() => first.session !== undefined, 200)
    const session = first.session ?? first.socket.getSession()
    first.end()
    const again = await TlsClient.open(port, { certificate: leaving, version, session })
    assert.equal(again.resumed, false, version)
    again.end()
    const bare = await TlsClient.open(port, { version, session })
    assert.equal((await bare.get('/status')).status, 401, version)
    bare.end()
  }
  const began = performance.now()
  replace(crl, root.revoke([leaving]))
  assert.ok(await open.until(() => open.closed, 1000))
  context.diagnostic(`ended ${Math.round(performance.now() - began)} ms after the file changed`)
  const again = await TlsClient.open(port, { certificate: leaving })
  assert.equal((await again.get('/status')).status, 401)
  again.end()
  assert.equal((await other.get('/status')).status, 200)
  // A list that cannot be used changes nothing.
  replace(crl, 'nonsense')
  await sleep(400)
  assert.equal((await other.get('/status')).status, 200)
  other.end()
})

test('where certificates are required, nothing answers without one, whatever else is shown', async (context) => {
  const rig = await startAdminRig(context)
  const { root, token, ask, port } = rig
  const headers = { authorization: `Bearer ${token}` }
  const before = await TlsClient.open(port)
  await rig.configure({
    clientCertificates: {
      authorities: [join(rig.crl, '../administrators.pem')],
      crl: [rig.crl],
      required: true,
    },
  })
  assert.ok(await before.until(() => before.closed, 2000), 'connections from before are not kept')
  const names = { dns: ['chief.ops.example.com'] }
  for (const certificate of [
    null,
    named(TestCertificate.root(), 'chief'),
    root.issue({ ...names, to: -1 }),
    root.issue({ ...names, extendedKeyUsage: [serverAuth] }),
  ]) {
    for (const path of ['/healthz', '/status'])
      assert.equal((await ask({ certificate, path, headers })).status, 0)
  }
  assert.equal((await ask({ certificate: named(root, 'chief') })).status, 200)
  assert.equal((await ask({ certificate: named(root, 'stranger'), headers })).status, 200)
  const short = await TlsClient.open(port, { certificate: root.issue({ ...names, to: 2 }) })
  assert.equal((await short.get('/status')).status, 200)
  await sleep(3100)
  const got = await short.get('/status', headers)
  assert.deepEqual([got.status, /CERTIFICATE_REQUIRED/.test(got.body)], [403, true])
  short.end()
})

test('other certificates come into force by a reload, and the port stays open', async (context) => {
  const { gateway, port, servers, root, replaceServer } = await startAdminRig(context)
  const serial = async (): Promise<string> => {
    const client = await TlsClient.open(port)
    const { serialNumber } = client.socket.getPeerCertificate()
    client.end()
    return serialNumber.toLowerCase()
  }
  const open = await TlsClient.open(port, { certificate: named(root, 'chief') })
  const before = await serial()
  const next = servers.issue({ dns: ['localhost'], extendedKeyUsage: [serverAuth] })
  replaceServer(next)
  await gateway.gateway.reload()
  assert.notEqual(await serial(), before)
  assert.equal(await serial(), next.serial.toString('hex'))
  assert.equal((await open.get('/status')).status, 200, 'an open connection goes on')
  open.end()
})

test('the names of its certificate are its own, and a page of a browser is refused all the same', async (context) => {
  const { ask, root } = await startAdminRig(context)
  const certificate = named(root, 'chief')
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await ask({ certificate, headers })).status
  for (const host of [
    'localhost',
    '127.0.0.1',
    'admin.example.com',
    'ADMIN.example.com:9901',
    'a.wild.example.com',
  ])
    assert.equal(await status({ host }), 200, host)
  for (const host of [
    'example.com',
    'evil.example',
    'admin.example.com.evil.example',
    'wild.example.com',
    'a.b.wild.example.com',
  ])
    assert.equal(await status({ host }), 421, host)
  assert.equal(await status({ 'sec-fetch-site': 'none' }), 200)
  for (const site of ['same-origin', 'same-site', 'cross-site'])
    assert.equal(await status({ host: 'a.wild.example.com', 'sec-fetch-site': site }), 403, site)
})

test('clear text gets no answer, and a handshake that nobody ends does not hold up its end', async (context) => {
  const { port, ask, configure } = await startAdminRig(context)
  const plain = connect(port, '127.0.0.1', () =>
    plain.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  )
  let text = ''
  plain.on('data', (chunk) => (text += chunk.toString('latin1')))
  plain.on('error', () => undefined)
  await new Promise((resolve) => plain.once('close', resolve))
  assert.doesNotMatch(text, /HTTP/)
  const half = connect(port, '127.0.0.1')
  half.on('error', () => undefined)
  await new Promise((resolve) => half.once('connect', resolve))
  const began = performance.now()
  await configure({ openMetricsTo: ['127.0.0.1'] })
  assert.ok(performance.now() - began < 3000)
  assert.equal((await ask({ path: '/metrics' })).status, 200)
})

test('explain asks over TLS, and believes the authority of --cacert alone', async (context) => {
  const { port, gateway, servers } = await startAdminRig(context)
  const file = join(gateway.folder, 'servers.pem')
  writeFileSync(file, servers.cert)
  const args = ['explain', 'GET', '/', '--admin', `https://localhost:${port}`]
  const token = ['--token-file', join(gateway.folder, 'data', 'admin-token')]
  const good = await sallyport(gateway.folder, [...args, ...token, '--cacert', file])
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stdout, /test/)
  const bad = await sallyport(gateway.folder, [...args, ...token])
  assert.equal(bad.code, 2)
  assert.match(bad.stderr, /certificate.*--cacert/)
})
