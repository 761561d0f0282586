import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { OVER_LIMIT, SharedTable, TABLE_FULL } from './shared-table.ts'

/** What a worker of these tests is told. The file is its own worker. */
interface Job {
  readonly kind: 'hammer' | 'same-key' | 'forever'
  readonly table: SharedArrayBuffer
  readonly share: SharedArrayBuffer
  readonly thread: number
  readonly threads: number
  readonly rounds: number
  readonly keys: number
  readonly limit: number
  /** For each key how many are inside, counted apart from the table; then one word for the barrier. */
  readonly inside: Int32Array
}

interface Report {
  readonly held: number[]
  readonly changes: number
  readonly refused: number
  readonly full: number
  readonly broken: string | null
}

if (!isMainThread) {
  const job = workerData as Job
  parentPort!.postMessage(job.kind === 'same-key' ? sameKey(job) : hammer(job))
}

/** Adds to and takes from random keys, and checks at every change that no more than the limit are inside. */
function hammer(job: Job): Report {
  const table = new SharedTable(job.table, job.thread)
  const share = new SharedTable(job.share, job.thread)
  const held = new Array<number>(job.keys).fill(0)
  let [changes, refused, full, random] = [0, 0, 0, job.thread * 7919 + 1]
  let broken: string | null = null
  for (let round = 0; round < job.rounds || job.kind === 'forever'; round++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff
    const key = (random >>> 8) % job.keys
    if (held[key]! > 0 && (random & 0x10) !== 0) {
      Atomics.sub(job.inside, key, 1)
      held[key]!--
      share.add(`key ${key}`, -1)
      if (table.add(`key ${key}`, -1) < held[key]!) broken = 'a count was lost'
      changes++
      continue
    }
    const result = table.add(`key ${key}`, 1, job.limit)
    if (result === OVER_LIMIT) refused++
    else if (result === TABLE_FULL) full++
    else {
      share.add(`key ${key}`, 1)
      held[key]!++
      if (result > job.limit || Atomics.add(job.inside, key, 1) >= job.limit) broken = 'over the limit'
      if (result < held[key]!) broken = 'a count was lost'
      changes++
    }
  }
  return { held, changes, refused, full, broken }
}

/** All threads add the same new key at the same moment, round after round. */
function sameKey(job: Job): Report {
  const table = new SharedTable(job.table, job.thread)
  let broken: string | null = null
  for (let round = 0; round < job.rounds; round++) {
    arrive(job)
    if (table.add(`round ${round}`, 1) < 1) broken = 'no place'
    arrive(job)
    if (table.get(`round ${round}`) !== job.threads) broken = `round ${round}: ${table.get(`round ${round}`)}`
    if (table.size() !== 1) broken = `round ${round}: ${table.size()} keys`
    arrive(job)
    table.add(`round ${round}`, -1)
  }
  return { held: [], changes: 0, refused: 0, full: 0, broken }
}

/** Waits until all threads are here. */
function arrive(job: Job): void {
  const at = job.inside.length - 1
  const arrived = Atomics.add(job.inside, at, 1) + 1
  const all = Math.ceil(arrived / job.threads) * job.threads
  if (arrived === all) Atomics.notify(job.inside, at)
  for (let now = arrived; now < all; now = Atomics.load(job.inside, at)) Atomics.wait(job.inside, at, now, 50)
}

const seed: readonly [number, number] = [0x5eed_0001, 0x5eed_0002]

function jobs(kind: Job['kind'], threads: number, rest: Pick<Job, 'rounds' | 'keys' | 'limit'>): Job[] {
  const table = SharedTable.create(48, seed, 0).buffer
  const inside = new Int32Array(new SharedArrayBuffer((rest.keys + 1) * 4))
  return Array.from({ length: threads }, (_, thread) => {
    return { kind, table, share: SharedTable.create(48, seed, 0).buffer, thread, threads, inside, ...rest }
  })
}

function start(job: Job): Worker {
  return new Worker(new URL(import.meta.url), { workerData: job })
}

async function run(all: readonly Job[]): Promise<Report[]> {
  return await Promise.all(
    all.map(async (job) => {
      const [report] = (await once(start(job), 'message')) as [Report]
      return report
    }),
  )
}

/** No key, and no slot that nobody can take. */
function isClean(table: SharedTable): boolean {
  const empty = table.size() === 0
  let placed = 0
  for (let i = 0; i < 1000; i++) if (table.add(`fill ${i}`, 1) === 1) placed++
  return empty && placed === 64
}

if (isMainThread) {
  for (const threads of [1, 2, 3, 4]) {
    for (const [name, keys, limit] of [
      ['few keys', 5, 6],
      ['as many as it holds', 48, 3],
      ['more than it holds', 300, 2],
    ] as const) {
      test(`${threads} threads, ${name}: exact, never over the limit, nothing left`, async (t) => {
        const rounds = 40_000
        const all = jobs('hammer', threads, { rounds, keys, limit })
        const started = process.hrtime.bigint()
        const reports = await run(all)
        const table = new SharedTable(all[0]!.table, 100)
        const total = (count: (report: Report) => number): number =>
          reports.reduce((sum, one) => sum + count(one), 0)
        t.diagnostic(
          `${total((one) => one.changes)} changes, ${total((one) => one.refused)} over the limit, ${total((one) => one.full)} full, ` +
            `${Math.round(Number(process.hrtime.bigint() - started) / rounds)} ns a round with the start of the thread`,
        )
        for (const report of reports) assert.equal(report.broken, null)
        assert.equal(total((one) => one.full) > 0, keys > 64)
        for (let key = 0; key < keys; key++) {
          assert.equal(
            table.get(`key ${key}`),
            total((one) => one.held[key]!),
            `key ${key}`,
          )
        }
        for (const job of all) table.takeBack(new SharedTable(job.share, 100))
        assert.ok(isClean(table))
      })
    }
  }

  test('a new key that four threads add at once is one key', async () => {
    const all = jobs('same-key', 4, { rounds: 1500, keys: 0, limit: 0 })
    for (const report of await run(all)) assert.equal(report.broken, null)
    assert.ok(isClean(new SharedTable(all[0]!.table, 100)))
  })

  describe('a thread that is ended at any moment', () => {
    for (let attempt = 0; attempt < 12; attempt++) {
      test(`attempt ${attempt}: others go on, and nothing is forgiven`, async () => {
        const all = jobs('forever', 2, { rounds: 30_000, keys: 20, limit: 1000 })
        const victim = start(all[1]!)
        await once(victim, 'online')
        const survivor = run([{ ...all[0]!, kind: 'hammer' }])
        await new Promise((resolve) => setTimeout(resolve, 20 + attempt * 3))
        await victim.terminate()
        const [report] = await survivor
        assert.equal(report!.broken, null)
        const table = new SharedTable(all[0]!.table, 100)
        const share = new SharedTable(all[1]!.share, 100)
        assert.ok(table.sweep(1) <= 1)
        assert.ok(share.sweep(1) <= 1)
        table.takeBack(share)
        // What is left: the survivor's counts, and at most the one change in the middle of which the other ended.
        let left = 0
        for (let key = 0; key < 20; key++) {
          const surplus = table.get(`key ${key}`) - report!.held[key]!
          assert.ok(surplus >= 0, `key ${key}: ${surplus}`)
          left += surplus
          table.add(`key ${key}`, -table.get(`key ${key}`))
        }
        assert.ok(left <= 1, `${left} left`)
        assert.ok(isClean(table))
      })
    }
  })

  test('what one operation costs, for the reader of the output', (t) => {
    const table = SharedTable.create(100_000, seed, 0)
    for (const keys of [64, 50_000]) {
      const names = Array.from({ length: keys }, (_, i) => `10.0.${i >>> 8}.${i & 255}`)
      const time = (work: (name: string) => void): number => {
        const started = process.hrtime.bigint()
        for (let done = 0; done < 100_000; done += keys) for (const name of names) work(name)
        return Math.round(Number(process.hrtime.bigint() - started) / (Math.ceil(100_000 / keys) * keys))
      }
      const fresh = time((name) => {
        table.add(name, 1)
        table.add(name, -1)
      })
      for (const name of names) table.add(name, 1)
      const change = time((name) => table.add(name, 1))
      for (const name of names) assert.equal(table.add(name, -table.get(name)), 0)
      assert.equal(table.size(), 0)
      t.diagnostic(`${keys} keys: ${change} ns a change, ${fresh} ns to add a new key and free it`)
    }
  })
}
