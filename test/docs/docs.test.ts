import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { loadConfiguration } from '../../src/config/load.ts'
import { policies } from '../../src/policies/registry.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { anchorsOf, type Block, blocksOf, codeWordsOf, linksOf, pages, root } from './markdown.ts'

test('the pages are found', () => {
  for (const path of [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/data-path.md',
    'src/policies/cors/cors.md',
  ])
    assert.ok(pages.has(path), path)
})

test('every relative link leads to a file, and to a heading where it names one', () => {
  const broken: string[] = []
  let links = 0
  for (const [path, page] of pages) {
    for (const link of linksOf(page)) {
      if (/^[a-z]+:/.test(link)) continue
      links++
      const [file = '', anchor] = link.split('#', 2)
      const target = file === '' ? path : normalize(join(dirname(path), file))
      if (!existsSync(join(root, target))) broken.push(`${path}: ${link}`)
      else if (anchor !== undefined && !anchorsOf(pages.get(target) ?? '').has(anchor))
        broken.push(`${path}: ${link} (no such heading)`)
    }
  }
  assert.ok(links > 50)
  assert.deepEqual(broken, [])
})

const blocks = [...pages].flatMap(([path, page]) => blocksOf(path, page))

describe('every whole configuration in a page loads', () => {
  const whole = blocks.filter(
    ({ tag, text }) =>
      (tag === 'yaml' && /^listeners:/m.test(text)) || (tag === 'ts' && text.includes('export default')),
  )
  assert.ok(whole.length >= 10)
  for (const block of whole) test(block.at, (context) => loads(block, context))
})

test('a block that is part of a configuration says so: no other is left unread', () => {
  const unread = blocks.filter(({ tag, text }) => tag === 'yaml' && !/^listeners:/m.test(text))
  assert.deepEqual(
    unread.map(({ at }) => at),
    [],
    'tag it `yaml fragment`',
  )
})

/** Loads an example beside the files it names: the demo's document, and stand-ins for certificates and secrets. */
async function loads({ tag, text }: Block, context: TestContext): Promise<void> {
  const folder = temporaryFolder(context)
  for (const [, name] of text.matchAll(/(?:\.\/)([\w./-]+)/g)) {
    const file = join(folder, name!)
    mkdirSync(dirname(file), { recursive: true })
    if (/\.ya?ml$/.test(name!)) copyFileSync(join(root, 'examples/orders/openapi.yaml'), file)
    else writeFileSync(file, 'stand-in')
  }
  const variables = [...text.matchAll(/\$\{env:(\w+)\}/g)].map((match) => [match[1]!, '8443'])
  const file = join(folder, tag === 'ts' ? 'sallyport.config.ts' : 'sallyport.yaml')
  writeFileSync(file, `${inRepository(text)}\n`)
  const loaded = await loadConfiguration([file], {
    cwd: folder,
    env: Object.fromEntries(variables),
    policies,
  })
  assert.deepEqual(loaded.ok ? [] : loaded.problems.map(({ message, path }) => `${path}: ${message}`), [])
}

/** The demo's document has no tags, and the package's name leads to what is built only when it is published. */
const inRepository = (text: string): string =>
  text.replace('"tag:admin"', 'deleteOrder').replace("'sallyport'", `'${join(root, 'src/index.ts')}'`)

test('files and folders of the sources that are named in the guides to the code exist', () => {
  for (const path of [
    'docs/architecture.md',
    'docs/data-path.md',
    'docs/threat-model.md',
    'docs/policies.md',
  ]) {
    const words = codeWordsOf(pages.get(path)!).filter((word) => /^(src|test)\/[\w./-]+$/.test(word))
    assert.ok(words.length > 0, path)
    const absent = words.filter((word) => !existsSync(join(root, word)))
    assert.deepEqual(absent, [], path)
  }
})

test('every decision is in the index, under its own title', () => {
  const index = pages.get('docs/decisions/README.md')!
  for (const [path, page] of pages) {
    const name = /^docs\/decisions\/(\d{4}-.+\.md)$/.exec(path)?.[1]
    if (name === undefined) continue
    const title = page.split('\n', 1)[0]!.replace('# ', '')
    assert.ok(index.includes(`| [${name.slice(0, 4)}](${name}) | ${title} |`), `${name}: ${title}`)
  }
})

test('every policy is in the index of policies', () => {
  for (const { name } of policies)
    assert.ok(pages.get('docs/policies.md')!.includes(`(../src/policies/${name}/${name}.md)`), name)
})

test('the README tells the test command that .ci/run calls', () => {
  const commands = readFileSync(join(root, '.ci/run'), 'utf8').split('\n')
  const blocks = blocksOf('README.md', pages.get('README.md')!)
  assert.ok(commands.includes('npm ci && npm test'))
  assert.ok(blocks.some(({ tag, text }) => tag === 'sh' && text === 'npm ci && npm test'))
})
