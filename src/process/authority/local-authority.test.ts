import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { promisify } from 'node:util'
import { issueAuthority, issueLeaf } from './certificate-issuer.ts'
import { ensureLocalCertificate, type LocalCertificate } from './local-authority.ts'

const run = promisify(execFile)
const root = mkdtempSync(join(tmpdir(), 'authority-'))
let count = 0
const folder = (): string => join(root, String(count++))
const read = (path: string): string => readFileSync(path, 'utf8')
const names = ['localhost', '127.0.0.1']
const day = 24 * 3_600_000

after(() => rmSync(root, { recursive: true }))

async function serve(made: LocalCertificate): Promise<{ port: number; close(): void }> {
  const server = createServer({ cert: read(made.cert), key: read(made.key) }, (socket) => {
    socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('curl and Node accept the certificate for each of its names', async () => {
  const made = await ensureLocalCertificate(folder(), names)
  const server = await serve(made)
  try {
    for (const host of names) {
      const url = `https://${host}:${server.port}/`
      const { stdout } = await run('curl', ['-s', '--cacert', made.ca, '-w', '%{http_code}', url])
      assert.equal(stdout, '204', host)
      const socket = connect({ host, port: server.port, ca: read(made.ca) })
      await once(socket, 'secureConnect')
      assert.equal(socket.authorized, true)
      socket.destroy()
    }
    await assert.rejects(
      run('curl', ['-s', `https://127.0.0.1:${server.port}/`]),
      'no trust without the authority',
    )
  } finally {
    server.close()
  }
})

test('openssl verifies every kind of name, strictly', async () => {
  const made = await ensureLocalCertificate(folder(), [...names, '::1', '2001:db8::a:0', '*.example.test'])
  const verify = (...more: string[]): Promise<unknown> =>
    run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      made.ca,
      ...more,
      made.cert,
    ])
  for (const ip of ['127.0.0.1', '::1', '2001:db8::a:0']) await verify('-verify_ip', ip)
  for (const host of ['localhost', 'api.example.test']) await verify('-verify_hostname', host)
  await assert.rejects(verify('-verify_hostname', 'example.org'))
})

test('the authority cannot vouch for another name', async () => {
  const authority = issueAuthority(names)
  for (const name of ['bank.example', '192.0.2.1', '2001:db8::1']) {
    const base = folder()
    writeFileSync(`${base}.ca`, authority.cert)
    writeFileSync(`${base}.crt`, issueLeaf(authority, [name]).cert)
    const verified = run('openssl', ['verify', '-CAfile', `${base}.ca`, `${base}.crt`])
    await assert.rejects(verified, (error: { stdout?: string; stderr?: string }) =>
      /permitted subtree violation/.test(`${error.stdout}${error.stderr}`),
    )
  }
})

test('only the owner can read the files, and only they are left', async () => {
  const made = await ensureLocalCertificate(folder(), names)
  const where = join(made.ca, '..')
  assert.equal(statSync(where).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(where).sort(), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
  for (const file of readdirSync(where)) assert.equal(statSync(join(where, file)).mode & 0o777, 0o600, file)
  chmodSync(made.key, 0o644)
  await ensureLocalCertificate(where, names)
  assert.equal(statSync(made.key).mode & 0o777, 0o600)
})

test('a second start keeps all files, whatever the order and spelling of the names', async () => {
  const where = folder()
  const made = await ensureLocalCertificate(where, ['localhost', '::1', '2001:DB8:0::5'])
  const before = read(made.cert)
  await ensureLocalCertificate(where, ['2001:db8::5', 'localhost', '0:0::1', 'localhost'])
  assert.equal(read(made.cert), before)
})

test('near its end the certificate is renewed by the same authority', async (t) => {
  const where = folder()
  const made = await ensureLocalCertificate(where, names)
  const [ca, cert] = [read(made.ca), read(made.cert)]
  const end = new X509Certificate(cert).validToDate.getTime()
  assert.ok(end - Date.now() <= 397 * day)
  t.mock.timers.enable({ apis: ['Date'], now: end - 31 * day })
  await ensureLocalCertificate(where, names)
  assert.equal(read(made.cert), cert, 'not yet')
  t.mock.timers.setTime(end - 29 * day)
  await ensureLocalCertificate(where, names)
  assert.notEqual(read(made.cert), cert)
  assert.equal(read(made.ca), ca)
  assert.ok(new X509Certificate(read(made.cert)).verify(new X509Certificate(ca).publicKey))
})

test('other names ask for another authority', async () => {
  const where = folder()
  const made = await ensureLocalCertificate(where, names)
  const ca = read(made.ca)
  await ensureLocalCertificate(where, [...names, 'gateway.test'])
  assert.notEqual(read(made.ca), ca)
  assert.match(new X509Certificate(read(made.cert)).subjectAltName ?? '', /DNS:gateway\.test/)
})

test('a broken set is made again', async () => {
  const other = await ensureLocalCertificate(folder(), names)
  const damages: [string, (made: LocalCertificate & { caKey: string }) => void][] = [
    ['certificate cut off', (made) => truncateSync(made.cert, 100)],
    ['empty key', (made) => truncateSync(made.key, 0)],
    ['key gone', (made) => rmSync(made.key)],
    ['authority gone', (made) => rmSync(made.ca)],
    ['authority key gone', (made) => rmSync(made.caKey)],
    ['key of another', (made) => writeFileSync(made.key, read(other.key))],
    ['authority of another', (made) => writeFileSync(made.ca, read(other.ca))],
    [
      'certificate and key of another authority',
      (made) => {
        writeFileSync(made.cert, read(other.cert))
        writeFileSync(made.key, read(other.key))
      },
    ],
  ]
  for (const [what, damage] of damages) {
    const where = folder()
    const made = await ensureLocalCertificate(where, names)
    damage({ ...made, caKey: join(where, 'ca.key') })
    await ensureLocalCertificate(where, names)
    const server = await serve(made)
    await run('curl', ['-s', '--cacert', made.ca, `https://127.0.0.1:${server.port}/`]).catch(
      (error: unknown) => {
        assert.fail(`${what}: ${error}`)
      },
    )
    server.close()
  }
})

test('starts at the same time agree, also after one that died with the lock', async () => {
  const where = folder()
  await ensureLocalCertificate(where, ['earlier.test'])
  const lock = join(where, 'authority.lock')
  writeFileSync(lock, '')
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
  const script = `
    const { ensureLocalCertificate } = await import(${JSON.stringify(new URL('./local-authority.ts', import.meta.url).href)})
    await ensureLocalCertificate(${JSON.stringify(where)}, ${JSON.stringify(names)})
    console.log((await import('node:fs')).readFileSync(${JSON.stringify(join(where, 'tls.crt'))}, 'utf8'))`
  const starts = Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script]))
  const seen = new Set((await Promise.all(starts)).map((start) => start.stdout))
  assert.equal(seen.size, 1)
  await run('openssl', ['verify', '-CAfile', join(where, 'ca.crt'), join(where, 'tls.crt')])
})

test('without a name there is no certificate', async () => {
  await assert.rejects(ensureLocalCertificate(folder(), []), RangeError)
})
