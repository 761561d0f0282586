import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../support/raw-client.ts'
import { get } from './client.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream, type TestUpstream } from './test-upstream.ts'

async function setUp(
  context: TestContext,
  configuration: Readonly<Record<string, unknown>> = {},
): Promise<{ upstream: TestUpstream; gateway: GatewayProcess }> {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port, { configuration })
  return { upstream, gateway }
}

async function waiting(upstream: TestUpstream, count: number): Promise<void> {
  for (let tries = 0; tries < 200 && upstream.waiting < count; tries++) await sleep(10)
  assert.equal(upstream.waiting, count)
}

const ready = async (gateway: GatewayProcess): Promise<number> =>
  (await fetch(`http://127.0.0.1:${gateway.opsPort}/readyz`)).status

test('SIGTERM: not ready first, then connections end one by one, and requests in flight are answered', async (context) => {
  const { upstream, gateway } = await setUp(context, { readinessLead: '400ms' })
  const pid = join(gateway.data, 'gateway.pid')
  assert.equal(readFileSync(pid, 'utf8').trim(), String(gateway.child.pid))
  assert.equal(await ready(gateway), 200)
  const door = { port: gateway.port, ca: gateway.ca }
  const [idle, kept] = [await RawClient.open(door), await RawClient.open(door)]
  const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  kept.send(ask('/ok'))
  await kept.answers(1)
  const slow = get({ port: gateway.port, ca: gateway.ca }, '/slow')
  await waiting(upstream, 1)

  const signalled = performance.now()
  gateway.child.kill('SIGTERM')
  while ((await ready(gateway)) === 200) await sleep(5)
  assert.ok(performance.now() - signalled < 300, 'readiness goes off at once')
  // Balancers have not noticed yet: everything is served as before.
  kept.send(ask('/ok'))
  assert.equal((await kept.answers(2)).final[1]!.fields.get('connection'), undefined)
  assert.equal((await get({ port: gateway.port, ca: gateway.ca }, '/ok')).status, 200)

  await sleep(450 - (performance.now() - signalled))
  kept.send(ask('/ok'))
  const last = (await kept.answers(3)).final[2]!
  assert.equal(last.status, 200)
  assert.equal(last.fields.get('connection'), 'close')
  assert.ok(await kept.until(() => kept.ended), 'it is closed after its answer')
  assert.ok(await idle.until(() => idle.ended), 'an idle one is closed')
  await assert.rejects(get({ port: gateway.port, ca: gateway.ca }, '/ok'), /ECONNREFUSED/)
  assert.equal(await ready(gateway), 503)
  assert.equal((await fetch(`http://127.0.0.1:${gateway.opsPort}/healthz`)).status, 200)

  upstream.release()
  const reply = await slow
  assert.equal(reply.body, 'slow')
  assert.equal(reply.headers['connection'], 'close')
  assert.deepEqual(await gateway.exited, { code: 0, signal: null })
  assert.match(gateway.stderr, /drained: every request was answered/)
  assert.ok(!existsSync(pid))
  assert.equal(gateway.records().length, 5)
})

test('the deadline cuts the rest, says how many, and each has its record', async (context) => {
  const { upstream, gateway } = await setUp(context, { drainTimeout: '300ms' })
  const target = { port: gateway.port, ca: gateway.ca }
  const unanswered = [get(target, '/slow'), get(target, '/slow')]
  const begun = get(target, '/slow?begin')
  begun.catch(() => undefined)
  await waiting(upstream, 3)
  const started = performance.now()
  const exit = gateway.end()
  for (const reply of await Promise.all(unanswered)) {
    assert.equal(reply.status, 503)
    assert.equal((JSON.parse(reply.body) as { code: string }).code, 'DRAINING')
  }
  await assert.rejects(begun)
  assert.deepEqual(await exit, { code: 0, signal: null })
  assert.ok(performance.now() - started < 1500)
  assert.match(gateway.stderr, /drained: 3 requests were cut at the deadline/)
  assert.deepEqual(
    gateway.records().map(({ code }) => code),
    ['DRAINING', 'DRAINING', 'DRAINING'],
  )
})

test('a second signal ends it at once', async (context) => {
  const { upstream, gateway } = await setUp(context, { drainTimeout: '30s' })
  get({ port: gateway.port, ca: gateway.ca }, '/slow').catch(() => undefined)
  await waiting(upstream, 1)
  gateway.child.kill('SIGTERM')
  await sleep(200)
  const started = performance.now()
  gateway.child.kill('SIGTERM')
  assert.equal((await gateway.exited).code, 1)
  assert.ok(performance.now() - started < 1000)
  assert.equal(existsSync(join(gateway.data, 'gateway.pid')), false)
})

test('an answer that a slow client is still reading is not cut short', async (context) => {
  const upstream = await startUpstream(context, 'x'.repeat(3_000_000))
  const gateway = await GatewayProcess.start(context, upstream.port)
  const client = await RawClient.open({ port: gateway.port, ca: gateway.ca })
  client.socket.pause()
  client.send('GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await sleep(300)
  const exit = gateway.end()
  await sleep(300)
  client.socket.resume()
  await client.until(() => client.ended, 3000)
  assert.equal(client.text.length - client.text.indexOf('\r\n\r\n') - 4, 3_000_000)
  assert.equal((await exit).code, 0)
})
