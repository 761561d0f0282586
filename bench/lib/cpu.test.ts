import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { allowedCores, usageOf } from './cpu.ts'

test('a process is counted together with its descendants', { timeout: 10_000 }, async () => {
  const burn =
    'const end = Date.now() + 300; while (Date.now() < end); console.log(1); setInterval(() => {}, 1000)'
  // A group of its own, so that the grandchild ends with it.
  const shell = spawn('sh', ['-c', '"$0" -e "$1" & wait', process.execPath, burn], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = shell.pid
  assert.ok(pid !== undefined)
  try {
    await once(shell.stdout, 'data')
    const { cpuSeconds, rssMb } = usageOf(pid)
    assert.ok(cpuSeconds >= 0.1, `a shell whose child was busy for 0.3 s used ${cpuSeconds} s`)
    assert.ok(rssMb > 30, `a shell with Node below it holds ${rssMb} MB`)
  } finally {
    process.kill(-pid, 'SIGKILL')
  }
})

test('a process that has ended has used nothing', () => {
  assert.deepEqual(usageOf(2 ** 30), { cpuSeconds: 0, rssMb: 0 })
})

test('the cores this process may run on are at most those of the machine', () => {
  const cores = allowedCores()
  assert.ok(cores.length >= 1)
  assert.ok(cores.every((core) => Number.isInteger(core) && core >= 0))
  assert.equal(new Set(cores).size, cores.length)
})
