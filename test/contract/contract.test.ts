import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'

/** Names of the tests that fail for the broken policies, as `policy: test`. */
async function failures(): Promise<Set<string>> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-reporter=tap', join(import.meta.dirname, 'broken-policies.ts')]
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { env, timeout: 30_000 }, (_error, stdout) => resolve(stdout))
  })
  const failed = new Set<string>()
  let policy = ''
  for (const line of output.split('\n')) {
    policy = /^# Subtest: policy (.*)$/.exec(line)?.[1] ?? policy
    const name = /^ +not ok \d+ - (.*)$/.exec(line)?.[1]
    if (name !== undefined) failed.add(`${policy}: ${name}`)
  }
  return failed
}

test('the contract finds what is broken', async () => {
  const failed = await failures()
  const expected = [
    'leaks: lets no credential out, right or wrong',
    'leaks: has a page with every section, every setting and every denial',
    'leaks: has an example that loads as configuration and uses the policy',
    'undeclared: case: allow',
    'undeclared: case: refuse',
    'undeclared: has an allow and a deny case for each denial, under the same settings',
    'loose: is declared in full',
    'loose: refuses unknown keys and values of a wrong type',
    'holds: leaves no handle open, set up and closed twice',
  ]
  for (const name of expected)
    assert.ok(failed.has(name), `${name} should fail; failed: ${[...failed].join('; ')}`)
  assert.ok(!failed.has('leaks: case: allow') && !failed.has('leaks: case: refuse'))
})
