import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutJson } from './cut-json.ts'
import type { JsonPath, JsonValue } from './json.ts'
import { defaultJsonLimits, parseJson } from './parse-json.ts'

const cut = (text: string, ...paths: JsonPath[]): string => cutJson(Buffer.from(text), paths).toString()

test('everything that stays keeps its bytes', () => {
  const text = '{ "a" : 1.50 ,\n "b":[ 1 , {"c":"\\u0041", "d" : 2}, 3 ] , "e":"x" }'
  assert.equal(cut(text), text)
  assert.equal(cut(text, ['a']), '{ "b":[ 1 , {"c":"\\u0041", "d" : 2}, 3 ] , "e":"x" }')
  assert.equal(cut(text, ['e']), '{ "a" : 1.50 ,\n "b":[ 1 , {"c":"\\u0041", "d" : 2}, 3 ] }')
  assert.equal(cut(text, ['b', 1, 'd']), '{ "a" : 1.50 ,\n "b":[ 1 , {"c":"\\u0041"}, 3 ] , "e":"x" }')
  assert.equal(cut(text, ['b', 0], ['b', 1], ['b', 2]), '{ "a" : 1.50 ,\n "b":[ ] , "e":"x" }')
  assert.equal(cut(text, ['b', 1], ['b', 2], ['e']), '{ "a" : 1.50 ,\n "b":[ 1 ] }')
})

test('a path that is not there is a mistake of the caller', () => {
  for (const path of [['x'], ['a', 'b'], ['l', 2], ['l', '0'], []])
    assert.throws(() => cut('{"a":1,"l":[1,2]}', path), RangeError)
})

/** Some paths into a value. */
function pathsOf(value: JsonValue, pick: () => boolean, at: JsonPath = []): JsonPath[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: (readonly [string | number, JsonValue])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return entries.flatMap(([key, inner]) => (pick() ? [[...at, key]] : pathsOf(inner, pick, [...at, key])))
}

function without(value: JsonValue, paths: readonly JsonPath[], at: JsonPath = []): unknown {
  if (typeof value !== 'object' || value === null) return value
  const isCut = (key: string | number): boolean =>
    paths.some((path) => JSON.stringify(path) === JSON.stringify([...at, key]))
  if (Array.isArray(value))
    return (value as JsonValue[]).flatMap((inner, index) =>
      isCut(index) ? [] : [without(inner, paths, [...at, index])],
    )
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      isCut(key) ? [] : [[key, without(inner as JsonValue, paths, [...at, key])]],
    ),
  )
}

test('what is left is the value without what was cut', () => {
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)] }),
      fc.infiniteStream(fc.boolean()),
      fc.constantFrom(0, 1, '\t'),
      (object, picks, indent) => {
        const text = Buffer.from(JSON.stringify(object, null, indent))
        const parsed = parseJson(text, defaultJsonLimits)
        if (!parsed.ok) return
        const paths = pathsOf(parsed.value, () => picks.next().value === true)
        const left = parseJson(cutJson(text, paths), defaultJsonLimits)
        assert.ok(left.ok, left.ok ? '' : left.fault)
        assert.deepEqual(
          JSON.parse(JSON.stringify(left.value)),
          JSON.parse(JSON.stringify(without(parsed.value, paths))),
        )
      },
    ),
    { numRuns: 1000 },
  )
})
