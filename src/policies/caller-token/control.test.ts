import assert from 'node:assert/strict'
import test, { mock } from 'node:test'
import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { judgedSessions } from '../../store/sessions.ts'
import { control } from './control.ts'

/** The parts of the control plane that the half uses, over texts that outlive it. */
function run(texts: Map<string, string>): { half: ControlHalf; published: unknown[]; reports: string[] } {
  const published: unknown[] = []
  const reports: string[] = []
  const host: ControlHost = {
    where: 'caller-token',
    instance: 'caller-token',
    publish: (state) => published.push(structuredClone(state)),
    call: () => Promise.reject(new Error('nobody is called')),
    report: (event, message) => reports.push(`${event}: ${message}`),
    kept: { read: (name) => texts.get(name) ?? null, write: (name, text) => texts.set(name, text) },
    sessions: () => judgedSessions(null),
  }
  return { half: control('ES256', host), published, reports }
}

const kidsOf = (half: ControlHalf): string[] => (half.publicKeys?.() ?? []).map(({ kid }) => kid)

test('publishes a key at once, keeps it over restarts, and shows only its public half', () => {
  const texts = new Map<string, string>()
  const first = run(texts)
  first.half.close()
  assert.equal(first.published.length, 1)
  const again = run(texts)
  again.half.close()
  assert.deepEqual(again.published, first.published)
  assert.deepEqual(kidsOf(again.half), kidsOf(first.half))
  const { key } = first.published[0] as { key: { d: string } }
  const shown = JSON.stringify([first.half.status?.(), first.half.publicKeys?.()])
  assert.ok(key.d.length > 40 && !shown.includes(key.d))
  assert.ok(shown.includes(kidsOf(first.half)[0]!))
})

test('kept keys that are broken are told and replaced', () => {
  const texts = new Map([['signing-keys', '{"keys":[{"jwk":{"d":"secret-of-a-broken-key"},"from":1}]}']])
  const { half, published, reports } = run(texts)
  half.close()
  assert.equal(published.length, 1)
  assert.equal(reports.length, 1)
  assert.doesNotMatch(reports[0]!, /secret/)
  assert.deepEqual(kidsOf(run(texts).half), kidsOf(half))
})

test('publishes the next key when it is due, and not before', () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.UTC(2026, 0, 1) })
  try {
    const { half, published } = run(new Map())
    const [first] = kidsOf(half)
    const hours = (count: number): void => mock.timers.tick(count * 3600_000)
    hours(29 * 24)
    assert.equal(published.length, 1)
    assert.equal(kidsOf(half).length, 2)
    hours(24)
    assert.equal(published.length, 2)
    assert.equal(kidsOf(half)[0], first)
    hours(2)
    assert.equal(kidsOf(half).length, 1)
    assert.notEqual(kidsOf(half)[0], first)
    half.close()
  } finally {
    mock.timers.reset()
  }
})
