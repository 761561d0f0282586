import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { OVER_LIMIT, SharedTable, TABLE_FULL } from './shared-table.ts'
import { maxCount } from './slot-state.ts'

const table = (capacity = 100): SharedTable => SharedTable.create(capacity, [0x1234, 0xfedc_ba98], 0)

describe('SharedTable', () => {
  test('adds, takes away, and frees at nothing', () => {
    const counts = table()
    assert.equal(counts.get('a'), 0)
    assert.equal(counts.add('a', 1), 1)
    assert.equal(counts.add('a', 4), 5)
    assert.equal(counts.add('b', 2), 2)
    assert.equal(counts.size(), 2)
    assert.equal(counts.add('a', -3), 2)
    assert.equal(counts.get('a'), 2)
    assert.equal(counts.add('a', -2), 0)
    assert.equal(counts.size(), 1)
    assert.equal(counts.get('a'), 0)
    assert.equal(counts.get('b'), 2)
  })

  test('never goes below nothing', () => {
    const counts = table()
    assert.equal(counts.add('a', -1), 0)
    assert.equal(counts.add('a', 2), 2)
    assert.equal(counts.add('a', -7), 0)
    assert.equal(counts.add('a', 1), 1)
    assert.equal(counts.add('none', 0), 0)
    assert.equal(counts.size(), 1)
  })

  test('a limit refuses the whole change', () => {
    const counts = table()
    assert.equal(counts.add('a', 4, 3), OVER_LIMIT)
    assert.equal(counts.size(), 0)
    assert.equal(counts.add('a', 3, 3), 3)
    assert.equal(counts.add('a', 1, 3), OVER_LIMIT)
    assert.equal(counts.get('a'), 3)
    assert.equal(counts.add('a', 1, 4), 4)
    assert.equal(counts.add('a', -1, 2), 3, 'taking away is not refused, also where a limit was lowered')
    assert.equal(counts.add('b', 1, 0), OVER_LIMIT)
    assert.equal(counts.add('b', 1, -1), OVER_LIMIT)
  })

  test('a count never overflows', () => {
    const counts = table()
    assert.equal(counts.add('a', maxCount), maxCount)
    assert.equal(counts.add('a', 1), OVER_LIMIT)
    assert.equal(counts.add('a', 1, Number.POSITIVE_INFINITY), OVER_LIMIT)
    assert.equal(counts.get('a'), maxCount)
    assert.equal(counts.add('b', maxCount + 1), OVER_LIMIT)
    assert.throws(() => counts.add('a', -0.5), RangeError)
  })

  test('another view of the same memory is the same table', () => {
    const one = table()
    const other = new SharedTable(one.buffer, 1)
    one.add('a', 1)
    assert.equal(other.add('a', 1), 2)
    assert.equal(one.get('a'), 2)
  })

  test('refuses memory, sizes and threads that make no sense', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) assert.throws(() => table(capacity), RangeError)
    assert.throws(() => new SharedTable(new SharedArrayBuffer(1024), 0), RangeError)
    for (const thread of [-1, 0.5, 65_536])
      assert.throws(() => new SharedTable(table().buffer, thread), RangeError)
  })

  test('does what a Map would', () => {
    const step = fc.tuple(fc.nat(30), fc.integer({ min: -3, max: 4 }), fc.integer({ min: 1, max: 8 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const counts = table(31)
        const model = new Map<string, number>()
        for (const [number, delta, limit] of steps) {
          const key = `10.0.0.${number}`
          const before = model.get(key) ?? 0
          const refused = delta > 0 && before + delta > limit
          const after = refused ? before : Math.max(0, before + delta)
          assert.equal(counts.add(key, delta, limit), refused ? OVER_LIMIT : after)
          if (after === 0) model.delete(key)
          else model.set(key, after)
        }
        assert.equal(counts.size(), model.size)
        for (const [key, count] of model) assert.equal(counts.get(key), count)
      }),
      { numRuns: 500 },
    )
  })
})

describe('capacity', () => {
  test('holds as many keys as promised, in at most 64 bytes each', () => {
    for (const [capacity, seed] of [
      [1, 1],
      [24, 2],
      [1000, 3],
      [50_000, 4],
      [50_000, 5],
    ] as const) {
      const counts = SharedTable.create(capacity, [seed, ~seed], 0)
      for (let i = 0; i < capacity; i++) assert.equal(counts.add(`key ${i}`, 1), 1)
      if (capacity >= 24) assert.ok(counts.buffer.byteLength <= 24 * capacity + 256)
    }
  })

  test('full: says so, and neither loses nor forgives what is there', () => {
    const counts = table(24)
    const held: string[] = []
    let refused = 0
    for (let i = 0; i < 200; i++) {
      const result = counts.add(`key ${i}`, 2)
      if (result === TABLE_FULL) refused++
      else held.push(`key ${i}`)
    }
    assert.equal(held.length, 32, 'two buckets of sixteen')
    assert.equal(refused, 168)
    for (const key of held) assert.equal(counts.add(key, 1), 3)
    assert.equal(counts.add('one more', 1), TABLE_FULL)
    assert.equal(counts.add(held[0]!, -3), 0)
    assert.equal(counts.add('one more', 1), 1)
    for (const key of held.slice(1)) assert.equal(counts.get(key), 3)
  })

  test('places are used again without end', () => {
    const counts = table(24)
    for (let i = 0; i < 20_000; i++) {
      assert.equal(counts.add(`key ${i}`, 1), 1)
      if (i >= 24) assert.equal(counts.add(`key ${i - 24}`, -1), 0)
    }
    assert.equal(counts.size(), 24)
  })
})

test('takeBack subtracts the share of a thread that has ended, and empties it', () => {
  const counts = table()
  const [mine, ended] = [new SharedTable(table().buffer, 1), new SharedTable(table().buffer, 2)]
  for (const [share, key, count] of [
    [mine, 'a', 2],
    [ended, 'a', 3],
    [ended, 'b', 1],
    [mine, 'c', 1],
  ] as const) {
    counts.add(key, count)
    share.add(key, count)
  }
  counts.takeBack(ended)
  assert.deepEqual([counts.get('a'), counts.get('b'), counts.get('c')], [2, 0, 1])
  assert.equal(ended.size(), 0)
  counts.takeBack(ended)
  assert.deepEqual([counts.get('a'), counts.size()], [2, 2])
  assert.throws(() => counts.takeBack(SharedTable.create(100, [1, 1], 0)), RangeError)
})
