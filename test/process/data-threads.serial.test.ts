import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { get, Load } from './client.ts'
import { GatewayProcess, testApi } from './gateway-process.ts'
import { startUpstream, type TestUpstream } from './test-upstream.ts'

const module = join(import.meta.dirname, 'faulty-gateway.ts')

async function setUp(
  context: TestContext,
  dataThreads: number,
): Promise<{ upstream: TestUpstream; gateway: GatewayProcess }> {
  const upstream = await startUpstream(context)
  const configuration = { dataThreads, apis: { test: testApi({}, { require: { faulty: true } }) } }
  return { upstream, gateway: await GatewayProcess.start(context, upstream.port, { module, configuration }) }
}

/** Connections that hold a slow request each, on all threads. */
async function slowRequests(
  gateway: GatewayProcess,
  upstream: TestUpstream,
  count: number,
): Promise<RawClient[]> {
  const door = { port: gateway.port, ca: gateway.ca }
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.open(door)))
  for (const client of clients) client.send('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
  for (let tries = 0; tries < 200 && upstream.waiting < count; tries++) await sleep(10)
  return clients
}

const detection = { throw: 0, hang: 2400, heap: 20_000 }

for (const fault of ['throw', 'hang', 'heap'] as const) {
  test(`a data thread that meets a ${fault} costs its own requests, and is replaced`, async (context) => {
    const { upstream, gateway } = await setUp(context, 2)
    const target = { port: gateway.port, ca: gateway.ca }
    const slow = await slowRequests(gateway, upstream, 20)
    const idle = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(target)))
    const at = performance.now()
    // Refusals just before: their records are not handed over yet when the thread dies.
    const culprit = await RawClient.open(target)
    culprit.send('GET /undeclared HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50))
    culprit.send(`GET /ok HTTP/1.1\r\nHost: localhost\r\nX-Fault: ${fault}\r\n\r\n`)
    const log = await gateway.says('"data-thread-lost"', detection[fault] + 5000)
    const lost = Number(/"lost":(\d+)/.exec(log)![1])
    context.diagnostic(`noticed after ${Math.round(performance.now() - at)} ms, ${lost} requests lost`)
    const noticed = performance.now()
    // The other thread serves on all the time; both do within a second.
    let served = 0
    while ((await gateway.metric('sallyport_thread_restarts_total')) < 1) await sleep(10)
    await new Promise<void>((resolve, reject) => {
      const probe = async (): Promise<void> => {
        if ((await gateway.serving()) === 2) return resolve()
        if (performance.now() - noticed > 3000) return reject(new Error('not replaced'))
        served += (await get(target, '/ok')).status === 200 ? 1 : 0
        setTimeout(() => void probe().catch(reject), 10)
      }
      void probe().catch(reject)
    })
    const replaced = performance.now() - noticed
    context.diagnostic(`replaced in ${Math.round(replaced)} ms, ${served} requests served meanwhile`)
    assert.ok(replaced < 1000, `replaced in ${replaced} ms`)

    for (const client of slow)
      await client.until(() => client.closed || upstream.waiting === 20 - lost + 1, 200)
    upstream.release()
    let answered = 0
    for (const client of slow) {
      await client.answers(1)
      if (client.responses().final[0]?.status === 200) answered++
    }
    // One of the lost is the request that did it.
    assert.equal(answered, 20 - (lost - 1))
    assert.ok(answered > 0 && lost > 1, 'both threads held some')
    for (const client of [...slow, ...idle, culprit]) client.destroy()
    const records = await gateway.recordsOf(20 + 50 + 1 + served)
    assert.equal(records.length, 20 + 50 + 1 + served)
    assert.equal(new Set(records.map(({ id }) => id)).size, records.length)
    assert.equal(records.filter(({ code }) => code === 'THREAD_LOST').length, lost)
    assert.equal(await gateway.metric('sallyport_denials_total{code="THREAD_LOST"}'), lost)
    await sleep(100)
    for (const gauge of ['sallyport_requests_active', 'sallyport_claimed_bytes', 'sallyport_tls_handshakes'])
      assert.equal(await gateway.metric(gauge), 0, gauge)
    await sleep(1200)
    assert.equal(await gateway.metric('sallyport_connections'), 0)
  })
}

test('what a dead thread held of the limit of connections is free again', async (context) => {
  const upstream = await startUpstream(context)
  const configuration = {
    dataThreads: 1,
    limits: { connectionsPerAddress: 10 },
    apis: { test: testApi({}, { require: { faulty: true } }) },
  }
  const gateway = await GatewayProcess.start(context, upstream.port, { module, configuration })
  const target = { port: gateway.port, ca: gateway.ca }
  for (let round = 0; round < 3; round++) {
    const from = gateway.stderr.length
    const clients = await Promise.all(Array.from({ length: 9 }, () => RawClient.open(target)))
    await assert.rejects(get(target, '/ok', false, { 'x-fault': 'throw' }))
    await gateway.says('"data-thread-lost"', 5000, from)
    for (const client of clients) assert.ok(await client.until(() => client.ended))
    while ((await gateway.serving()) < 1) await sleep(20)
  }
  assert.equal((await get(target, '/ok')).status, 200)
})

test('threads that die while a reload is under way neither hang it nor serve the old plan', async (context) => {
  const { gateway } = await setUp(context, 2)
  const target = { port: gateway.port, ca: gateway.ca }
  const outcomes: number[] = []
  for (let round = 0; round < 5; round++) {
    gateway.configure({
      apis: { test: testApi({ [`GET /round${round}`]: {} }, { require: { faulty: true } }) },
    })
    const reload = gateway.admin('/reload', 'POST')
    await get(target, '/ok', false, { 'x-fault': 'throw' }).catch(() => undefined)
    outcomes.push((await reload).status)
    while ((await gateway.serving()) < 2) await sleep(20)
  }
  context.diagnostic(`reloads answered ${outcomes.join(', ')}`)
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  for (let i = 0; i < 20; i++) assert.equal((await get(target, '/round4')).status, 200)
})

test('threads that keep dying end the process, so that its supervisor starts it anew', async (context) => {
  const { gateway } = await setUp(context, 1)
  const target = { port: gateway.port, ca: gateway.ca }
  let asked = 0
  let ended = false
  void gateway.exited.then(() => {
    ended = true
  })
  while (!ended) {
    // Refused or reset: one of these is a request that a thread has taken.
    const outcome = await get(target, '/ok', false, { 'x-fault': 'throw' }).catch(
      (error: NodeJS.ErrnoException) => error.code,
    )
    if (outcome === 'ECONNRESET') asked++
    else await sleep(20)
  }
  assert.equal((await gateway.exited).code, 70)
  assert.match(gateway.stderr, /"threads-hopeless"/)
  assert.ok(gateway.records().length >= 21 && gateway.records().length <= asked)
})

for (const dataThreads of [0, 1, 2, 4]) {
  test(`dataThreads: ${dataThreads} serves, and each request has one record`, async (context) => {
    const upstream = await startUpstream(context)
    const gateway = await GatewayProcess.start(context, upstream.port, { configuration: { dataThreads } })
    const load = new Load({ port: gateway.port, ca: gateway.ca }, 200)
    await sleep(1000)
    await load.stop()
    assert.deepEqual(load.failures, [])
    assert.equal((await gateway.recordsOf(load.sent)).length, load.sent)
    // The beginning of an id is the thread's.
    const threads = new Set(gateway.records().map(({ id }) => id.slice(0, 16)))
    assert.equal(threads.size, Math.max(1, dataThreads))
    assert.equal((await gateway.end()).code, 0)
  })
}
