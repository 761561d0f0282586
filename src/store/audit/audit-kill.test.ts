import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { openStore } from '../store.ts'

const rounds = 6

test('of what was acknowledged, nothing is lost to kills in mid-write, and the log stays whole', async (context) => {
  const folder = temporaryFolder(context)
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round++) {
    const before = acknowledged.length
    const writers = [writer(folder, acknowledged), writer(folder, acknowledged)]
    const deadline = Date.now() + 10_000
    while (acknowledged.length < before + 10 && Date.now() < deadline) await sleep(2)
    await sleep(round * 3)
    await Promise.all(writers.map(killed))
  }
  assert.ok(acknowledged.length >= 10 * rounds)
  const store = openStore(folder)
  context.after(() => store.close())
  const { ok, problem } = store.audit.verify()
  assert.ok(ok, problem ?? '')
  const told = new Map<string, number>()
  const undone: [from: number, to: number][] = []
  for (const entry of store.audit.entries()) {
    assert.ok(entry !== null)
    told.set(entry.target, entry.seq)
    const { undoneFrom, undoneTo } = entry.detail
    if (typeof undoneFrom === 'number') undone.push([undoneFrom, Number(undoneTo)])
  }
  const inForce = new Set([...store.revocations.each()].map(({ value }) => `token ${value}`))
  for (const value of acknowledged) {
    const seq = told.get(`token ${value}`)
    assert.ok(seq !== undefined && inForce.has(`token ${value}`), value)
    assert.ok(!undone.some(([from, to]) => seq >= from && seq <= to), `${value} was acknowledged`)
  }
  // And the other way round: what is in force was told, and what was told without being carried out says so.
  for (const target of inForce) assert.ok(told.has(target), target)
  const last = store.audit.verify().undone
  for (const [target, seq] of told) {
    if (!target.startsWith('token ') || inForce.has(target)) continue
    const isUndone = undone.some(([from, to]) => seq >= from && seq <= to)
    assert.ok(isUndone || last > 0, target)
  }
})

/** A process that revokes tokens until it is killed, and tells each after it was acknowledged. Long reasons, long writes. */
function writer(folder: string, acknowledged: string[]): ChildProcess {
  const script = `
    const { openStore } = await import(${JSON.stringify(new URL('../store.ts', import.meta.url).href)})
    const store = openStore(${JSON.stringify(folder)})
    for (let i = 0; ; i++) {
      const value = process.pid + '-' + i + '-' + 'x'.repeat(1900)
      store.revocations.add({ name: 'writer', from: null }, { kind: 'token', value, reason: 'r'.repeat(200) })
      process.stdout.write(value + ' ')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes) => {
    const parts = (text + String(bytes)).split(' ')
    text = parts.pop() ?? ''
    acknowledged.push(...parts)
  })
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}
