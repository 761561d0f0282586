import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { Counters, codeNames, countersBytes, gauges } from './counters.ts'
import { type Generation, MetricsRegistry } from './metrics.ts'
import { PrometheusText } from './prometheus-text.ts'
import type { SinkStats } from './sinks/sink.ts'

function registry(context: TestContext, sinks: readonly SinkStats[] = []): MetricsRegistry {
  const made = new MetricsRegistry({ version: '1.2.3', sinks: () => sinks, generation: () => 7 })
  context.after(() => made.close())
  return made
}

function generation(thread: number, names: readonly (readonly [string, string])[]): Generation {
  const memory = new SharedArrayBuffer(countersBytes(names.length))
  const operations = names.map(([api, operation]) => ({ api, operation }))
  return { thread, counters: new Counters(memory), operations }
}

function finish(
  { counters }: Generation,
  operation: number,
  status: number,
  code: string | null,
  seconds: number,
): void {
  counters.finish(code, seconds)
  if (operation >= 0) counters.finishOperation(operation, status)
}

/** A reader of the text format: every line is a comment of a known metric or a sample of the last one. */
function parse(page: string): Map<string, number> {
  const samples = new Map<string, number>()
  const families = new Set<string>()
  let family = ''
  let type = ''
  for (const line of page.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line)
    if (comment) {
      if (comment[1] === 'HELP') {
        family = comment[2]!
        assert.ok(!families.has(family), `${family} twice`)
        families.add(family)
      } else {
        assert.equal(comment[2], family)
        type = comment[3]!
      }
      continue
    }
    const sample = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/.exec(line)
    assert.ok(sample, line)
    const base = type === 'histogram' ? sample[1]!.replace(/_(bucket|sum|count)$/, '') : sample[1]!
    assert.equal(base, family)
    if (type === 'counter') assert.match(family, /_total$/)
    const key = sample[1]! + (sample[2] ?? '')
    assert.ok(!samples.has(key), `${key} twice`)
    assert.ok(!Number.isNaN(Number(sample[3]!.replace('+Inf', 'Infinity'))))
    samples.set(key, Number(sample[3]))
  }
  return samples
}

test('sums over threads, codes, classes and latencies', (context) => {
  const metrics = registry(context)
  const a = generation(0, [
    ['orders', 'get'],
    ['orders', 'list'],
  ])
  const b = generation(1, [
    ['orders', 'get'],
    ['orders', 'list'],
  ])
  metrics.addGeneration(a)
  metrics.addGeneration(b)
  finish(a, 0, 200, null, 0.002)
  finish(b, 0, 200, null, 0.02)
  finish(b, 1, 401, 'API_KEY_INVALID', 0.0001)
  finish(b, -1, 404, 'PATH_UNDECLARED', 0.0001)
  finish(b, 1, 403, 'SOMEBODY_ELSES', 20)
  finish(a, 1, 0, 'CLIENT_CLOSED', 0.1)
  a.counters.add(gauges.connections, 3)
  b.counters.add(gauges.connections, 2)
  const samples = parse(metrics.render())
  const expected: Record<string, number> = {
    'sallyport_requests_total{api="orders",operation="get",class="2xx"}': 2,
    'sallyport_requests_total{api="orders",operation="list",class="4xx"}': 2,
    'sallyport_requests_total{api="orders",operation="list",class="none"}': 1,
    'sallyport_denials_total{code="API_KEY_INVALID"}': 1,
    'sallyport_denials_total{code="PATH_UNDECLARED"}': 1,
    'sallyport_denials_total{code="other"}': 1,
    'sallyport_request_duration_seconds_bucket{le="0.0005"}': 2,
    'sallyport_request_duration_seconds_bucket{le="0.0025"}': 3,
    'sallyport_request_duration_seconds_bucket{le="0.025"}': 4,
    'sallyport_request_duration_seconds_bucket{le="0.1"}': 5,
    'sallyport_request_duration_seconds_bucket{le="10"}': 5,
    'sallyport_request_duration_seconds_bucket{le="+Inf"}': 6,
    sallyport_request_duration_seconds_count: 6,
    sallyport_connections: 5,
    sallyport_data_threads: 2,
    sallyport_configuration_generation: 7,
    [`sallyport_build_info{version="1.2.3",node="${process.versions.node}"}`]: 1,
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(samples.get(name), value, name)
  assert.ok(Math.abs(samples.get('sallyport_request_duration_seconds_sum')! - 20.1222) < 1e-9)
  assert.ok(samples.get('process_resident_memory_bytes')! > 1e6)
})

test('counters never go down across reloads and lost threads, gauges of what is gone do', (context) => {
  const metrics = registry(context)
  const old = generation(0, [
    ['orders', 'get'],
    ['orders', 'list'],
  ])
  metrics.addGeneration(old)
  finish(old, 1, 200, null, 0.01)
  finish(old, 0, 500, 'UPSTREAM_CLOSED', 0.01)
  old.counters.add(gauges.connections, 4)
  old.counters.add(gauges.requests, 2)
  const before = parse(metrics.render())
  // The same operation has another index in the next plan.
  const next = generation(0, [['orders', 'list']])
  metrics.addGeneration(next)
  metrics.retire(old)
  metrics.retire(old)
  finish(next, 0, 204, null, 0.01)
  const after = parse(metrics.render())
  for (const [name, value] of before) {
    if (/_total|_bucket|_count|_sum/.test(name)) assert.ok(after.get(name)! >= value, name)
  }
  assert.equal(after.get('sallyport_requests_total{api="orders",operation="list",class="2xx"}'), 2)
  assert.equal(after.get('sallyport_requests_received_total'), 2)
  assert.equal(after.get('sallyport_connections'), 0)
  assert.equal(after.get('sallyport_request_duration_seconds_count'), 3)
})

test('above a thousand operations requests are counted by API, and stay so', (context) => {
  const metrics = registry(context)
  const many = generation(
    0,
    Array.from({ length: 1001 }, (_, index) => [`api${index % 2}`, `op${index}`] as const),
  )
  metrics.addGeneration(many)
  for (let index = 0; index < 1001; index++) finish(many, index, 200, null, 0.01)
  const folded = 'sallyport_requests_total{api="api0",operation="*",class="2xx"}'
  const requests = (): [string, number][] =>
    [...parse(metrics.render())].filter(([name]) => name.startsWith('sallyport_requests_total'))
  assert.deepEqual(requests(), [
    [folded, 501],
    [folded.replace('api0', 'api1'), 500],
  ])
  const few = generation(0, [['api0', 'op0']])
  metrics.addGeneration(few)
  metrics.retire(many)
  finish(few, 0, 200, null, 0.01)
  assert.deepEqual(requests(), [
    [folded, 502],
    [folded.replace('api0', 'api1'), 500],
  ])
})

test('many small plans, each with new names, are bounded too', (context) => {
  const metrics = registry(context)
  for (let plan = 0; plan < 30; plan++) {
    const each = generation(
      0,
      Array.from({ length: 100 }, (_, index) => ['orders', `op${plan}-${index}`] as const),
    )
    metrics.addGeneration(each)
    for (let index = 0; index < 100; index++) finish(each, index, 200, null, 0.01)
    metrics.retire(each)
  }
  const samples = parse(metrics.render())
  assert.equal(samples.get('sallyport_requests_total{api="orders",operation="*",class="2xx"}'), 3000)
  assert.ok(samples.size < 200)
})

test('events of the control plane and sinks', (context) => {
  const stats = {
    sink: 'file:/a"b\\c\nd',
    written: 5,
    dropped: 2,
    queuedBytes: 10,
    trouble: 'the disk is full',
  }
  const metrics = registry(context, [stats])
  metrics.countReload('applied')
  metrics.countReload('refused')
  metrics.countReload('refused')
  metrics.countThreadRestart()
  metrics.countAdminRefusal()
  const samples = parse(metrics.render())
  assert.equal(samples.get('sallyport_reloads_total{result="refused"}'), 2)
  assert.equal(samples.get('sallyport_thread_restarts_total'), 1)
  assert.equal(samples.get('sallyport_admin_refusals_total'), 1)
  assert.equal(samples.get('sallyport_sink_dropped_total{sink="file:/a\\"b\\\\c\\nd"}'), 2)
  assert.equal(samples.get('sallyport_sink_healthy{sink="file:/a\\"b\\\\c\\nd"}'), 0)
})

test('every built-in code has a series of its own', (context) => {
  const metrics = registry(context)
  const one = generation(0, [])
  metrics.addGeneration(one)
  for (const code of codeNames) finish(one, -1, 400, code, 0)
  const samples = parse(metrics.render())
  for (const code of codeNames) assert.equal(samples.get(`sallyport_denials_total{code="${code}"}`), 1)
})

test('help text and special numbers are written as the format says', () => {
  const text = new PrometheusText()
  text.family('a', 'gauge', 'one\\two\nthree "four"')
  text.sample('a', Number.POSITIVE_INFINITY)
  text.sample('a', 1e21, { l: 'x' })
  assert.equal(
    text.toString(),
    '# HELP a one\\\\two\\nthree "four"\n# TYPE a gauge\na +Inf\na{l="x"} 1e+21\n',
  )
})

test('the admin page describes exactly the metrics that exist', async (context) => {
  const page = await readFile(new URL('../../docs/admin.md', import.meta.url), 'utf8')
  const described = new Set(
    [...page.matchAll(/^\| `((?:sallyport|process)_[a-z_]+)/gm)].map((match) => match[1]!),
  )
  const existing = new Set(
    [
      ...registry(context)
        .render()
        .matchAll(/^# TYPE (\S+)/gm),
    ].map((match) => match[1]!),
  )
  assert.deepEqual([...described].sort(), [...existing].sort())
})
