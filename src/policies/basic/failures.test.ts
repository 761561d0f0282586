import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failures } from './failures.ts'

test('a burst is free, then one try in each period', () => {
  const failures = new Failures({ burst: 3, forgivenAfterMs: 1000 })
  for (let i = 0; i < 3; i++) {
    assert.equal(failures.wait('ada', 0), 0)
    failures.add('ada', 0)
  }
  assert.equal(failures.wait('ada', 0), 1000)
  assert.equal(failures.wait('ada', 999), 1)
  assert.equal(failures.wait('ada', 1000), 0)
  failures.add('ada', 1000)
  assert.equal(failures.wait('ada', 1000), 1000)
  assert.equal(failures.wait('bob', 0), 0)
  assert.equal(failures.wait('ada', 60_000), 0)
})

test('never more than the burst and what time forgives, at whatever moments they come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { maxLength: 200 }), (pauses) => {
      const failures = new Failures({ burst: 5, forgivenAfterMs: 1000 })
      let now = 0
      let tried = 0
      for (const pause of pauses) {
        now += pause
        if (failures.wait('ada', now) > 0) continue
        failures.add('ada', now)
        tried++
        assert.ok(tried <= 5 + now / 1000)
      }
    }),
  )
})

test('what was right is taken back, and no more', () => {
  const failures = new Failures({ burst: 2, forgivenAfterMs: 1000 })
  failures.add('ada', 0)
  failures.add('ada', 0)
  failures.takeBack('ada')
  assert.equal(failures.wait('ada', 0), 0)
  failures.add('ada', 0)
  assert.equal(failures.wait('ada', 0), 1000)
})

test('the table is bounded, and the longest untouched goes first', () => {
  const failures = new Failures({ burst: 1, forgivenAfterMs: 1000 }, 3)
  for (const name of ['a', 'b', 'c']) failures.add(name, 0)
  failures.add('a', 0)
  failures.add('d', 0)
  assert.equal(failures.wait('b', 0), 0)
  for (const name of ['a', 'c', 'd']) assert.ok(failures.wait(name, 0) > 0, name)
})
