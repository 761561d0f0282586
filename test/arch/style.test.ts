import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProduct, readSources } from './sources.ts'

const sources = readSources()
const product = readProduct()

/** Part of what `p` of 1 of the sorted numbers do not exceed. */
const percentile = (numbers: readonly number[], p: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * p) - 1] ?? 0

test('files are small', () => {
  const lines = product.map((file) => file.lines)
  assert.ok(percentile(lines, 0.5) <= 120, `median ${percentile(lines, 0.5)}`)
  assert.ok(percentile(lines, 0.95) <= 400, `95th percentile ${percentile(lines, 0.95)}`)
  const long = sources.filter((file) => file.lines > 800).map((file) => `${file.path}: ${file.lines}`)
  assert.deepEqual(long, [])
})

test('the data path stays readable in one file', () => {
  const handle = product.find((file) => file.path === 'src/gateway/handle.ts')
  assert.ok(handle !== undefined && handle.lines < 300, `${handle?.lines} lines`)
})

test('no `any`, in the product or in its tests', () => {
  const wrong = sources.flatMap((file) =>
    code(file.text)
      .filter((line) => /(?::|<|\bas|\|)\s*any\b(?![-(.]| other)/.test(line))
      .map((line) => `${file.path}: ${line.trim()}`),
  )
  assert.deepEqual(wrong, [])
})

test('every suppression has a reason', () => {
  for (const { path, text } of sources) {
    for (const [line, reason = ''] of text.matchAll(/^\s*\/\/ biome-ignore\S*\s+\S+?:(.*)$/gm))
      assert.ok(reason.trim().length >= 10, `${path}: ${line.trim()}`)
    assert.doesNotMatch(text, /^\s*\/\/ @ts-(ignore|nocheck)/m, path)
    for (const [line] of text.matchAll(/^\s*\/\/ @ts-expect-error.*$/gm))
      assert.match(line, /@ts-expect-error \S+/, path)
  }
})

test('no drawer for everything, and no barrel but the public entries', () => {
  const entries = ['src/index.ts', 'src/policy.ts', 'src/testing.ts']
  for (const { path, text } of sources) {
    assert.doesNotMatch(path, /(^|\/)(utils?|helpers?|common|misc)\.ts$/, path)
    if (!entries.includes(path)) {
      assert.doesNotMatch(path, /^src\/.*\/index\.ts$/, path)
      const statements = text.match(/^[a-z].*/gm) ?? []
      const passesOnly = statements.every((line) => /^(import|export (type )?[*{])/.test(line))
      assert.ok(statements.length === 0 || !passesOnly || path.includes('.test.'), `${path} only passes on`)
    }
  }
})

test('nothing is left for later', () => {
  const mark = new RegExp(
    `\\b(${['TO', 'FIX', 'XX'].map((word, at) => word + ['DO', 'ME', 'X'][at]).join('|')})\\b`,
  )
  for (const { path, text } of sources) assert.doesNotMatch(text, mark, path)
})

/** Lines without comments, near enough for a search. */
const code = (text: string): readonly string[] =>
  text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
