import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { get, keepAlive, Load } from './client.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

test('log files are reopened on SIGUSR1, and no record is lost over a rename', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const load = new Load({ port: gateway.port, ca: gateway.ca }, 300, '/ok', keepAlive(5))
  const files: string[] = []
  for (let turn = 0; turn < 5; turn++) {
    while (gateway.records().length < 20) await sleep(10)
    const file = `access.${turn}.log`
    renameSync(join(gateway.folder, 'access.log'), join(gateway.folder, file))
    gateway.child.kill('SIGUSR1')
    files.push(file)
    while (!existsSync(join(gateway.folder, 'access.log'))) await sleep(5)
  }
  await load.stop()
  assert.deepEqual(load.failures, [])
  assert.equal((await gateway.end()).code, 0)
  const records = [...files, 'access.log'].flatMap((file) => gateway.records(file))
  assert.equal(records.length, load.sent)
  assert.equal(new Set(records.map(({ id }) => id)).size, load.sent)
  assert.ok(files.every((file) => gateway.records(file).length > 0))
  assert.equal(gateway.stderr.match(/"logs-reopened"/g)?.length, 5)
})

test('a reader of stdout that goes away costs records, never the gateway', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port, {
    configuration: { log: ['stdout', 'file:./access.log'] },
  })
  const target = { port: gateway.port, ca: gateway.ca }
  assert.equal((await get(target, '/ok')).status, 200)
  while (!gateway.stdout.includes('"operation":"GET /ok"')) await sleep(10)
  gateway.child.stdout!.destroy()
  for (let i = 0; i < 20; i++) {
    assert.equal((await get(target, '/ok')).status, 200)
    await sleep(10)
  }
  await gateway.says(/"log-sink".*its reader is gone \(EPIPE\)/)
  assert.equal((await gateway.recordsOf(21)).length, 21)
  assert.equal(await gateway.metric('sallyport_sink_healthy{sink="stdout"}'), 0)
  assert.equal((await gateway.end()).code, 0)
})

test('a full disk costs records, which are counted, and no request', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port, {
    configuration: { log: ['file:/dev/full', 'file:./access.log'] },
  })
  const load = new Load({ port: gateway.port, ca: gateway.ca }, 300, '/ok', keepAlive(5))
  await sleep(1000)
  await load.stop()
  assert.deepEqual(load.failures, [])
  await gateway.says(/"log-sink".*the disk is full/)
  assert.equal(await gateway.metric('sallyport_sink_healthy{sink="file:/dev/full"}'), 0)
  assert.equal((await gateway.recordsOf(load.sent)).length, load.sent)
  const started = performance.now()
  assert.equal((await gateway.end()).code, 0)
  assert.ok(performance.now() - started < 4500)
})

test('stderr that nobody reads does not end it either', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  gateway.child.stderr!.destroy()
  for (let i = 0; i < 3; i++) assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  assert.equal((await get({ port: gateway.port, ca: gateway.ca }, '/ok')).status, 200)
  assert.equal((await gateway.end()).code, 0)
  assert.equal(readFileSync(join(gateway.folder, 'access.log'), 'utf8').split('\n').length, 2)
})
