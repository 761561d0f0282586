import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfiguration } from '../../src/config/load.ts'
import { policies } from '../../src/policies/registry.ts'
import { readConfiguration } from '../../src/process/configuration.ts'
import { LiveLookups } from '../../src/process/live-lookups.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { TestCertificate } from './authority.ts'

const root = TestCertificate.root()
const asked = { authorities: ['./ca.pem'], crl: ['./list.crl'] }

function write(
  context: TestContext,
  listener: object,
  files: Readonly<Record<string, string | Buffer>> = {},
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
    apis: { a: { service: 'up', authenticate: ['devices'], routes: { 'GET /': {} } } },
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
    [{ 'ca.pem': 'nonsense' }, /ca\.pem .*cannot be read/],
    [{ 'ca.pem': root.issue().cert }, /no certificate of an authority/],
    [{ 'ca.pem': root.intermediate('Between').cert }, /not among the authorities/],
    [{ 'list.crl': 'nonsense' }, /list\.crl cannot be read/],
    [{ 'list.crl': root.cert }, /no revocation list/],
    [{ 'list.crl': TestCertificate.root().revoke([]) }, /not signed by one of the authorities/],
  ]
  for (const [files, message] of cases) {
    const folder = write(context, { tls, clientCertificates: asked }, files)
    const source = { files: ['sallyport.json'], cwd: folder, env: {} }
    await assert.rejects(readConfiguration(source, policies, 1, new LiveLookups()), message)
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
