import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ApiDocument } from './document.ts'
import { loadDocument } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'openapi-bounds-'))
after(() => rmSync(folder, { recursive: true }))

async function load(text: string, name = 'document.yaml'): Promise<ApiDocument> {
  const file = join(folder, name)
  writeFileSync(file, text)
  return loadDocument(file)
}

/** Measured here at 150 ms and 1.4 s; the limits leave room for a busy machine. */
async function assertWithin(limitMs: number, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await work()
  const elapsed = performance.now() - start
  assert.ok(elapsed < limitMs, `${Math.round(elapsed)} ms`)
}

test('10,000 operations in JSON, all located, within a second', async () => {
  const paths: Record<string, unknown> = {}
  for (let index = 0; index < 10_000; index++) {
    paths[`/resource${index}/{id}`] = {
      get: {
        operationId: `get${index}`,
        security: [{ key: [] }],
        parameters: [{ name: 'id', in: 'path', schema: {} }],
      },
    }
  }
  const securitySchemes = { key: { type: 'apiKey', in: 'header', name: 'X-API-Key' } }
  const text = JSON.stringify({ openapi: '3.1.0', components: { securitySchemes }, paths }, null, 2)
  await assertWithin(1000, async () => {
    const document = await load(text)
    assert.equal(document.operations.length, 10_000)
    const lines = document.operations.map((operation) => operation.locate().line)
    assert.ok(lines.every((line, index) => index === 0 || line > lines[index - 1]!))
    assert.match(text.split('\n')[lines[9999]! - 1]!, /"get": \{/)
  })
})

test('a megabyte of YAML within two seconds', async () => {
  let text = 'openapi: 3.1.0\npaths:\n'
  for (let index = 0; text.length < 1_000_000; index++) {
    text += `  /resource${index}/{id}:\n    get:\n      summary: Reads the resource ${index}\n      responses:\n        200: { description: ok }\n`
  }
  await assertWithin(2000, () => load(text))
})

test('aliases that multiply are refused or shared, never expanded', async () => {
  let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let level = 1; level < 12; level++)
    text += `a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]\n`
  await assertWithin(2000, () => assert.rejects(load(`openapi: 3.1.0\n${text}`), /aliases without end/))
})

test('an alias that contains itself is refused or harmless', async () => {
  const document = await load('openapi: 3.1.0\npaths: &paths\n  /a: { get: {}, x-more: *paths }\n')
  assert.equal(document.operations.length, 1)
})

test('anchors and merge keys, used often', async () => {
  let text = 'openapi: 3.1.0\nx-common: &common { responses: { 500: { description: failed } } }\npaths:\n'
  for (let index = 0; index < 2000; index++) text += `  /a${index}: { get: { <<: *common } }\n`
  await assertWithin(2000, async () => assert.equal((await load(text)).operations.length, 2000))
  await assert.rejects(load('openapi: 3.1.0\npaths: { <<: [1] }\n'), /no meaning/)
})

test('deep nesting ends in a problem or is not read, never in a crash', async () => {
  await assert.rejects(load(`openapi: 3.1.0\nx: ${'['.repeat(200_000)}`), /DocumentError/)
  const deep = `{"openapi":"3.1.0","x":${'['.repeat(200_000)}${']'.repeat(200_000)},"paths":{"/a":{"get":{}}}}`
  assert.equal((await load(deep)).operations.length, 1)
})

test('references that multiply are counted', async () => {
  const list = JSON.stringify(Array.from({ length: 3000 }, () => ({ $ref: '#/components/parameters/p' })))
  const paths = Array.from(
    { length: 3000 },
    (_, index) => `"/a${index}":{"$ref":"#/components/pathItems/i"}`,
  ).join()
  const text = `{"openapi":"3.1.0","paths":{${paths}},"components":{"parameters":{"p":{}},"pathItems":{"i":{"get":{},"parameters":${list}}}}}`
  await assertWithin(5000, () => assert.rejects(load(text), /more than \d+ steps/))
})

test('a chain of references', async () => {
  const chain = (length: number): string => {
    const items = Array.from({ length }, (_, index) => `"i${index}":{"$ref":"#/x/i${index + 1}"}`).join()
    return `{"openapi":"3.1.0","paths":{"/a":{"$ref":"#/x/i0"}},"x":{${items},"i${length}":{"get":{}}}}`
  }
  assert.equal((await load(chain(10))).operations.length, 1)
  await assert.rejects(load(chain(100)), /circle/)
})

test('more than 1,000 files', async () => {
  mkdirSync(join(folder, 'many'))
  const paths: Record<string, unknown> = {}
  for (let index = 0; index < 1001; index++) {
    writeFileSync(join(folder, `many/${index}.json`), '{"get":{}}')
    paths[`/a${index}`] = { $ref: `${index}.json` }
  }
  await assert.rejects(
    load(JSON.stringify({ openapi: '3.1.0', paths }), 'many/main.json'),
    /more than 1000 files/,
  )
})

test('a file that is too large is not read', async () => {
  const file = join(folder, 'large.json')
  writeFileSync(file, '')
  truncateSync(file, 65 * 1024 * 1024)
  await assert.rejects(loadDocument(file), /64 MB/)
})

test('a pipe is not waited for', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
  await assertWithin(1000, () =>
    assert.rejects(loadDocument(join(folder, 'pipe.yaml')), /not a regular file/),
  )
})

test('many mistakes are counted, not listed', async () => {
  const paths = Array.from({ length: 200 }, (_, index) => `  a${index}: {}\n`).join('')
  await assert.rejects(load(`openapi: 3.1.0\npaths:\n${paths}`), (error: Error) => {
    assert.match(error.message, /and 150 more problems/)
    assert.equal(error.message.split('\n').length, 51)
    return true
  })
})
