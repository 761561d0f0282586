import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfiguration } from '../../src/config/load.ts'
import { policies } from '../../src/policies/registry.ts'
import { readConfiguration } from '../../src/process/configuration.ts'
import { LiveLookups } from '../../src/process/halves/live-lookups.ts'
import { StartError } from '../../src/process/start-error.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { TestCertificate } from './authority.ts'

const root = TestCertificate.root()
const asked = { authorities: ['./ca.pem'], crl: ['./list.crl'] }

function write(
  context: TestContext,
  listener: object,
  files: Readonly<Record<string, string | Buffer>> = {},
  more: Readonly<Record<string, unknown>> = {},
): string {
  const folder = temporaryFolder(context)
  for (const [name, content] of Object.entries({
    'ca.pem': root.cert,
    'list.crl': root.revoke([]),
    ...files,
  }))
    writeFileSync(join(folder, name), content)
  const configuration = {
    listeners: { public: { address: '127.0.0.1:8443', ...listener } },
    services: { up: { targets: ['http://127.0.0.1:1'] } },
    identities: { devices: { type: 'mtls', names: [{ commonName: 'ada' }] } },
    apis: {
      a: {
        service: 'up',
        authenticate: ['devices'],
        authorize: 'any-authenticated-caller',
        routes: { 'GET /': {} },
      },
    },
    ...more,
  }
  writeFileSync(join(folder, 'sallyport.json'), JSON.stringify(configuration))
  return folder
}

const load = (folder: string): ReturnType<typeof loadConfiguration> =>
  loadConfiguration([join(folder, 'sallyport.json')], { env: {}, cwd: folder, policies })

async function refused(context: TestContext, listener: object): Promise<string> {
  const loaded = await load(write(context, listener))
  assert.equal(loaded.ok, false)
  return loaded.ok ? '' : loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
}

const tls = { local: ['localhost'] }

test('a listener that asks for certificates loads, with absolute files', async (context) => {
  const folder = write(context, { tls, clientCertificates: asked })
  const loaded = await load(folder)
  assert.ok(loaded.ok)
  assert.deepEqual(loaded.spec.listeners[0]!.clientCertificates, {
    authorities: [join(folder, 'ca.pem')],
    crl: [join(folder, 'list.crl')],
    required: false,
    header: null,
    sources: loaded.spec.listeners[0]!.clientCertificates!.sources,
  })
  assert.deepEqual(loaded.findings, [])
})

test('a header belongs to listeners behind balancers, and to all of them', async (context) => {
  const header = { ...asked, header: 'client-cert' }
  assert.match(
    await refused(context, { tls, clientCertificates: header }),
    /a client could send this header itself/,
  )
  const clearTextFrom = ['10.0.0.0/8']
  assert.match(await refused(context, { clearTextFrom, clientCertificates: asked }), /there is no handshake/)
  assert.ok((await load(write(context, { clearTextFrom, clientCertificates: header }))).ok)
})

test('what would ask for certificates and verify none does not load', async (context) => {
  const cases = [
    {},
    { authorities: [] },
    { authorities: ['./absent.pem'] },
    { ...asked, crl: [] },
    { ...asked, crl: ['./absent.crl'] },
    { ...asked, header: 'x-client-certificate' },
    { ...asked, require: true },
    { ...asked, required: 'yes' },
  ]
  for (const clientCertificates of cases) await refused(context, { tls, clientCertificates })
  for (const kind of [{ redirectToHttps: true }, { serve: ['health'], tls }])
    assert.match(
      await refused(context, { ...kind, clientCertificates: asked }),
      /has no `clientCertificates`/,
    )
})

test('files that hold something else are refused before anything serves, with the reason', async (context) => {
  const cases: readonly (readonly [Record<string, string | Buffer>, RegExp])[] = [
    [{ 'ca.pem': 'nonsense' }, /ca\.pem is neither PEM nor DER/],
    [{ 'ca.pem': root.issue().cert }, /no certificate of an authority/],
    [{ 'ca.pem': root.intermediate('Between').cert }, /not among the authorities/],
    [{ 'list.crl': 'nonsense' }, /list\.crl is neither PEM nor DER/],
    [{ 'list.crl': Buffer.from('3003020101', 'hex') }, /list\.crl cannot be read/],
    [{ 'list.crl': root.cert }, /no revocation list/],
    [{ 'list.crl': TestCertificate.root().revoke([]) }, /not signed by one of the authorities/],
  ]
  for (const [files, message] of cases) {
    const folder = write(context, { tls, clientCertificates: asked }, files)
    const source = { files: ['sallyport.json'], cwd: folder, env: {} }
    await assert.rejects(readConfiguration(source, policies, 1, new LiveLookups()), (error) => {
      assert.ok(error instanceof StartError)
      const [problem] = error.problems
      const key = 'ca.pem' in files ? 'authorities' : 'crl'
      const text = readFileSync(join(folder, 'sallyport.json'), 'utf8')
      assert.equal(problem?.path, `listeners.public.clientCertificates.${key}`)
      assert.equal(text.slice(problem.source.column - 1).indexOf(`"${key}"`), 0, 'it points at the key')
      assert.match(problem.message, message)
      return true
    })
  }
})

test('a file without end is not read', async (context) => {
  const folder = write(context, { tls, clientCertificates: asked })
  truncateSync(join(folder, 'list.crl'), 64 * 1024 * 1024 + 1)
  const source = { files: ['sallyport.json'], cwd: folder, env: {} }
  await assert.rejects(readConfiguration(source, policies, 1, new LiveLookups()), /larger than 64 MB/)
})

test('an identity by certificate where no listener asks for one is a finding', async (context) => {
  const loaded = await load(write(context, { tls }))
  assert.ok(loaded.ok)
  assert.match(
    loaded.findings.map(({ message }) => message).join(),
    /`devices` proves callers by their certificate, and no/,
  )
})

const callers = [{ identity: 'devices', role: 'viewer', callers: ['ada'] }]

test('the admin API takes certificates over TLS alone, and no header of a balancer', async (context) => {
  const folder = write(context, { tls }, {}, { admin: { tls, clientCertificates: asked, callers } })
  const loaded = await load(folder)
  assert.ok(loaded.ok)
  assert.equal(loaded.spec.admin!.clientCertificates!.header, null)
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ clientCertificates: asked }, /admin.clientCertificates: in clear text there is no handshake/],
    [{ tls, clientCertificates: { ...asked, header: 'client-cert' } }, /header/],
    [{ tls: {} }, /admin.tls: no certificate/],
    [{ tls, clientCertificates: { authorities: ['./absent.pem'] } }, /absent\.pem cannot be read/],
  ]
  for (const [admin, message] of cases) {
    const refusal = await load(write(context, { tls }, {}, { admin }))
    assert.ok(!refusal.ok)
    assert.match(refusal.problems.map((one) => `${one.path}: ${one.message}`).join('\n'), message)
  }
  const bad = write(
    context,
    { tls },
    { 'other.pem': 'nonsense' },
    {
      admin: { tls, clientCertificates: { authorities: ['./other.pem'] } },
    },
  )
  const source = { files: ['sallyport.json'], cwd: bad, env: {} }
  await assert.rejects(
    readConfiguration(source, policies, 1, new LiveLookups()),
    /other\.pem is neither PEM nor DER/,
  )
})

test('administrators by certificate where the admin API asks for none are a finding, and so are tokens in clear text', async (context) => {
  const findings = async (listener: object, more: Readonly<Record<string, unknown>>): Promise<string[]> => {
    const loaded = await load(write(context, listener, {}, more))
    assert.ok(loaded.ok)
    return loaded.findings.map(({ message }) => message)
  }
  const asking = { tls, clientCertificates: asked }
  const alone = { apis: { a: { service: 'up', anonymous: 'a test', routes: { 'GET /': {} } } } }
  assert.match((await findings(asking, { admin: { callers } })).join(), /the admin API asks for none/)
  assert.deepEqual(await findings(asking, { admin: { ...asking, callers } }), [])
  assert.deepEqual(await findings({ tls }, { ...alone, admin: { ...asking, callers } }), [])
  assert.match(
    (await findings({ tls }, { admin: { ...asking, callers } })).join(),
    /no listener asks for one/,
  )
  for (const address of [':9901', '10.0.0.1:9901', '[2001:db8::1]:9901']) {
    assert.match((await findings(asking, { admin: { address } })).join(), /tokens in clear text/, address)
    assert.deepEqual(await findings(asking, { admin: { address, tls } }), [])
  }
  for (const address of ['127.0.0.1:9901', '[::1]:9901'])
    assert.deepEqual(await findings(asking, { admin: { address } }), [])
})

test('an ops listener speaks clear text, and says so', async (context) => {
  assert.match(await refused(context, { serve: ['health'], tls }), /a listener with `serve` has no `tls`/)
})
