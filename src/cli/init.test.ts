import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parse } from 'yaml'
import { loadConfiguration } from '../config/load.ts'
import { loadDocument } from '../config/openapi/load.ts'
import type { GatewaySpec } from '../config/spec.ts'
import { policies } from '../policies/registry.ts'
import { type InitArguments, runInit } from './init.ts'

const fixtures = join(import.meta.dirname, '../config/openapi/fixtures')
const cwd = mkdtempSync(join(tmpdir(), 'init-'))
after(() => rmSync(cwd, { recursive: true }))

interface Outcome {
  readonly code: number
  readonly output: string
}

async function init(given: Partial<InitArguments> = {}): Promise<Outcome> {
  let output = ''
  const code = await runInit({ force: true, cwd, stdout: (text) => (output += text), ...given })
  return { code, output }
}

async function loaded(file = 'sallyport.yaml'): Promise<GatewaySpec> {
  const result = await loadConfiguration([join(cwd, file)], { env: {}, cwd, policies })
  assert.ok(result.ok, JSON.stringify(result))
  return result.spec
}

function written(file = 'sallyport.yaml'): string {
  return readFileSync(join(cwd, file), 'utf8')
}

function document(text: string, name = 'openapi.yaml'): string {
  writeFileSync(join(cwd, name), text)
  return name
}

/** Every operation asks for a key: nothing a document says opens anything. */
function assertClosed(spec: GatewaySpec): void {
  for (const { name, authentication } of spec.operations) {
    assert.ok(authentication.kind === 'required', name)
    assert.ok(authentication.anyOf.length > 0, name)
    for (const group of authentication.anyOf) assert.deepEqual(group, ['keys'], name)
  }
}

const head = 'openapi: 3.1.0\ninfo: { title: Orders, version: "1.2" }\n'

describe('without a document', () => {
  test('one example route, closed, on loopback', async () => {
    const { code, output } = await init()
    assert.equal(code, 0, output)
    const spec = await loaded()
    assertClosed(spec)
    assert.deepEqual(
      spec.operations.map(({ name }) => name),
      ['GET /hello'],
    )
    assert.deepEqual(
      spec.listeners.map(({ kind, address }) => `${kind} ${address.host}:${address.port}`),
      ['gateway 127.0.0.1:8443', 'redirect 127.0.0.1:8080'],
    )
    assert.deepEqual(spec.listeners[0]?.tls?.local, ['localhost', '127.0.0.1'])
    assert.deepEqual(spec.admin?.address, { host: '127.0.0.1', port: 9901 })
    assert.deepEqual(spec.services[0]?.targets[0], {
      secure: false,
      host: '127.0.0.1',
      port: 3000,
      basePath: '',
    })
    assert.match(output, /sallyport keys create keys --owner me\n {2}sallyport start\n$/)
  })
})

describe('real documents load at once, and nothing in them is open', () => {
  for (const name of readdirSync(join(fixtures, 'real'))) {
    test(name, async () => {
      const file = join(fixtures, 'real', name)
      const { code, output } = await init({ document: file })
      assert.equal(code, 0, output)
      const spec = await loaded()
      assertClosed(spec)
      const { operations, title } = await loadDocument(file)
      assert.equal(spec.operations.length, operations.length)
      assert.ok(output.includes(title), output)
      assert.ok(output.includes(`${operations.length} operations`), output)
    })
  }

  test('OpenAPI 3.2, and a document in several files', async () => {
    for (const name of ['streams-3.2.yaml', 'split/openapi.yaml']) {
      const { code, output } = await init({ document: join(fixtures, name) })
      assert.equal(code, 0, output)
      assertClosed(await loaded())
    }
  })
})

describe('what a document leaves open', () => {
  const open = `${head}components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key }, sso: { type: oauth2 }, q: { type: apiKey, in: query, name: k } } }
security: [{ key: [] }]
paths:
  /status: { get: { operationId: getStatus, security: [] } }
  /maybe: { get: { security: [{}, { sso: [] }] } }
  /orders: { get: { operationId: listOrders } }
`

  test('stays closed, is named, and has its line prepared', async () => {
    const { code, output } = await init({ document: document(open) })
    assert.equal(code, 0, output)
    assertClosed(await loaded())
    assert.match(output, /open in the document[^\n]*\n {4}GET \/status\n {4}GET \/maybe\n/)
    assert.match(written(), /getStatus:\n {8}authenticate: \[keys\]\n {8}# anonymous: /)
    assert.deepEqual(Object.keys(parse(written()).apis.orders.operations), ['getStatus', 'GET /maybe'])
  })

  test('scopes that the document asks for are told, with the option that gives them to keys', async () => {
    const scoped = open.replace('/orders: { get: {', '/orders: { get: { security: [{ sso: [orders:read] }],')
    const { output } = await init({ document: document(scoped) })
    assert.match(output, /scopes, which keys get with `--scope`: orders:read\n/)
  })

  test('the prepared line opens it, with its reason', async () => {
    await init({ document: document(open) })
    const text = written().replace(
      /authenticate: \[keys\]\n\s+# anonymous: "why everybody may call this"/,
      'anonymous: "status page"',
    )
    writeFileSync(join(cwd, 'sallyport.yaml'), text)
    const spec = await loaded()
    const status = spec.operations.find(({ name }) => name === 'getStatus')
    assert.equal(status?.authentication.kind, 'anonymous')
    // That every key may call the rest is written out too.
    assert.equal(spec.opens.length, 2)
  })

  test('schemes that cannot be verified yet say so', async () => {
    await init({ document: document(open) })
    assert.match(
      written(),
      /# OAuth 2\.0 tokens: API keys stand in\. For the real one make an identity: docs\/authentication\.md\.\n {6}sso: keys\n/,
    )
    assert.match(written(), /# an API key in the query parameter k: API keys stand in/)
    assert.match(written(), /\n {6}key: keys\n/)
  })

  test('an open root stays closed too', async () => {
    for (const security of ['[]', '[{}]']) {
      const text = `${head}security: ${security}\npaths: { /a: { get: {} } }\n`
      const { code, output } = await init({ document: document(text) })
      assert.equal(code, 0, output)
      assertClosed(await loaded())
      assert.match(output, /without security in the document[^\n]*\n {4}GET \/a\n/)
    }
  })
})

describe('the upstream', () => {
  const text = `${head}servers: [{ url: 'wss://no.example' }, { url: 'https://api.example.com/v1' }]\npaths: { /a: { get: {} } }\n`
  const cases: readonly [upstream: string | undefined, expected: string][] = [
    [undefined, 'https://api.example.com:443'],
    ['http://orders:3000', 'http://orders:3000'],
    ['http://orders:3000/v1/', 'http://orders:3000'],
    ['http://orders:3000/base', 'http://orders:3000/base'],
  ]
  for (const [upstream, expected] of cases) {
    test(`${upstream} gives ${expected}, paths begin with /v1`, async () => {
      const { code, output } = await init({ document: document(text), ...(upstream && { upstream }) })
      assert.equal(code, 0, output)
      const { services, operations } = await loaded()
      const { secure, host, port, basePath } = services[0]!.targets[0]!
      assert.equal(`${secure ? 'https' : 'http'}://${host}:${port}${basePath}`, expected)
      assert.equal(operations[0]?.template, '/v1/a')
    })
  }

  for (const upstream of [
    'orders:3000',
    'ftp://a',
    'http://u:p@a',
    'http://a/?b',
    'http://a\n',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference where none may stand
    'http://${env:HOME}',
  ]) {
    test(`${JSON.stringify(upstream)} is refused before anything is written`, async () => {
      const { code, output } = await init({ upstream, output: 'refused.yaml', force: false })
      assert.equal(code, 2)
      assert.match(output, /is no upstream. Write it like/)
      assert.throws(() => written('refused.yaml'), /ENOENT/)
    })
  }
})

describe('files', () => {
  test('an existing file stays, unless forced', async () => {
    writeFileSync(join(cwd, 'mine.yaml'), 'mine')
    const refused = await init({ output: 'mine.yaml', force: false })
    assert.equal(refused.code, 2)
    assert.match(refused.output, /^mine\.yaml: exists already\. Write `--force`/)
    assert.equal(written('mine.yaml'), 'mine')
    assert.equal((await init({ output: 'mine.yaml' })).code, 0)
    assert.notEqual(written('mine.yaml'), 'mine')
  })

  test('another folder: the document is named from there, and commands name the file', async () => {
    mkdirSync(join(cwd, 'deploy'), { recursive: true })
    document(`${head}paths: { /a: { get: {} } }\n`)
    const { code, output } = await init({ document: 'openapi.yaml', output: 'deploy/gateway.yaml' })
    assert.equal(code, 0, output)
    assert.equal(parse(written('deploy/gateway.yaml')).apis.orders.openapi, '../openapi.yaml')
    assert.match(output, /sallyport start -c deploy\/gateway\.yaml\n$/)
  })

  test('a folder that is missing, a document that is missing or wrong', async () => {
    assert.match((await init({ output: 'none/a.yaml' })).output, /the folder none does not exist/)
    assert.match((await init({ document: 'none.yaml' })).output, /ENOENT/)
    const { code, output } = await init({ document: document('openapi: 3.1.0\npaths: { a: {} }\n') })
    assert.equal(code, 2)
    assert.match(output, /^openapi\.yaml:2:10: The path `a` does not start/)
  })
})

test('what a document names stays data: in comments, in keys and on the terminal', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference where none may stand
  const evil = 'x"\n    undeclared: observe\n#\u2028\u0085\u001b[2J${env:HOME}'
  const text = JSON.stringify({
    openapi: '3.1.0',
    info: { title: evil, version: evil },
    servers: [{ url: '/v1' }, { url: '/v2' }],
    components: {
      securitySchemes: {
        [evil]: { type: 'http', scheme: evil },
        true: { type: 'apiKey', in: 'header', name: evil },
      },
    },
    paths: {
      '/a': { get: { operationId: evil, security: [] } },
      '/b': { get: { operationId: 'null', security: [] } },
    },
  })
  const { code, output } = await init({ document: document(text) })
  assert.equal(code, 0, output)
  assert.doesNotMatch(output, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/)
  assert.doesNotMatch(written(), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/)
  assertClosed(await loaded())
  const api = Object.values(parse(written()).apis)[0] as Record<string, object>
  assert.deepEqual(Object.keys(api), [
    'openapi',
    'service',
    'authenticate',
    'authorize',
    'securitySchemes',
    'operations',
  ])
  assert.deepEqual(Object.keys(api['securitySchemes']!).sort(), [evil, 'true'].sort())
})
