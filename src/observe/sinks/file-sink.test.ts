import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { constants, openSync, readSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSinks, type Sinks } from './sinks.ts'

async function folder(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-sink-'))
  context.after(() => rm(path, { recursive: true, force: true }))
  return path
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 5000; performance.now() < deadline; await sleep(5)) {
    if (await condition()) return
  }
  assert.fail('waited in vain')
}

function openFile(path: string, reports: string[] = [], extra: object = {}): Sinks {
  return openSinks([{ type: 'file', path, format: 'json' }], {
    retryMs: 20,
    report: (text) => reports.push(text),
    ...extra,
  })
}

test('appends in order, for the owner only', async (context) => {
  const path = join(await folder(context), 'a.log')
  await writeFile(path, 'before\n', { mode: 0o600 })
  await rm(path)
  const sinks = openFile(path)
  assert.deepEqual(await sinks.opened(), [])
  const lines = Array.from({ length: 500 }, (_, index) => `${index}\n`)
  for (const line of lines) sinks.write(line)
  await sinks.close()
  assert.equal(await readFile(path, 'utf8'), lines.join(''))
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(sinks.stats(), [
    { sink: `file:${path}`, written: 500, dropped: 0, queuedBytes: 0, trouble: null },
  ])

  const again = openFile(path)
  again.write('more\n')
  await again.close()
  assert.equal(await readFile(path, 'utf8'), `${lines.join('')}more\n`)
})

test('rotation: renamed, written on, reopened; no line is lost or torn', async (context) => {
  const path = join(await folder(context), 'a.log')
  const sinks = openFile(path)
  let count = 0
  const timer = setInterval(() => sinks.write(`${'x'.repeat(5000)} ${count++}\n`), 1)
  for (let turn = 0; turn < 5; turn++) {
    await sleep(20)
    await rename(path, `${path}.${turn}`)
    await sleep(5)
    sinks.reopen()
    await until(() =>
      stat(path).then(
        () => true,
        () => false,
      ),
    )
  }
  clearInterval(timer)
  await sinks.close()
  const files = await Promise.all([0, 1, 2, 3, 4].map((turn) => readFile(`${path}.${turn}`, 'utf8')))
  const lines = [...files, await readFile(path, 'utf8')].join('').trimEnd().split('\n')
  assert.ok(count > 20)
  assert.deepEqual(
    lines.map((line) => Number(line.slice(5001))),
    Array.from({ length: count }, (_, index) => index),
  )
})

test('a folder that is missing or goes away: said once, tried again, requests untouched', async (context) => {
  const parent = join(await folder(context), 'logs')
  const path = join(parent, 'a.log')
  const reports: string[] = []
  const sinks = openFile(path, reports)
  assert.deepEqual(await sinks.opened(), [`Log file:${path}: its folder does not exist.`])
  sinks.write('1\n')
  await sleep(100)
  assert.deepEqual(reports, [
    `Log file:${path}: its folder does not exist. No record was lost so far. Requests are served on.`,
  ])
  assert.equal(sinks.stats()[0]!.trouble, 'its folder does not exist')
  await mkdir(parent)
  await until(() => sinks.stats()[0]!.written === 1)
  assert.equal(reports[1], `Log file:${path} is written again. No record was lost so far.`)

  await rm(parent, { recursive: true })
  await sleep(1050)
  sinks.write('2\n')
  await until(() => sinks.stats()[0]!.trouble !== null)
  await mkdir(parent)
  await until(() => sinks.stats()[0]!.written === 2)
  assert.equal(await readFile(path, 'utf8'), '2\n')
  await sinks.close()
})

test('a full disk: bounded, counted, reported once, and written when there is room again', async (context) => {
  const path = join(await folder(context), 'a.log')
  await symlink('/dev/full', path)
  const reports: string[] = []
  const sinks = openFile(path, reports, { queueBytes: 100_000 })
  const line = `${'x'.repeat(999)}\n`
  for (let index = 0; index < 1000; index++) sinks.write(line)
  await until(() => sinks.stats()[0]!.trouble === 'the disk is full')
  const stats = sinks.stats()[0]!
  assert.equal(stats.queuedBytes, 100_000)
  assert.equal(stats.dropped, 900)
  await sleep(100)
  assert.equal(reports.length, 1)
  await rm(path)
  sinks.reopen()
  await until(() => sinks.stats()[0]!.written === 100)
  assert.equal((await readFile(path)).length, 100_000)
  assert.match(reports.at(-1)!, /is written again\. 900 records were lost so far\./)
  await sinks.close()
})

test('the report repeats with the time, and counts', async (context) => {
  const path = join(await folder(context), 'none', 'a.log')
  const reports: string[] = []
  const sinks = openFile(path, reports, { reportEveryMs: 100, retryMs: 10 })
  await sleep(350)
  assert.ok(reports.length >= 2 && reports.length <= 5, String(reports.length))
  await sinks.close()
})

test('a FIFO whose reader stopped blocks nothing, and its torn line never continues in another file', async (context) => {
  const path = join(await folder(context), 'a.log')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const sinks = openFile(path, [], { queueBytes: 1_000_000 })
  assert.deepEqual(await sinks.opened(), [])
  const line = `${'x'.repeat(1000)}\n`
  sinks.write(line.repeat(500))
  for (let index = 0; index < 1000; index++) sinks.write(line)
  let latest = performance.now()
  let longestGap = 0
  for (let turn = 0; turn < 20; turn++) {
    await sleep(5)
    longestGap = Math.max(longestGap, performance.now() - latest)
    latest = performance.now()
  }
  assert.ok(longestGap < 1000, `blocked for ${longestGap} ms`)
  const stalled = sinks.stats()[0]!
  assert.ok(stalled.queuedBytes <= 1_000_000 && stalled.dropped > 0)

  const taken = readSync(reader, Buffer.alloc(1 << 20), 0, 1 << 20, null)
  assert.ok(taken % line.length !== 0, 'the pipe should have cut a line')
  await rm(path)
  sinks.reopen()
  await until(() => sinks.stats()[0]!.queuedBytes === 0)
  await sinks.close()
  const lines = (await readFile(path, 'utf8')).split('\n')
  assert.equal(lines.pop(), '')
  for (const each of lines) assert.equal(each.length, 1000)
  const stats = sinks.stats()[0]!
  assert.equal(stats.written + stats.dropped, 1500)
})

test('a list replaced by another: what is in both goes on, counters never go down', async (context) => {
  const parent = await folder(context)
  const [a, b] = [join(parent, 'a.log'), join(parent, 'b.log')]
  const sinks = openFile(a)
  sinks.write('1\n')
  assert.deepEqual(
    await sinks.replace([
      { type: 'file', path: a, format: 'json' },
      { type: 'file', path: b, format: 'text' },
    ]),
    [],
  )
  sinks.write('{"status":200}\n')
  await sinks.replace([{ type: 'file', path: b, format: 'text' }])
  assert.equal(sinks.stats().length, 2)
  await until(() => sinks.stats().find((each) => each.sink === `file:${a}`)!.written === 2)
  sinks.write('{"status":201}\n')
  await sinks.close()
  assert.equal(await readFile(a, 'utf8'), '1\n{"status":200}\n')
  assert.match(await readFile(b, 'utf8'), /^- 200 .*\n- 201 .*\n$/)
})
