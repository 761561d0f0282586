import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueAuthority } from '../../src/process/authority/certificate-issuer.ts'
import { freePort } from '../support/test-gateway.ts'
import { get } from './client.ts'
import { sallyport } from './command.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'start-'))
  context.after(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function minimal(): Promise<Record<string, unknown>> {
  const port = await freePort()
  return {
    listeners: { public: { address: `127.0.0.1:${port}`, tls: { local: ['localhost'] } } },
    admin: 'off',
    log: [],
  }
}

/** Starts and expects a refusal: exit 2, nothing on stdout, no stack, and at most a few lines. */
async function refused(
  folder: string,
  configuration: object | null,
  args: readonly string[] = [],
): Promise<string> {
  if (configuration !== null)
    writeFileSync(join(folder, 'sallyport.json'), JSON.stringify(configuration, undefined, 2))
  const { code, stdout, stderr } = await sallyport(folder, ['start', ...args])
  assert.equal(code, 2, stderr)
  assert.equal(stdout, '')
  assert.doesNotMatch(stderr, /\n\s+at |Error:|error:/)
  assert.ok(stderr.trimEnd().split('\n').length <= 4, stderr)
  return stderr
}

test('a taken port: who, what to change, and the other gateway is left alone', async (context) => {
  const folder = temporary(context)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  context.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const configuration = await minimal()
  const listeners = {
    ...(configuration['listeners'] as object),
    redirect: { address: `127.0.0.1:${port}`, redirectToHttps: true },
  }
  const text = await refused(folder, { ...configuration, listeners })
  assert.equal(
    text,
    `127.0.0.1:${port} is taken by another process: end that one, or give \`listeners.redirect.address\` another port.\n`,
  )

  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const pid = readFileSync(join(gateway.data, 'gateway.pid'), 'utf8')
  const second = await sallyport(gateway.folder, ['start', '-c', gateway.file])
  assert.equal(second.code, 2)
  assert.match(second.stderr, /is taken by another process/)
  assert.equal(readFileSync(join(gateway.data, 'gateway.pid'), 'utf8'), pid)
  for (let i = 0; i < 10; i++)
    assert.equal((await get({ port: gateway.port, ca: gateway.ca }, '/ok')).status, 200)
})

test('a port below 1024, and an address of another machine', async (context) => {
  const folder = temporary(context)
  const configuration = await minimal()
  const text = await refused(folder, { ...configuration, admin: { address: '192.0.2.1:9901' } })
  assert.equal(text, '192.0.2.1:9901 is no address of this machine: correct `admin.address`.\n')
})

test('a file that is missing: the configuration, the document, the certificate, an authority', async (context) => {
  const folder = temporary(context)
  assert.match(await refused(folder, null, ['-c', 'none.yaml']), /^none\.yaml: /)
  const configuration = await minimal()
  assert.match(
    await refused(folder, {
      ...configuration,
      services: { a: { targets: ['http://a'] } },
      apis: { a: { openapi: './none.yaml', service: 'a', anonymous: 'x' } },
    }),
    /^none\.yaml: The file cannot be read .*\(see sallyport\.json:\d+:\d+\)/,
  )
  const tls = { certificates: [{ cert: './none.crt', key: './none.key' }] }
  assert.match(
    await refused(folder, { ...configuration, listeners: { a: { address: ':1', tls } } }),
    /^sallyport\.json:\d+:\d+: .*none\.crt/,
  )
})

test('a certificate that cannot be used', async (context) => {
  const folder = temporary(context)
  const [one, two] = [issueAuthority(['localhost']), issueAuthority(['localhost'])]
  writeFileSync(join(folder, 'a.crt'), one.cert)
  writeFileSync(join(folder, 'a.key'), two.key)
  const configuration = {
    ...(await minimal()),
    listeners: { a: { address: ':1', tls: { certificates: [{ cert: './a.crt', key: './a.key' }] } } },
  }
  assert.match(
    await refused(folder, configuration),
    /^sallyport\.json:\d+:\d+: .*a\.crt and .*a\.key cannot be used \(key values mismatch\)/,
  )
  writeFileSync(join(folder, 'a.key'), 'no key')
  assert.match(await refused(folder, configuration), /cannot be used \(.*\)/)
  if (process.getuid?.() !== 0) {
    chmodSync(join(folder, 'a.key'), 0)
    assert.match(await refused(folder, configuration), /EACCES/)
  }
})

test('a variable that is not set', async (context) => {
  const folder = temporary(context)
  const text = await refused(folder, {
    ...(await minimal()),
    data: ['$', '{env:SALLYPORT_NOT_SET}'].join(''),
  })
  assert.match(text, /^sallyport\.json:\d+:\d+: .*SALLYPORT_NOT_SET/)
})

test('a data folder that cannot be used', async (context) => {
  const folder = temporary(context)
  writeFileSync(join(folder, 'file'), '')
  assert.match(
    await refused(folder, { ...(await minimal()), data: './file/data' }),
    /the data folder .*file\/data cannot be made \(ENOTDIR\)/,
  )
  mkdirSync(join(folder, 'open'), { mode: 0o755 })
  chmodSync(join(folder, 'open'), 0o755)
  assert.match(
    await refused(folder, { ...(await minimal()), data: './open' }),
    /can be read or changed by other users: run `chmod 700/,
  )
  // A file system in which nobody makes a folder, root neither.
  assert.match(
    await refused(folder, { ...(await minimal()), data: '/sys/sallyport' }),
    /the data folder \/sys\/sallyport cannot be made/,
  )
})

test('a log that cannot be written', async (context) => {
  const folder = temporary(context)
  assert.match(
    await refused(folder, { ...(await minimal()), log: ['file:./none/access.log'] }),
    /access\.log/,
  )
  assert.ok(!existsSync(join(folder, '.sallyport', 'gateway.pid')))
})

test('without a configuration it runs and refuses everything', async (context) => {
  const folder = temporary(context)
  // The ports of the embedded default may be taken on this machine; then that is what it says.
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'start'], {
    cwd: folder,
  })
  context.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  while (!text.includes('\n')) await sleep(20)
  if (/is taken by another process/.test(text)) {
    context.skip('the standard ports are taken')
    return
  }
  assert.match(text, /No configuration is here, and everything is refused: `sallyport init/)
  const reply = await get({ port: 8443, ca: readFileSync(join(folder, '.sallyport/ca.crt'), 'utf8') }, '/')
  assert.equal(reply.status, 404)
  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])
})
