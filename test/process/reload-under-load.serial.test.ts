import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { issueAuthority, issueLeaf } from '../../src/process/authority/certificate-issuer.ts'
import { freePort } from '../support/test-gateway.ts'
import { get, keepAlive, Load, type Reply } from './client.ts'
import { GatewayProcess, testApi } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

const seconds = process.env['SALLYPORT_SUITE'] === 'F6' ? 60 : 10
const names = ['localhost', '127.0.0.1']

test(`a reload every second for ${seconds} seconds under load fails no request (F6)`, {
  timeout: (seconds + 60) * 1000,
}, async (context) => {
  const upstreams = [await startUpstream(context, 'one'), await startUpstream(context, 'two')] as const
  const extraPort = await freePort()
  const gateway = await GatewayProcess.start(context, upstreams[0].port, { configuration: { watch: true } })
  const authority = issueAuthority(names)
  const tls = { certificates: [{ cert: './api.crt', key: './api.key' }] }
  const rotate = (): string => {
    const { cert, key } = issueLeaf(authority, names)
    writeFileSync(join(gateway.folder, 'api.crt'), cert)
    writeFileSync(join(gateway.folder, 'api.key'), key)
    return new X509Certificate(cert).fingerprint256
  }
  const listeners = (extra: boolean): Record<string, unknown> => ({
    public: { address: `127.0.0.1:${gateway.port}`, tls },
    ops: { address: `127.0.0.1:${gateway.opsPort}`, serve: ['health', 'metrics'] },
    ...(extra ? { extra: { address: `127.0.0.1:${extraPort}`, tls } } : {}),
  })
  const api = (round: number, extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
    testApi(extra, { headers: { response: { set: { 'x-round': String(round) } } } })
  rotate()
  gateway.configure({ listeners: listeners(false) })
  await gateway.says('configuration 2 is in force')

  const target = { port: gateway.port, ca: authority.cert }
  const load = new Load(target, 500, '/ok', keepAlive(10))
  const kept = keepAlive(1)
  const slow: Promise<Reply>[] = []
  // Each second another change, and another way to say so; the file is watched in any case.
  for (let round = 1; round <= seconds; round++) {
    const next = performance.now() + 1000
    slow.push(get(target, `/slow?${round}`))
    const held = ((round - 1) % 5) + 1
    for (let tries = 0; tries < 100 && upstreams[0].waiting + upstreams[1].waiting < held; tries++)
      await sleep(5)
    const changes = [
      () => ({ apis: { test: api(round, { [`GET /added${round}`]: {} }) } }),
      () => ({ apis: { test: api(round) } }),
      () => ({ listeners: listeners(true), apis: { test: api(round) } }),
      () => ({
        services: { upstream: { targets: [`http://127.0.0.1:${upstreams[(round >> 2) % 2]!.port}`] } },
        apis: { test: api(round) },
      }),
      () => ({ listeners: listeners(false), apis: { test: api(round) } }),
    ]
    const fingerprint = rotate()
    gateway.configure(changes[(round - 1) % changes.length]!())
    if (round % 3 === 1) gateway.child.kill('SIGHUP')
    if (round % 3 === 2) assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
    // Until every thread serves it.
    for (let same = 0; same < 8; )
      same = (await get(target, '/ok')).headers['x-round'] === String(round) ? same + 1 : 0
    assert.equal(await leafOf(target), fingerprint)
    const added = (round - 1) % changes.length === 0 ? 200 : 404
    assert.equal((await get(target, `/added${round}`)).status, added)
    if ((round - 1) % changes.length === 2)
      assert.equal((await get({ ...target, port: extraPort }, '/ok', kept)).status, 200)
    // Each has seen up to five reloads while it was in flight.
    if (held === 5) for (const upstream of upstreams) upstream.release()
    await sleep(Math.max(0, next - performance.now()))
  }
  await load.stop()
  kept.destroy()
  context.diagnostic(
    `${load.sent} requests, ${load.failures.length} failed, ${await gateway.metric('sallyport_reloads_total{result="applied"}')} reloads`,
  )
  assert.equal(await gateway.metric('sallyport_connections_refused_total'), 0)
  assert.deepEqual(load.failures.slice(0, 5), [])
  assert.equal(await gateway.metric('sallyport_reloads_total{result="refused"}'), 0)
  // Requests that began under any of the plans finish under it.
  for (const upstream of upstreams) upstream.release()
  for (const [index, reply] of (await Promise.all(slow)).entries()) {
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['x-round'], index === 0 ? undefined : String(index))
  }
  assert.equal((await gateway.end()).code, 0)
  const records = gateway.records()
  assert.equal(records.filter(({ code }) => code !== undefined && code !== 'PATH_UNDECLARED').length, 0)
  assert.equal(new Set(records.map(({ id }) => id)).size, records.length)
})

function leafOf({ port, ca }: { port: number; ca: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

test('a listener that is taken away answers what it has begun, and ends', async (context: TestContext) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const [port, tls] = [await freePort(), { local: names }]
  const { listeners } = gateway.configuration as { listeners: Record<string, unknown> }
  gateway.configure({ listeners: { ...listeners, extra: { address: `127.0.0.1:${port}`, tls } } })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  const target = { port, ca: gateway.ca }
  const slow = [get(target, '/slow'), get(target, '/slow')]
  while (upstream.waiting < 2) await sleep(10)
  gateway.configure({ listeners })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  await assert.rejects(get(target, '/ok'), /ECONNREFUSED/)
  // Also where the gateway is stopped meanwhile.
  const exit = gateway.end()
  await sleep(300)
  upstream.release()
  for (const reply of await Promise.all(slow)) {
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['connection'], 'close')
  }
  assert.equal((await exit).code, 0)
  assert.equal(gateway.records().length, 2)
})

test('a certificate that is renewed where it lies is served, where files are watched', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const authority = issueAuthority(names)
  const renew = (): string => {
    const { cert, key } = issueLeaf(authority, names)
    // As tools do it: each file is written beside and renamed, and for a moment the two do not fit.
    for (const [name, text] of [
      ['api.crt', cert],
      ['api.key', key],
    ] as const) {
      writeFileSync(join(gateway.folder, `${name}.new`), text)
      renameSync(join(gateway.folder, `${name}.new`), join(gateway.folder, name))
    }
    return new X509Certificate(cert).fingerprint256
  }
  renew()
  const { listeners } = gateway.configuration as { listeners: object }
  const tls = { certificates: [{ cert: './api.crt', key: './api.key' }] }
  gateway.configure({
    watch: true,
    listeners: { ...listeners, public: { address: `127.0.0.1:${gateway.port}`, tls } },
  })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  for (let generation = 3; generation <= 5; generation++) {
    const fingerprint = renew()
    await gateway.says(`configuration ${generation} is in force (by file change)`)
    assert.equal(await leafOf({ port: gateway.port, ca: authority.cert }), fingerprint)
  }
})
