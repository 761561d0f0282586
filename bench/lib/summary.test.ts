import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LoggedRound, ratio, summarize } from './summary.ts'

function round(change: Partial<LoggedRound>): LoggedRound {
  return {
    requests: 8000,
    rps: 1000,
    p50: 1,
    p99: 2,
    errors: 0,
    cpu: 99,
    loadCpu: 60,
    rss: 50,
    logged: 1,
    ...change,
  }
}

test('medians are taken over the rounds that count', () => {
  const rounds = [
    round({ rps: 1000 }),
    round({ rps: 3000 }),
    round({ rps: 2000 }),
    round({ rps: 9, cpu: 94.9 }),
  ]
  const summary = summarize([...rounds, round({ rps: 7, errors: 1 }), round({ rps: 8, logged: 0.5 })])
  assert.equal(summary.rps, 2000)
  assert.equal(summary.valid, 3)
  assert.equal(summary.errors, 1)
  assert.equal(summary.measured, true)
})

test('a gateway whose core was never busy is not measured, and gives no ratio', () => {
  const idle = summarize([round({ cpu: 80 }), round({ cpu: 90 })])
  const busy = summarize([round({ rps: 500 })])
  assert.equal(idle.measured, false)
  assert.equal(idle.cpu, 85)
  assert.equal(ratio(idle, busy), null)
  assert.equal(ratio(busy, idle), null)
  assert.equal(ratio(busy, undefined), null)
  assert.equal(ratio(summarize([round({})]), busy), 2)
})
