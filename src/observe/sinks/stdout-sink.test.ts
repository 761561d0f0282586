import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const sinksModule = new URL('./sinks.ts', import.meta.url).href

/** Writes 40 MB of records to standard output within 400 ms, then closes; says on stderr how long its loop stood still. */
const flood = `
  import { openSinks } from ${JSON.stringify(sinksModule)}
  const sinks = openSinks([{ type: 'stdout', format: 'json' }], { queueBytes: 4_000_000, report: () => {} })
  const batch = ('x'.repeat(999) + '\\n').repeat(100)
  let longest = 0, latest = performance.now(), batches = 0
  const measure = setInterval(() => { longest = Math.max(longest, performance.now() - latest); latest = performance.now() }, 5)
  const timer = setInterval(() => {
    for (let index = 0; index < 10 && batches < 400; index++, batches++) sinks.write(batch)
    if (batches < 400) return
    clearInterval(timer); clearInterval(measure)
    const start = performance.now()
    sinks.close().then(() => {
      process.stderr.write(JSON.stringify({ longest, closed: performance.now() - start, ...sinks.stats()[0] }))
      process.exit(0)
    })
  }, 10)
`

interface Outcome {
  readonly longest: number
  readonly closed: number
  readonly written: number
  readonly dropped: number
}

function start(stdout: 'pipe' | number, code: string, environment: object = {}): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, ...environment },
  })
}

async function outcome(child: ChildProcess): Promise<Outcome> {
  let text = ''
  child.stderr!.on('data', (data) => (text += data))
  const [code, signal] = await once(child, 'close')
  assert.equal(code, 0, `${signal} ${text}`)
  return JSON.parse(text) as Outcome
}

test('a reader that stopped blocks nothing: bounded, counted, and the process ends', async (context) => {
  const child = start('pipe', flood)
  context.after(() => child.kill('SIGKILL'))
  child.stdout!.pause()
  // 'close' waits for our end of the pipe, so it is let go once the child has reported.
  child.stderr!.once('data', () => child.stdout!.resume())
  const result = await outcome(child)
  assert.ok(result.longest < 1000, `the loop stood still for ${result.longest} ms`)
  assert.ok(result.dropped > 30_000)
  assert.equal(result.written + result.dropped, 40_000)
  assert.ok(result.closed > 1500 && result.closed < 5000, `closed in ${result.closed} ms`)
})

test('a reader that went away: the process lives on and counts', async (context) => {
  const child = start('pipe', flood)
  context.after(() => child.kill('SIGKILL'))
  child.stdout!.once('data', () => child.stdout!.destroy())
  const result = await outcome(child)
  assert.ok(result.dropped > 10_000)
  assert.equal(result.written + result.dropped, 40_000)
  assert.ok(result.closed < 1500)
})

test('a reader that keeps up gets every record, whole and in order', async (context) => {
  const code = `
    import { openSinks } from ${JSON.stringify(sinksModule)}
    const sinks = openSinks([{ type: 'stdout', format: 'auto' }], { report: () => {} })
    for (let index = 0; index < 2000; index++) sinks.write('{"n":' + index + '}\\n')
    await sinks.close()
    process.exit(0)
  `
  const child = start('pipe', code)
  context.after(() => child.kill('SIGKILL'))
  let text = ''
  child.stdout!.on('data', (data) => (text += data))
  await once(child, 'close')
  const lines = text.trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { n: number }).n),
    Array.from({ length: 2000 }, (_, n) => n),
  )
})

test('standard output that is a file keeps the position the shell gave it', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-stdout-'))
  context.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'out')
  const fd = openSync(path, 'w')
  const code = `
    import { writeSync } from 'node:fs'
    import { openSinks } from ${JSON.stringify(sinksModule)}
    writeSync(1, 'banner\\n')
    const sinks = openSinks([{ type: 'stdout', format: 'text' }], { report: () => {} })
    sinks.write('{"status":200}\\n')
    await sinks.close()
    writeSync(1, 'end\\n')
  `
  const child = start(fd, code)
  await once(child, 'close')
  assert.match(await readFile(path, 'utf8'), /^banner\n- 200 .*\nend\n$/)
})
