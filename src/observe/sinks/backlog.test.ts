import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backlog } from './backlog.ts'

const same = (batch: string): string => batch

test('oldest first, counted in records, bounded in bytes', () => {
  const backlog = new Backlog(10)
  assert.equal(backlog.offer('a\nb\n', same), true)
  assert.equal(backlog.offer('cccc\n', same), true)
  assert.equal(backlog.offer('dd\nee\n', same), false)
  assert.equal(backlog.dropped, 2)
  assert.equal(backlog.bytes, 9)
  assert.equal(String(backlog.head()?.bytes), 'a\nb\n')
  backlog.done()
  assert.equal(backlog.offer('dd\n', same), true)
  assert.equal(String(backlog.head()?.bytes), 'cccc\n')
  assert.equal(backlog.written, 2)
})

test('a full queue costs no encoding', () => {
  const backlog = new Backlog(2)
  backlog.offer('a\n', same)
  assert.equal(
    backlog.offer('b\n', () => assert.fail('encoded')),
    false,
  )
})

test('a lost record of an entry counts as dropped, the rest as written', () => {
  const backlog = new Backlog(100)
  backlog.offer('a\nb\nc\n', same)
  backlog.lose()
  backlog.done()
  assert.deepEqual([backlog.written, backlog.dropped], [2, 1])
})

test('empty resolves when all is out, and at the deadline', async () => {
  const backlog = new Backlog(100)
  await backlog.empty(10_000)
  backlog.offer('a\n', same)
  const out = backlog.empty(10_000)
  backlog.done()
  await out
  backlog.offer('b\n', same)
  const start = performance.now()
  await backlog.empty(30)
  assert.ok(performance.now() - start >= 25)
  backlog.clear()
  assert.deepEqual([backlog.written, backlog.dropped, backlog.bytes], [1, 1, 0])
})

test('every record is written, dropped or waiting, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(40), fc.constant('done'), fc.constant('clear'))), (steps) => {
      const backlog = new Backlog(50)
      let offered = 0
      let waiting: number[] = []
      for (const step of steps) {
        if (step === 'done') {
          backlog.done()
          waiting.shift()
        } else if (step === 'clear') {
          backlog.clear()
          waiting = []
        } else if (typeof step === 'number') {
          offered += step
          if (backlog.offer('x\n'.repeat(step), same) && step > 0) waiting.push(step)
        }
        assert.ok(backlog.bytes <= 50)
        const held = waiting.reduce((sum, records) => sum + records, 0)
        assert.equal(backlog.written + backlog.dropped + held, offered)
      }
    }),
  )
})
