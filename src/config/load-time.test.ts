import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfiguration } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-load-time-'))
after(() => rmSync(folder, { recursive: true }))

const count = 10_000
/** What is promised for 10,000 operations, in milliseconds. */
const promised = 2000

const head =
  'listeners: { p: { address: ":1", tls: { local: [localhost] } } }\nservices: { s: { targets: ["http://s"] } }\n'

/** Best of three: what is asked is how long it takes, not how busy the machine is. */
async function timeOf(file: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3 && best > promised / 2; run++) {
    const start = performance.now()
    const result = await loadConfiguration([file], { env: {}, cwd: folder, policies: [] })
    best = Math.min(best, performance.now() - start)
    assert.ok(result.ok)
    assert.equal(result.spec.operations.length, count)
  }
  return best
}

test('10,000 routes in YAML, each with rules of its own', async () => {
  const routes = Array.from(
    { length: count },
    (_, index) => `      "GET /r${index % 100}/s${index}/{id}": { limits: { body: 1MB } }`,
  )
  writeFileSync(
    join(folder, 'routes.yaml'),
    `${head}apis:\n  a:\n    service: s\n    anonymous: "test"\n    routes:\n${routes.join('\n')}\n`,
  )
  const time = await timeOf('routes.yaml')
  assert.ok(time < promised, `${Math.round(time)} ms`)
})

test('10,000 operations of an OpenAPI document', async () => {
  const paths = Object.fromEntries(
    Array.from({ length: count / 2 }, (_, index) => [
      `/r${index % 100}/s${index}/{id}`,
      {
        get: { operationId: `g${index}`, responses: {} },
        post: { operationId: `p${index}`, requestBody: { content: {} }, responses: {} },
      },
    ]),
  )
  writeFileSync(
    join(folder, 'document.json'),
    JSON.stringify({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths }, null, 2),
  )
  writeFileSync(
    join(folder, 'document.yaml'),
    `${head}apis: { a: { openapi: ./document.json, service: s, anonymous: "test" } }\n`,
  )
  const time = await timeOf('document.yaml')
  assert.ok(time < promised, `${Math.round(time)} ms`)
})
