import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SeededRandom } from '../support/seeded-random.ts'
import { readStrictRequest } from '../support/strict-request.ts'
import { battery } from './battery/battery.ts'
import { compliantCases } from './battery/compliant.ts'
import { chunked, get, post, request, smuggled, type WireCase } from './battery/wire-case.ts'
import { mutate } from './mutate.ts'
import { type Outcome, Rig } from './rig.ts'

/** Suite S1: nothing ambiguous is forwarded, nothing extra, nothing hangs. Whole by `npm run suite -- S1`. */
const whole = process.env['SALLYPORT_SUITE'] === 'S1'
const seed = Number(process.env['SALLYPORT_SEED'] ?? 1)
const fuzzed = whole ? 20_000 : 1000
/** Of the places to split at, every one or a few. */
const splitStep = whole ? 1 : 7

const score = {
  suite: 'S1',
  seed,
  cases: 0,
  fuzzed: 0,
  splits: 0,
  ambiguous: 0,
  extra: 0,
  hangs: 0,
  wrong: 0,
}
let rig: Rig
before(async () => {
  rig = await Rig.start()
})
after(async () => {
  await rig.stop()
  console.log(JSON.stringify(score))
})

function judge(outcome: Outcome, bytes: string): void {
  if (outcome.ambiguous.length > 0) score.ambiguous++
  if (outcome.extra > 0) score.extra++
  if (outcome.hang) score.hangs++
  if (outcome.wrong !== null) score.wrong++
  const { ambiguous, extra, hang, wrong } = outcome
  assert.deepEqual(
    { ambiguous, extra, hang, wrong },
    { ambiguous: [], extra: 0, hang: false, wrong: null },
    `${outcome.name}: ${JSON.stringify(bytes.slice(0, 500))}`,
  )
}

test('the battery has at least 400 cases, each with a name of its own', () => {
  assert.ok(battery.length >= 400, `${battery.length}`)
  assert.equal(new Set(battery.map((one) => one.name)).size, battery.length)
  assert.ok(compliantCases.length >= 30)
})

test('the battery', async () => {
  const failures: unknown[] = []
  for (const wireCase of battery) {
    score.cases++
    try {
      judge(await rig.run(wireCase), String(wireCase.bytes))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} cases`)
})

// biome-ignore format: a table with several entries a line
const seeds: readonly string[] = [
  get('/a'), request('X-A: b\r\nCookie: c=d\r\n'), post('Content-Length: 5\r\n', 'hello'), chunked('5\r\nhello\r\n0\r\n\r\n'),
  chunked('5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n'), `${get('/a')}${get('/b')}`, `${post('Content-Length: 5\r\n', 'hello')}${smuggled}`,
  `${chunked('5\r\nhello\r\n0\r\n\r\n')}${smuggled}`, post(`Content-Length: ${smuggled.length}\r\n`, smuggled),
  chunked(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`), 'POST /a HTTP/1.0\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello',
  request('', 'GET https://localhost/a HTTP/1.1'), get('/a%20b/c?d=%2e&e'),
]

/** The requests of a text by the strictest reading, and whether more bytes could still make it valid. */
function strictly(text: string): { readonly requests: readonly string[]; readonly open: boolean } {
  const requests: string[] = []
  for (let at = 0; ; ) {
    if (at === text.length) return { requests, open: requests.length === 0 }
    if (text.startsWith('\r\n', at)) at += 2
    const reading = readStrictRequest(text, at)
    if (reading.kind !== 'request') return { requests, open: reading.kind === 'more' }
    requests.push(`${reading.request.method} ${reading.request.body}`)
    at = reading.next
  }
}

/** Whether `part` is what is left of `all` when some are taken out. */
function isPart(part: readonly string[], all: readonly string[]): boolean {
  let at = 0
  for (const one of all) if (at < part.length && part[at] === one) at++
  return at === part.length
}

test(`${fuzzed} fuzzed variants`, async () => {
  const random = new SeededRandom(seed)
  for (let i = 0; i < fuzzed; i++) {
    const bytes = mutate(random.pick(seeds), random)
    const { requests, open } = strictly(bytes)
    const outcome = await rig.run({
      name: `fuzzed ${i}`,
      bytes,
      expect: 'either',
      upstream: requests.length,
      brokenOff: open,
    })
    score.fuzzed++
    judge(outcome, bytes)
    const arrived = outcome.arrived.map((one) => one.replace(/ \S+/, ''))
    assert.ok(isPart(arrived, requests), `${JSON.stringify(bytes)} arrived as ${JSON.stringify(arrived)}`)
  }
})

const splitCases: readonly (readonly [name: string, text: string])[] = [
  ...seeds.map((text, i) => [`seed ${i}`, text] as const),
  ...battery.flatMap(({ name, bytes }, i) =>
    i % 37 === 0 && typeof bytes === 'string' && bytes.length < 400 ? [[name, bytes] as const] : [],
  ),
]

test('bytes that arrive in two pieces mean the same as in one', async () => {
  for (const [name, message] of splitCases) {
    // Behind a balancer in clear text, where a connection costs less.
    const text = message.replace('Host: localhost\r\n', 'Host: localhost\r\nX-Forwarded-Proto: https\r\n')
    const { requests, open } = strictly(text)
    const wireCase: WireCase = {
      name,
      bytes: text,
      expect: 'either',
      upstream: requests.length,
      brokenOff: open,
    }
    const want = await rig.run(wireCase, true)
    for (let at = 1 + (seed % splitStep); at < text.length; at += splitStep) {
      const got = await rig.run({ ...wireCase, bytes: [text.slice(0, at), text.slice(at)] }, true)
      score.splits++
      judge({ ...got, wrong: null }, text)
      assert.deepEqual([got.statuses, got.arrived], [want.statuses, want.arrived], `${name} at ${at}`)
    }
  }
})
