import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { FairShare } from './fair-share.ts'

test('a flood from one network waits for itself, and others come in between', async () => {
  const share = new FairShare({ all: 4, ofOne: 2, waitingOfOne: 50 })
  const order: string[] = []
  const call = (name: string) => async () => {
    order.push(name)
    await sleep(1)
  }
  const flood = Array.from({ length: 100 }, () => share.run('flood', call('flood')))
  assert.equal(flood.filter((one) => one === null).length, 48)
  const others = Array.from({ length: 10 }, (_, index) => share.run(`other ${index}`, call('other')))
  assert.ok(others.every((one) => one !== null))
  await Promise.all(others)
  assert.ok(order.filter((name) => name === 'flood').length < 30)
  await Promise.all(flood)
  assert.equal(order.length, 62)
})

test('never more at once than allowed, nobody waits for ever, and a failure gives its place back', async () => {
  const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(names, async (list) => {
      const share = new FairShare({ all: 3, ofOne: 2, waitingOfOne: 60 })
      const running = new Map<string, number>()
      let all = 0
      const calls = list.map((name, index) =>
        share
          .run(name, async () => {
            running.set(name, (running.get(name) ?? 0) + 1)
            assert.ok(++all <= 3)
            assert.ok(running.get(name)! <= 2)
            await new Promise((resolve) => setImmediate(resolve))
            all--
            running.set(name, running.get(name)! - 1)
            if (index % 3 === 0) throw new Error('on purpose')
          })!
          .catch((error: Error) => assert.equal(error.message, 'on purpose')),
      )
      await Promise.all(calls)
      assert.equal(all, 0)
    }),
    { numRuns: 50 },
  )
})
