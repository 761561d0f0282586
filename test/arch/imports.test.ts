import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readProduct, readSources, root, type SourceFile } from './sources.ts'

const product = readProduct()
const layerOf = (path: string): string => path.split('/').slice(0, 2).join('/')

/** Every import that `isForbidden`, written as a sentence. */
function violations(
  files: readonly SourceFile[],
  isForbidden: (target: string, file: SourceFile) => boolean,
): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((target) => isForbidden(target, file))
      .map((target) => `${file.path} imports ${target}`),
  )
}

const inside = (folder: string): readonly SourceFile[] =>
  product.filter(({ path }) => path.startsWith(folder))

test('the imports are found at all', () => {
  assert.ok(product.length > 50)
  assert.ok(product.flatMap((file) => file.imports).length > product.length)
  for (const file of readSources())
    for (const target of file.imports) assert.ok(existsSync(join(root, target)), `${file.path}: ${target}`)
})

test('engines import only engines, and no sockets, files or packages', () => {
  assert.deepEqual(
    violations(inside('src/engines/'), (target) => !target.startsWith('src/engines/')),
    [],
  )
  const pure = new Set(['node:buffer', 'node:crypto', 'node:net', 'node:util', 'node:zlib'])
  const impure = inside('src/engines/').flatMap((file) =>
    file.packages.filter((name) => !pure.has(name)).map((name) => `${file.path} imports ${name}`),
  )
  assert.deepEqual(impure, [])
  // `node:net` is there for reading addresses; a socket is another matter.
  for (const { path, text } of inside('src/engines/'))
    assert.doesNotMatch(text, /\b(createServer|createConnection|new Socket)\b/, path)
})

test('a policy imports no other policy and nothing of http', () => {
  const folderOf = (path: string): string => path.split('/').slice(0, 3).join('/')
  const policies = inside('src/policies/').filter(({ path }) => path.split('/').length > 3)
  assert.ok(policies.length > 0)
  const wrong = violations(policies, (target, file) => {
    const isOtherPolicy =
      target.startsWith('src/policies/') &&
      target.split('/').length > 3 &&
      folderOf(target) !== folderOf(file.path)
    return isOtherPolicy || target.startsWith('src/http/')
  })
  assert.deepEqual(wrong, [])
})

test('only the registry imports policies', () => {
  const others = product.filter(
    ({ path }) => path !== 'src/policies/registry.ts' && !/^src\/policies\/[^/]+\//.test(path),
  )
  assert.deepEqual(
    violations(others, (target) => /^src\/policies\/[^/]+\//.test(target)),
    [],
  )
})

test('gateway and http know no policy by name', () => {
  const names = readdirSync(join(root, 'src/policies'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  assert.ok(names.includes('api-key'))
  // `headers` is a word of HTTP before it is the name of a policy.
  for (const { path, text } of [...inside('src/gateway/'), ...inside('src/http/')]) {
    for (const name of names.filter((name) => name !== 'headers'))
      assert.ok(!text.includes(`'${name}'`), `${path} names the policy ${name}`)
  }
  assert.deepEqual(
    violations([...inside('src/gateway/'), ...inside('src/http/')], (target) =>
      target.startsWith('src/policies/'),
    ),
    [],
  )
})

test('what judges requests does not import what runs the process', () => {
  const below = [
    'src/engines',
    'src/gateway',
    'src/http',
    'src/policies',
    'src/config',
    'src/observe',
    'src/remote',
    'src/store',
  ]
  const above = ['src/process', 'src/cli', 'src/admin', 'src/main.ts']
  assert.deepEqual(
    violations(
      product.filter(({ path }) => below.includes(layerOf(path))),
      (target) => above.includes(layerOf(target)),
    ),
    [],
  )
})

test('the product imports no test, example, script or bench, and no example imports another', () => {
  assert.deepEqual(
    violations(product, (target) => !target.startsWith('src/') || target.endsWith('.test.ts')),
    [],
  )
})

test('there are no import cycles', () => {
  const graph = new Map(readSources().map((file) => [file.path, file.runtimeImports]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    assert.ok(at < 0, `cycle: ${[...trail.slice(at), path].join(' → ')}`)
    if (done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
})
