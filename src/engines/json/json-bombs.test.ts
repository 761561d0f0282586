import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defaultJsonLimits, parseJson } from './parse-json.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Four times the default body of 10 MB. */
const mostBytes = 40_000_000
const { members, elements } = defaultJsonLimits

const list = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => of(i)).join()

const texts: readonly (readonly [string, string, string])[] = [
  ['empty objects', `[${list(elements, () => '{}')}]`, 'ok'],
  ['empty lists', `[${list(elements, () => '[]')}]`, 'ok'],
  ['lists in lists', `[${list(elements / 4, () => '[[[[]]]]')}]`, 'ok'],
  ['fractions', `[${list(elements, () => '0.5')}]`, 'ok'],
  ['texts', `[${list(elements, (i) => `"${i}"`)}]`, 'ok'],
  ['objects with a name each', `[${list(members, (i) => `{"k${i}":{}}`)}]`, 'ok'],
  [
    'objects with ten names each',
    `[${list(members / 10, (i) => `{${list(10, (j) => `"k${i}-${j}":[]`)}}`)}]`,
    'ok',
  ],
  ['one object', `{${list(members, (i) => `"name${i}":0.5`)}}`, 'ok'],
  ['one object too large', `{${list(members + 1, (i) => `"name${i}":0`)}}`, 'members'],
  // As elements these lie far apart, and hash to few slots.
  ['indices as names', `{${list(members, (i) => `"${(i * 65_536 + 1) % 4_294_967_295}":0`)}}`, 'ok'],
  [
    'integers beyond indices as names',
    `{${list(members, (i) => `"${BigInt(i) * 2n ** 24n + 2n ** 32n}":0`)}}`,
    'ok',
  ],
  ['depth', '['.repeat(10_000_000), 'depth'],
  ['digits', '1'.repeat(10_000_000), 'number'],
  ['digits after the point', `0.${'1'.repeat(10_000_000)}`, 'number'],
  ['an open text', `"${'\\\\'.repeat(5_000_000)}`, 'syntax'],
  ['escapes', `"${'\\u0041'.repeat(1_600_000)}"`, 'ok'],
]

for (const [name, text, verdict] of texts) {
  test(`at the limits: ${name}`, () => {
    const bytes = Buffer.from(text)
    parseJson(Buffer.from('{}'), defaultJsonLimits)
    collect()
    const before = process.memoryUsage().heapUsed
    const parsed = parseJson(bytes, defaultJsonLimits)
    const taken = process.memoryUsage().heapUsed - before
    assert.equal(parsed.ok ? 'ok' : parsed.fault, verdict)
    assert.ok(taken < mostBytes, `${taken} bytes`)
  })
}

test('names that V8 takes for indices of an array cost no more than others', () => {
  const text = Buffer.from(`[${Array.from({ length: 39_000 }, () => '{"1023":0}').join(',')}]`)
  const before = process.memoryUsage().heapUsed
  const parsed = parseJson(text, defaultJsonLimits)
  const after = process.memoryUsage().heapUsed
  assert.ok(parsed.ok)
  assert.ok(after - before < 60_000_000, `${after - before} bytes`)
  const one = parseJson(Buffer.from('{"10":1,"2":2,"a":3,"01":4}'), defaultJsonLimits)
  assert.ok(one.ok)
  assert.equal(JSON.stringify(one.value), '{"2":2,"10":1,"a":3,"01":4}')
  const twice = parseJson(Buffer.from('{"7":1,"\\u0037":2}'), defaultJsonLimits)
  assert.deepEqual(twice, { ok: false, fault: 'duplicate-name' })
})
