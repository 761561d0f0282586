import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { pass } from '../../gateway/verdict.ts'
import { configurationJsonSchema } from './json-schema.ts'
import { configurationReference } from './reference.ts'
import type { SchemaNode } from './schema-node.ts'

const common = { facing: 'untrusted-client', onError: 'deny', reads: [], writes: [], denials: [] } as const
const setup = () => ({ request: () => pass })
const policies = [
  definePolicy({
    ...common,
    name: 'badge',
    place: 'identity',
    phases: ['authenticate'],
    config: z.strictObject({ colour: z.string().default('red').describe('Colour | of the badge.') }),
    setup,
  }),
  definePolicy({
    ...common,
    name: 'hours',
    place: 'requirement',
    phases: ['screen'],
    config: z.union([z.int(), z.strictObject({ from: z.int() })]),
    setup,
  }),
  definePolicy({
    ...common,
    name: 'banner',
    place: 'setting',
    phases: ['respond'],
    config: z.strictObject({ text: z.string().describe('What it says.') }),
    setup,
  }),
] as readonly Policy[]

const schema = configurationJsonSchema(policies) as SchemaNode

function at(node: SchemaNode, ...keys: string[]): SchemaNode {
  return keys.reduce((here, key) => {
    const next = key === '*' ? here.additionalProperties : here.properties?.[key]
    assert.ok(typeof next === 'object', `no schema at ${key}`)
    return next
  }, node)
}

test('every policy has its key where users write it, with `mode` where it is a map', () => {
  assert.ok(at(schema, 'banner', 'mode'))
  assert.ok(at(schema, 'apis', '*', 'banner', 'text'))
  assert.equal(
    at(schema, 'apis', '*', 'require', 'hours').anyOf?.[1]?.properties?.['mode'] !== undefined,
    true,
  )
  assert.equal(at(schema, 'identities', '*').anyOf?.[0]?.properties?.['type']?.const, 'badge')
})

test('unknown keys are refused, numbers may be references, and no note of ours stays in the schema', () => {
  assert.equal(schema.additionalProperties, false)
  assert.equal(at(schema, 'limits', 'connections').anyOf?.length, 2)
  const keywords = new Set<string>()
  const walk = (node: SchemaNode): void => {
    for (const key of Object.keys(node)) keywords.add(key)
    for (const inner of [
      ...Object.values(node.properties ?? {}),
      ...(node.anyOf ?? []),
      node.items,
      node.additionalProperties,
    ]) {
      if (typeof inner === 'object') walk(inner)
    }
  }
  walk(schema)
  for (const note of ['unit', 'fallback', 'policy', 'identities']) assert.ok(!keywords.has(note), note)
})

test('the reference has a line for every key, with type, default and meaning', () => {
  const page = configurationReference(policies)
  assert.match(page, /## `limits`/)
  assert.match(page, /\| `headTimeout` \| time \| `10s` \| From the first byte/)
  assert.match(page, /\| `colour` \| text \| `red` \| Colour \\\| of the badge\. \|/)
  assert.match(page, /\| `text` \| text \| required \| What it says\. \|/)
  for (const line of page.split('\n')) {
    if (line.startsWith('| `')) assert.equal(line.replaceAll('\\|', '').split('|').length, 6, line)
  }
})

test('a block that stands in several places is told once', () => {
  const page = configurationReference(policies)
  assert.equal(page.split('What it says.').length, 2)
  assert.match(page, /## `apis\.<name>\.banner`\n\nAs \[`banner`\]\(#banner\)\./)
})
