import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfiguration } from '../config/load.ts'
import type { Policy } from '../gateway/policy.ts'
import { policies } from '../policies/registry.ts'

/** The sections of a policy's page, in order. */
export const headings: readonly string[] = [
  'What it stops',
  'What it does not stop',
  'Settings',
  'Denials',
  'Order and facts',
  'On failure',
  'Example',
]

/** The sections of a page by heading (level two), in the order in which they stand. */
export function sectionsOf(page: string): Map<string, string> {
  const [, ...parts] = `\n${page}`.split('\n## ')
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n')
      return end < 0 ? [part.trim(), ''] : [part.slice(0, end).trim(), part.slice(end).trim()]
    }),
  )
}

/** Loads the YAML block of the section as a whole configuration, and checks that it sets the policy up. */
export async function examplePasses(policy: Policy, section: string): Promise<void> {
  const yaml = section.split('```yaml\n')[1]?.split('\n```')[0]
  assert.ok(yaml !== undefined, 'the example is a ```yaml block')
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-contract-'))
  try {
    const file = join(folder, 'sallyport.yaml')
    writeFileSync(file, `${yaml}\n`)
    // What a policy reads of its files is its own business when it is set up; here they only have to be there.
    for (const [, name] of yaml.matchAll(/\.\/([\w-]+\.\w+)/g)) writeFileSync(join(folder, name!), 'stand-in')
    const known = [...policies.filter(({ name }) => name !== policy.name), policy]
    const loaded = await loadConfiguration([file], { env: {}, cwd: folder, policies: known })
    assert.deepEqual(loaded.ok ? [] : loaded.problems, [])
    assert.ok(loaded.ok)
    const { steps, identities } = loaded.spec
    const used =
      identities.some(({ type }) => type === policy.name) ||
      steps.some((step) => step.policy === policy.name && step.where !== 'default')
    assert.ok(used, `the example configures ${policy.name}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
