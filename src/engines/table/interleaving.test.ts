import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { SharedTable } from './shared-table.ts'

/**
 * Stops one operation at each of its atomic steps in turn, and lets other threads run in the meantime. Deterministic,
 * so that a schedule that breaks the table breaks it every time.
 */
const { load, store, compareExchange } = Atomics

afterEach(() => Object.assign(Atomics, { load, store, compareExchange }))

class Death extends Error {}

/** Runs `work`; before its atomic step number `at`, once, runs `then`. Says whether that step was reached. */
function interrupt(at: number, work: () => unknown, then: () => unknown): boolean {
  let step = 0
  const pause = (): void => {
    if (step++ === at) then()
  }
  const before = { load: Atomics.load, store: Atomics.store, compareExchange: Atomics.compareExchange }
  for (const [name, operation] of Object.entries(before)) {
    const paused = (...all: unknown[]): unknown => {
      pause()
      return Reflect.apply(operation, Atomics, all)
    }
    Object.assign(Atomics, { [name]: paused })
  }
  try {
    work()
  } catch (error) {
    if (!(error instanceof Death)) throw error
  } finally {
    Object.assign(Atomics, before)
  }
  return step > at
}

const die = (): never => {
  throw new Death()
}

function threads(): [SharedTable, SharedTable, SharedTable] {
  const first = SharedTable.create(24, [7, 9], 0)
  return [first, new SharedTable(first.buffer, 1), new SharedTable(first.buffer, 2)]
}

/** Calls `schedule` with 0, 1, … until it says that the step was not reached; at least a few times. */
function everyStep(schedule: (at: number) => boolean): void {
  let at = 0
  while (schedule(at)) at++
  assert.ok(at > 3, `${at} steps`)
}

describe('an operation interrupted at any step', () => {
  test('a new key: another thread adds it meanwhile', () => {
    everyStep((at) => {
      const [a, b] = threads()
      const reached = interrupt(
        at,
        () => a.add('k', 2),
        () => assert.equal(b.add('k', 3) % 2, 1),
      )
      if (reached) assert.deepEqual([a.get('k'), a.size()], [5, 1], `step ${at}`)
      return reached
    })
  })

  test('a new key: another thread adds it and takes it away again, and other keys take the place', () => {
    everyStep((at) => {
      const [a, b] = threads()
      const reached = interrupt(
        at,
        () => a.add('k', 1),
        () => {
          b.add('k', 1)
          b.add('k', -1)
          for (let i = 0; i < 20; i++) b.add(`other ${i}`, 1)
        },
      )
      if (reached) assert.deepEqual([a.get('k'), a.size()], [1, 21], `step ${at}`)
      return reached
    })
  })

  test('a new key: another thread dies in the middle of adding it', () => {
    everyStep((at) => {
      const [a, b, c] = threads()
      let reached = true
      everyStep((deadline) => {
        let done = false
        reached = interrupt(
          at,
          () => a.add('k', 2),
          () => interrupt(deadline, () => (done = b.add('k', 4) > 0), die),
        )
        if (!reached) return deadline < 4
        const counted = a.get('k')
        assert.ok(counted === (done ? 6 : 2) || counted === 6, `step ${at}, death at ${deadline}: ${counted}`)
        assert.equal(c.add('k', 1), counted + 1)
        assert.equal(c.add('k', -counted - 1), 0)
        c.sweep(1)
        assert.ok(isClean(c), `step ${at}, death at ${deadline}`)
        return !done
      })
      return reached
    })
  })

  test('a change: the key is freed and its place taken by another', () => {
    everyStep((at) => {
      const [a, b] = threads()
      a.add('k', 1)
      const reached = interrupt(
        at,
        () => a.add('k', 5),
        () => {
          assert.equal(b.add('k', -1) % 5, 0)
          for (let i = 0; i < 23; i++) b.add(`other ${i}`, 1)
        },
      )
      if (!reached) return at < 4
      assert.equal(a.get('k'), 5, `step ${at}`)
      for (let i = 0; i < 23; i++) assert.equal(a.get(`other ${i}`), 1)
      return reached
    })
  })

  test('a limit holds whoever comes between', () => {
    everyStep((at) => {
      const [a, b] = threads()
      const results: number[] = []
      const reached = interrupt(
        at,
        () => results.push(a.add('k', 1, 1)),
        () => results.push(b.add('k', 1, 1)),
      )
      if (reached) {
        assert.deepEqual(results.sort(), [-1, 1], `step ${at}`)
        assert.equal(a.get('k'), 1)
      }
      return reached
    })
  })

  test('a free: another thread adds meanwhile', () => {
    everyStep((at) => {
      const [a, b] = threads()
      a.add('k', 1)
      const reached = interrupt(
        at,
        () => a.add('k', -1),
        () => b.add('k', 1),
      )
      if (!reached) return at < 4
      assert.deepEqual([a.get('k'), a.size()], [1, 1], `step ${at}`)
      return reached
    })
  })

  test('a thread dies anywhere: others go on, and sweeping leaves nothing behind', () => {
    everyStep((at) => {
      const [a, b] = threads()
      const reached = interrupt(at, () => a.add('k', 1), die)
      if (!reached) return false
      assert.ok(b.add('k', 1) >= 1)
      for (let i = 0; i < 20; i++) assert.equal(b.add(`other ${i}`, 1), 1)
      assert.ok(b.sweep(0) <= 1)
      assert.equal(b.sweep(0), 0)
      b.add('k', -2)
      for (let i = 0; i < 20; i++) b.add(`other ${i}`, -1)
      assert.ok(isClean(b), `step ${at}`)
      return reached
    })
  })
})

/** No key, and no slot half done: every slot of the two buckets can be taken. */
function isClean(table: SharedTable): boolean {
  if (table.size() !== 0) return false
  for (let i = 0; i < 32; i++) if (table.add(`fill ${i}`, 1) !== 1) return false
  for (let i = 0; i < 32; i++) table.add(`fill ${i}`, -1)
  return table.size() === 0
}
