import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Glob } from './glob.ts'

const globOf = (pattern: string): Glob =>
  new Glob(pattern.split('*').map((piece) => piece.split('').map((one) => (one === '?' ? null : one))))

/** The obvious way, by recursion. */
function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') return fits(pattern.slice(1), text) || (text !== '' && fits(pattern, text.slice(1)))
  return (
    text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && fits(pattern.slice(1), text.slice(1))
  )
}

test('it decides as the obvious way does', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 9 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, text, (one, other) => assert.equal(globOf(one).test(other), fits(one, other))),
    { numRuns: 5000 },
  )
})

test('pieces longer than a word of bits are found where they first fit', () => {
  for (const length of [31, 32, 33, 64, 65, 100]) {
    const piece = `${'a'.repeat(length - 2)}?b`
    assert.ok(globOf(`*${piece}*`).test(`xx${'a'.repeat(length)}bxx`), String(length))
    assert.ok(!globOf(`*${piece}*`).test(`xx${'a'.repeat(length)}xx`), String(length))
    assert.ok(globOf(`x*${piece}*${piece}*`).test(`x${'a'.repeat(length - 1)}b${'a'.repeat(length - 1)}b`))
    assert.ok(!globOf(`x*${piece}*${piece}*`).test(`x${'a'.repeat(length - 1)}b${'a'.repeat(length - 2)}b`))
  }
})

test('no text makes a pattern costly', () => {
  const text = 'a'.repeat(16_384)
  for (const pattern of [
    '*a'.repeat(500),
    `*${'a'.repeat(1000)}b*`,
    `*${'a?'.repeat(500)}b*`,
    `${'*a?'.repeat(500)}b`,
  ]) {
    const glob = globOf(pattern)
    glob.test('a'.repeat(2000))
    const began = performance.now()
    glob.test(text)
    const took = performance.now() - began
    assert.ok(took < 60, `${took} ms for ${pattern.slice(0, 12)}`)
  }
})
