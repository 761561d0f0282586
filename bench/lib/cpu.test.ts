import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { allowedCores, usageOf } from './cpu.ts'

test('a process is counted together with its descendants', async () => {
  const burn =
    'const end = Date.now() + 300; while (Date.now() < end); process.send("done"); setInterval(() => {}, 1000)'
  const source = `const child = require('node:child_process').fork('-e', [], { execArgv: ['-e', ${JSON.stringify(burn)}] })
    child.on('message', () => process.stdout.write('done'))`
  // A group of its own, so that the grandchild ends with it.
  const parent = spawn(process.execPath, ['-e', source], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = parent.pid
  assert.ok(pid !== undefined)
  try {
    await once(parent.stdout, 'data')
    const { cpuSeconds, rssMb } = usageOf(pid)
    assert.ok(cpuSeconds >= 0.1, `two Node processes, one busy for 0.3 s, used ${cpuSeconds} s`)
    assert.ok(rssMb > 60, `two Node processes hold ${rssMb} MB`)
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
