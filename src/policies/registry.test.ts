import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import test from 'node:test'
import { policies, registryOf } from './registry.ts'

test('two policies of one name stop the start', () => {
  assert.throws(() => registryOf([...policies, policies[0]!]), /two policies are named/)
})

test('each policy has its folder, and each folder its policy', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  assert.deepEqual(folders.sort(), policies.map(({ name }) => name).sort())
  for (const name of folders) {
    for (const file of [`${name}.ts`, `${name}.test.ts`, `${name}.md`, 'cases.json']) {
      assert.ok(existsSync(`${import.meta.dirname}/${name}/${file}`), `${name}/${file}`)
    }
  }
})
