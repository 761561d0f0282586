import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonPositions } from './json-positions.ts'
import { nearestOffset, POSITION_DEPTH, type PositionNode } from './position-tree.ts'

/** Every key that `JSON.parse` sees down to the depth that is kept is found, at the quote that opens it. */
function assertFound(text: string, value: unknown, node: PositionNode, depth: number): void {
  if (typeof value !== 'object' || value === null || depth === POSITION_DEPTH) return
  assert.equal(node.children.size, Object.keys(value).length)
  for (const [key, item] of Object.entries(value)) {
    const child = node.children.get(key)
    assert.ok(child, key)
    const written = text.slice(child.offset)
    if (!Array.isArray(value)) assert.ok(written.startsWith(JSON.stringify(key)), written.slice(0, 40))
    assertFound(text, item, child, depth + 1)
  }
}

test('finds what JSON.parse finds, in any layout', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom('', ' ', '\t', 4), (value, space) => {
      const text = `\n ${JSON.stringify(value, null, space)} \n`
      const tree = jsonPositions(text)
      assert.deepEqual(tree.duplicates, [])
      assertFound(text, JSON.parse(text), tree.root, 0)
    }),
    { numRuns: 1000 },
  )
})

test('escaped quotes, backslashes and brackets in text end nothing early', () => {
  const value = { 'a\\': '"}]\\', '"': ['\\"', '{'], b: { c: '\\\\' }, d: 1 }
  const text = JSON.stringify(value)
  assertFound(text, value, jsonPositions(text).root, 0)
})

test('a key that stands twice, also when it is written differently', () => {
  assert.deepEqual(jsonPositions('{"a":1,"b":{"c":1,"\\u0063":2},"a":2}').duplicates, [
    { key: 'c', offset: 18 },
    { key: 'a', offset: 30 },
  ])
  assert.deepEqual(jsonPositions('{"__proto__":1,"constructor":2}').duplicates, [])
})

test('the nearest written ancestor of a missing path', () => {
  const { root } = jsonPositions('{"paths":{"/a":{}}}')
  assert.equal(nearestOffset(root, ['paths', '/a', 'get', 'security']), 10)
  assert.equal(nearestOffset(root, ['nothing']), 0)
})
