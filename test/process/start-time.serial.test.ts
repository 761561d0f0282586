import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { get } from './client.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

test('the first byte comes within a second, and an idle gateway is small', async (context) => {
  const upstream = await startUpstream(context)
  const warm = await GatewayProcess.start(context, upstream.port)
  const { port, ca, child } = warm
  await sleep(1000)
  const rss = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024
  await warm.end()
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    const started = performance.now()
    const again = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../src/main.ts'), 'start', '-c', warm.file],
      { cwd: warm.folder, stdio: 'ignore' },
    )
    context.after(() => again.kill('SIGKILL'))
    while (!(await get({ port, ca }, '/ok').catch(() => null))) await sleep(5)
    times.push(performance.now() - started)
    again.kill('SIGTERM')
    await once(again, 'exit')
  }
  context.diagnostic(
    `first byte after ${times.map(Math.round).join(', ')} ms; idle ${Math.round(rss)} MB with 2 data threads`,
  )
  assert.ok(Math.min(...times) < 1000, times.join())
  assert.ok(rss < 250, `${rss} MB`)
})
