import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/config/load.ts'
import { renderProblems } from '../../src/config/render.ts'
import { policies } from '../../src/policies/registry.ts'
import { summary } from './summary.ts'

/**
 * What configurations mean: each folder of `fixtures` is one, `expected.txt` is what it loads to or why it is refused.
 * After a change that is meant, write them anew with `UPDATE_GOLDEN=1` and read the difference.
 */
const folder = join(import.meta.dirname, 'fixtures')
const canary = 'canary-4711'
const env = { PORT: '8443', COUNT: '512', FLAG: 'true', REALM: canary, EMPTY: '' }

for (const name of readdirSync(folder)) {
  test(`configuration ${name}`, async () => {
    const cwd = join(folder, name)
    const files = readdirSync(cwd)
      .filter((file) => file.startsWith('sallyport'))
      .sort()
    const result = await loadConfiguration(files, { env, cwd, policies })
    const actual = result.ok ? summary(result, cwd) : renderProblems(result.problems, { color: false, cwd })
    const text = actual.replaceAll(cwd, '.')
    if (!result.ok) assert.ok(!text.includes(canary), 'a secret in a message')
    const expected = join(cwd, 'expected.txt')
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, text)
    assert.equal(text, readFileSync(expected, 'utf8'))
  })
}
