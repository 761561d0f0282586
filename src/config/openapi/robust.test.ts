import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import type { DocumentOperation } from './document.ts'
import { DocumentError } from './document-error.ts'
import { loadDocument } from './load.ts'

const real = join(import.meta.dirname, 'fixtures/real')
const documents = [
  ...readdirSync(real).map((name) => join(real, name)),
  join(import.meta.dirname, 'fixtures/streams-3.2.yaml'),
].map((file): unknown => parse(readFileSync(file, 'utf8')))

const folder = mkdtempSync(join(tmpdir(), 'openapi-robust-'))
after(() => rmSync(folder, { recursive: true }))

/** Values that stand in real documents where they should not, and some that only attackers write. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  7,
  '',
  'text',
  [],
  [null],
  {},
  { $ref: '#' },
  { $ref: '#/paths' },
  { $ref: '../x' },
  { $ref: 7 },
  [{ $ref: '#/nothing' }],
  { '': {} },
)

/** Replaces one value, found by following `steps` down from the root; only levels that are read. */
function damage(document: unknown, steps: readonly number[], value: unknown): unknown {
  const copy = structuredClone(document)
  let parent = copy as Record<string, unknown>
  for (const [index, step] of steps.entries()) {
    const keys = Object.keys(parent)
    const key = keys[step % keys.length]
    if (key === undefined) break
    const child = parent[key]
    if (index === steps.length - 1 || typeof child !== 'object' || child === null) {
      parent[key] = value
      break
    }
    parent = child as Record<string, unknown>
  }
  return copy
}

async function load(document: unknown): Promise<readonly DocumentOperation[] | null> {
  const file = join(folder, 'document.json')
  writeFileSync(file, JSON.stringify(document))
  try {
    const { operations, locate } = await loadDocument(file)
    for (const operation of operations) assert.ok(operation.locate().line > 0)
    assert.equal(locate(['paths']).file, file)
    return operations
  } catch (error) {
    assert.ok(error instanceof DocumentError, error instanceof Error ? error.stack : String(error))
    assert.ok(error.problems.length > 0)
    return null
  }
}

test('a damaged document loads or is refused with a reason, and never says "no credential" by accident', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...documents),
      fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
      odd,
      async (document, steps, value) => {
        const before = (await load(document))!
        const open = new Set(
          before.filter(({ security }) => security?.length === 0).map(({ template }) => template),
        )
        for (const { security, template } of (await load(damage(document, steps, value))) ?? []) {
          const written = Array.isArray(value) && value.length === 0
          if (security?.length === 0) assert.ok(written || open.has(template), template)
        }
      },
    ),
    { numRuns: 400 },
  )
})
