/**
 * Writes what is generated from the sources: the JSON Schema for editors and the reference pages. With `--check` it
 * writes nothing and fails when a file differs from what would be written.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codes } from '../src/codes.ts'
import { configurationJsonSchema } from '../src/config/generate/json-schema.ts'
import { configurationReference } from '../src/config/generate/reference.ts'
import { policies } from '../src/policies/registry.ts'

function codesReference(): string {
  const rows = Object.values(codes).map(
    ({ code, status, title, level, help }) =>
      `| \`${code}\` | ${status} | ${title} | ${level} | ${help.replaceAll('|', '\\|')} |`,
  )
  return [
    '# Codes',
    '',
    'Generated from `src/codes.ts`. Every refusal and error has one of these codes. Clients see the code, the status and',
    'the title in the problem document (RFC 9457); the level is that of the record; the last column is for operators.',
    '',
    '| code | status | title | level | meaning and remedy |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

const root = join(import.meta.dirname, '..')
const generated: Readonly<Record<string, string>> = {
  'schema/sallyport.schema.json': `${JSON.stringify(configurationJsonSchema(policies), null, 2)}\n`,
  'docs/reference/configuration.md': configurationReference(policies),
  'docs/reference/codes.md': codesReference(),
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [name, content] of Object.entries(generated)) {
  const path = join(root, name)
  const before = await readFile(path, 'utf8').catch(() => null)
  if (before === content) continue
  if (check) {
    stale.push(name)
    continue
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  console.log(`wrote ${name}`)
}
if (stale.length > 0) {
  console.error(`not up to date: ${stale.join(', ')}. Run \`npm run generate\`.`)
  process.exitCode = 1
}
