import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { KeyRing } from './key-ring.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 0, 1)
/** Longest life of a token. */
const life = 10 * minute

const kids = (ring: KeyRing): string[] => ring.all.map(({ key }) => key.kid)

test('a key signs for 30 days, is published a day ahead, and stays until its tokens are dead', () => {
  const ring = new KeyRing('ES256', 'test+jwt')
  assert.equal(ring.advance(start), true)
  const [first] = kids(ring)
  assert.equal(ring.advance(start + 28 * day), false)
  assert.deepEqual(kids(ring), [first])
  assert.equal(ring.advance(start + 29 * day), true)
  const [, second] = kids(ring)
  assert.deepEqual(kids(ring), [first, second])
  assert.equal(ring.signing(start + 30 * day - 1).key.kid, first)
  assert.equal(ring.signing(start + 30 * day).key.kid, second)
  assert.equal(ring.advance(start + 30 * day + 59 * minute), false)
  assert.deepEqual(kids(ring), [first, second])
  assert.equal(ring.advance(start + 30 * day + hour), true)
  assert.deepEqual(kids(ring), [second])
})

test('the keys come back from their text; another text is refused and changes nothing', () => {
  const ring = new KeyRing('EdDSA', 'test+jwt')
  ring.advance(start)
  ring.advance(start + 29 * day)
  const again = new KeyRing('EdDSA', 'test+jwt')
  assert.equal(again.restore(ring.text), true)
  assert.deepEqual(kids(again), kids(ring))
  assert.equal(again.advance(start + 29 * day), false)
  for (const text of [
    '',
    '{',
    '{"keys":1}',
    '{"keys":[{"jwk":{},"from":1}]}',
    ring.text.replaceAll('Ed25519', 'X25519'),
  ])
    assert.equal(again.restore(text), false, text)
  assert.equal(new KeyRing('ES256', 'test+jwt').restore(ring.text), false)
  assert.deepEqual(kids(again), kids(ring))
})

test('after a long stop the old key signs until the new one was published for a day', () => {
  const ring = new KeyRing('EdDSA', 'test+jwt')
  ring.advance(start)
  const [first] = kids(ring)
  const late = start + 300 * day
  ring.advance(late)
  assert.equal(ring.signing(late).key.kid, first)
  assert.equal(ring.signing(late + day).key.kid, kids(ring)[1])
})

test('a clock that was years ahead once does not stop the rotation', () => {
  const ring = new KeyRing('EdDSA', 'test+jwt')
  ring.advance(start)
  const [first] = kids(ring)
  ring.advance(start + 3650 * day)
  ring.advance(start + minute)
  assert.deepEqual(kids(ring), [first])
})

test('whatever the clock does: what a key signs is verified by the set, then and until it expires', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(steps, (hours) => {
      const ring = new KeyRing('EdDSA', 'test+jwt')
      let now = start
      for (const step of hours) {
        ring.advance(now)
        const { key } = ring.signing(now)
        assert.ok(kids(ring).includes(key.kid))
        // The half looks once a minute; at most that much later the key still signs.
        ring.advance(now + minute + life)
        assert.ok(kids(ring).includes(key.kid))
        now += step * hour
      }
      assert.ok(ring.all.length <= 3)
    }),
    { numRuns: 30 },
  )
})
