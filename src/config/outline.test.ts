import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { type Outline, readOutline } from './outline.ts'
import type { Problem } from './problem.ts'

function outlineOf(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  dataFolder?: string,
): Promise<Outline | readonly Problem[]> & { readonly folder: string } {
  const folder = temporaryFolder(context)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const options = { env: {}, cwd: folder, ...(dataFolder === undefined ? {} : { dataFolder }) }
  return Object.assign(readOutline(Object.keys(files), options), { folder })
}

const broken = `
listeners: { public: { adress: 8443, tls: { certificates: [{ cert: "\${file:absent}" }] } } }
identities:
  partners: { type: api-key, hedaer: X }
  staff: { type: nonsense, issuer: "\${env:ABSENT}" }
  robots: text
apis: [what]
`

test('mistakes elsewhere are not in the way', async (context) => {
  const read = outlineOf(context, { 'sallyport.yaml': broken })
  assert.deepEqual(await read, {
    dataFolder: join(read.folder, '.sallyport'),
    identities: [
      { name: 'partners', type: 'api-key' },
      { name: 'staff', type: 'nonsense' },
      { name: 'robots', type: '' },
    ],
  })
  const other = outlineOf(context, { 'a.yaml': broken, 'b.json': '{"data":"./kept"}' })
  assert.equal(((await other) as Outline).dataFolder, join(other.folder, 'kept'))
})

test('what must be known and is not is a problem', async (context) => {
  const problems = async (
    files: Readonly<Record<string, string>>,
    dataFolder?: string,
  ): Promise<readonly string[]> => {
    const read = await outlineOf(context, files, dataFolder)
    return 'dataFolder' in read ? [] : read.map(({ message }) => message)
  }
  const cases: readonly [Readonly<Record<string, string>>, RegExp][] = [
    [{ 'a.yaml': `data: "\${env:ABSENT}"\nlisteners: {}` }, /ABSENT is not set/],
    [{ 'a.yaml': 'data: [x]' }, /the data folder is no text/],
    [{ 'a.yaml': 'data: ""' }, /the data folder is no text/],
    [{ 'a.yaml': 'data: x\ndata: y' }, /written twice/],
    [{ 'a.yaml': 'data: x', 'b.yaml': 'data: y' }, /written in two files/],
    [{ 'a.yaml': 'listeners: {}', 'b.yaml': 'data: {' }, /not valid YAML/],
    [{ 'a.yaml': '' }, /holds no configuration/],
    [{ 'a.mjs': 'throw new Error("no")' }, /does not run: no/],
  ]
  for (const [files, expected] of cases) assert.match((await problems(files)).join(), expected)
  assert.deepEqual(await problems({ 'a.yaml': 'data: [x]' }, 'given'), [])
})
