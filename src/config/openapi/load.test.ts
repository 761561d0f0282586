import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { ApiDocument, DocumentOperation } from './document.ts'
import { DocumentError } from './document-error.ts'
import { loadDocument } from './load.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
after(() => rmSync(folder, { recursive: true }))

let written = 0

function write(text: string, name = `document-${++written}.yaml`): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function problemsOf(text: string): Promise<string[]> {
  const error = await loadDocument(write(text)).then(
    () => assert.fail('the document loaded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof DocumentError, String(error))
  for (const { remedy } of error.problems) assert.notEqual(remedy, '')
  return error.problems.map(({ source, message }) => `${source.line}:${source.column} ${message}`)
}

const head = 'openapi: 3.1.0\ninfo: { title: t, version: "1" }\n'

function named(document: ApiDocument, name: string): DocumentOperation {
  const found = document.operations.find(
    ({ id, method, template }) => id === name || `${method} ${template}` === name,
  )
  assert.ok(found, name)
  return found
}

describe('real documents', () => {
  test('Swagger 2.0 with an API key', async () => {
    const document = await loadDocument(join(fixtures, 'real/kubernetes-2.0.json'))
    assert.equal(document.version, '2.0')
    assert.equal(document.title, 'Kubernetes')
    assert.deepEqual(document.securitySchemes, [
      { name: 'BearerToken', type: 'apiKey', in: 'header', parameter: 'authorization', httpScheme: null },
    ])
    assert.deepEqual(document.security, [[{ scheme: 'BearerToken', scopes: [] }]])
    assert.deepEqual(document.basePaths, [''])
    assert.equal(named(document, 'createCoreV1NamespacedConfigMap').bodyDeclared, true)
    assert.equal(named(document, 'readCoreV1NamespacedConfigMap').bodyDeclared, false)
  })

  test('Swagger 2.0 in YAML, with a parameter list that is none', async () => {
    const document = await loadDocument(join(fixtures, 'real/petstore-2.0.yaml'))
    assert.equal(document.operations.length, 11)
    assert.equal(named(document, 'addPet').bodyDeclared, true)
    assert.equal(named(document, 'addPet').locate().line, 172)
  })

  test('OpenAPI 3.0 with open operations and a base path', async () => {
    const document = await loadDocument(join(fixtures, 'real/bbc-ibl-3.0.json'))
    assert.equal(document.operations.filter(({ security }) => security?.length === 0).length, 29)
    assert.deepEqual(document.basePaths, ['/ibl/v1'])
    assert.equal(document.origins[0], 'https://ibl.api.bbci.co.uk')
  })

  test('no operation ids', async () => {
    const document = await loadDocument(join(fixtures, 'real/request-baskets-3.0.json'))
    assert.equal(document.operations.length, 20)
    assert.ok(document.operations.every(({ id }) => id === null))
  })

  test('relative server and variables', async () => {
    const powerdns = await loadDocument(join(fixtures, 'real/powerdns-3.0.json'))
    assert.deepEqual([powerdns.basePaths, powerdns.origins], [['/api/v1'], []])
    const catalog = await loadDocument(join(fixtures, 'real/catalog-inventory-3.0.json'))
    assert.deepEqual(catalog.basePaths, ['/api/catalog-inventory/v1.0'])
    assert.deepEqual(catalog.origins, ['https://cloud.redhat.com', 'http://localhost:3000'])
  })

  test('OpenAPI 3.1 without security', async () => {
    const document = await loadDocument(join(fixtures, 'real/discourse-3.1.json'))
    assert.equal(document.security, null)
    assert.ok(document.operations.every(({ security }) => security === null))
    assert.deepEqual(named(document, 'listLatestTopics').headerNames, ['api-key', 'api-username'])
  })
})

describe('what is read', () => {
  test('OpenAPI 3.2: QUERY, additional methods, path items by reference, AND and OR of schemes', async () => {
    const document = await loadDocument(join(fixtures, 'streams-3.2.yaml'))
    assert.deepEqual(
      document.operations.map(({ id, method }) => `${method} ${id}`),
      ['QUERY searchDocuments', 'COPY copyDocuments', 'DELETE deleteDocument', 'GET readDocument'],
    )
    assert.deepEqual(named(document, 'searchDocuments').headerNames, ['x-trace_id', 'x-tenant'])
    assert.equal(named(document, 'searchDocuments').bodyDeclared, true)
    assert.deepEqual(named(document, 'readDocument').security, [])
    assert.equal(named(document, 'searchDocuments').security, null)
    assert.deepEqual(named(document, 'deleteDocument').security, [
      [
        { scheme: 'key', scopes: [] },
        { scheme: 'staff', scopes: ['documents:delete'] },
      ],
      [{ scheme: 'mesh', scopes: [] }],
    ])
    assert.equal(document.securitySchemes[3]?.httpScheme, 'basic')
    assert.deepEqual(document.basePaths, ['/v2'])
    assert.deepEqual(document.origins, ['https://eu.example.com'])
    assert.equal(document.apiVersion, '2.1.0')
    assert.deepEqual(
      document.notes.map(({ source, message }) => `${source.line} ${message}`),
      ['21 CONNECT is never passed on: the operation was left out.'],
    )
  })

  test('files below the folder, with positions in them', async () => {
    const document = await loadDocument(join(fixtures, 'split/openapi.yaml'))
    assert.equal(document.files.length, 4)
    assert.deepEqual(named(document, 'listOrders').headerNames, ['x-trace'])
    const { file, line, column } = named(document, 'writeOrder').locate()
    assert.equal(file, join(fixtures, 'split/paths/order by id.json'))
    assert.deepEqual([line, column], [3, 3])
    assert.equal(document.securitySchemes[0]?.name, 'key')
  })

  test('QUERY and additional methods do not exist before 3.2', async () => {
    const document = await loadDocument(
      write(`${head}paths:\n  /a:\n    query: {}\n    additionalOperations: { COPY: {} }\n`),
    )
    assert.deepEqual([document.operations.length, document.notes.length], [0, 2])
  })

  test('operation ids that stand twice name nothing', async () => {
    const document = await loadDocument(
      write(`${head}paths:\n  /a: { get: { operationId: same } }\n  /b: { get: { operationId: same } }\n`),
    )
    assert.deepEqual(
      document.operations.map(({ id }) => id),
      [null, null],
    )
    assert.equal(document.notes.length, 2)
  })

  test('query and fragment in a path stay closed', async () => {
    const document = await loadDocument(
      write(
        `${head}paths:\n  "/a?b=1": { get: {} }\n  "/a#c": { get: {} }\n  "/a/{id}{?page}": { get: {} }\n`,
      ),
    )
    assert.deepEqual([document.operations.length, document.notes.length], [0, 3])
  })

  test('versions as YAML numbers', async () => {
    assert.equal((await loadDocument(write('swagger: 2.0\npaths: {}\n'))).version, '2.0')
    assert.equal((await loadDocument(write('openapi: 3.1\npaths: {}\n'))).version, '3.1')
  })

  test('Swagger 2.0: host with a scheme is no host, parameters and securityDefinitions by position', async () => {
    const document = await loadDocument(
      write(
        'swagger: "2.0"\nhost: https://a.example\nbasePath: v1/\nsecurityDefinitions:\n  b: { type: basic }\npaths:\n  /a:\n    parameters: [{ in: formData, name: f }]\n    put: { parameters: [{ $ref: "#/parameters/H" }] }\nparameters: { H: { in: header, name: X_H } }\n',
      ),
    )
    assert.deepEqual([document.basePaths, document.origins], [['/v1'], []])
    assert.deepEqual(document.securitySchemes[0], {
      name: 'b',
      type: 'http',
      in: null,
      parameter: null,
      httpScheme: 'basic',
    })
    assert.equal(document.locate(['components', 'securitySchemes', 'b']).line, 5)
    assert.deepEqual(
      [document.operations[0]?.bodyDeclared, document.operations[0]?.headerNames],
      [true, ['x_h']],
    )
  })

  test('equal operations that match the same requests are one, servers of their own are noted', async () => {
    const document = await loadDocument(
      write(`${head}paths:\n  /a/{x}: { get: {}, servers: [{ url: /z }] }\n  /a/{y}: { get: {}, put: {} }\n`),
    )
    assert.deepEqual(
      document.operations.map(({ method, template }) => `${method} ${template}`),
      ['GET /a/{x}', 'PUT /a/{y}'],
    )
    assert.equal(document.notes.length, 2)
  })

  test('prototype names are names', async () => {
    const text = JSON.stringify({ openapi: '3.0.0', paths: { '/constructor': { get: { security: [{}] } } } })
    const document = await loadDocument(write(text))
    assert.deepEqual(document.operations[0]?.security, [[]])
    assert.match(
      (
        await problemsOf(
          '{"openapi":"3.0.0","security":[{"constructor":[]}],"components":{"securitySchemes":{}}}',
        )
      )[0]!,
      /does not define/,
    )
    assert.match(
      (await problemsOf('{"openapi":"3.0.0","paths":{"__proto__":{"get":{}}}}'))[0]!,
      /does not start/,
    )
  })
})

describe('what is refused', () => {
  const cases: readonly [name: string, text: string, ...expected: RegExp[]][] = [
    ['no version', 'info: {}\n', /^1:1 .*no `openapi` version/],
    ['unknown version', 'info: {}\nopenapi: 4.0.0\n', /^2:1 .*`4.0.0`.*not known/],
    ['Swagger 1.2', 'swagger: "1.2"\n', /^1:1 .*not known/],
    ['broken YAML', 'openapi: 3.1.0\npaths: [\n', /^\d+:\d+ .*neither JSON nor YAML/],
    ['not a mapping', '- a\n', /no `openapi` version/],
    ['path without a slash', `${head}paths:\n  orders: { get: {} }\n`, /^4:3 .*start with/],
    ['open brace', `${head}paths:\n  /a/{b: { get: {} }\n`, /^4:3 .*brace/],
    ['closing brace', `${head}paths:\n  "/a/b}": { get: {} }\n`, /^4:3 .*brace/],
    ['nested braces', `${head}paths:\n  "/a/{b{c}}": { get: {} }\n`, /^4:3 .*brace/],
    ['no parameter name', `${head}paths:\n  "/a/{}": { get: {} }\n`, /^4:3 .*no usable name/],
    ['parameter twice', `${head}paths:\n  "/a/{b}/{b}": { get: {} }\n`, /^4:3 .*twice/],
    [
      'path twice in YAML',
      `${head}paths:\n  /a: { get: {} }\n  /a: { put: {} }\n`,
      /^5:3 .*`\/a` stands twice/,
    ],
    [
      'path twice in JSON',
      '{"openapi":"3.1.0","paths":{"/a":{"get":{}},\n"\\u002fa":{"put":{}}}}',
      /^2:1 .*`\/a` stands twice/,
    ],
    ['unknown scheme', `${head}security:\n  - other: []\n`, /^4:5 .*`other`/],
    [
      'unknown scheme of an operation',
      `${head}paths:\n  /a:\n    get:\n      security:\n        - other: []\n`,
      /^7:11 .*`other`/,
    ],
    ['security as an object', `${head}security: { a: [] }\n`, /^3:1 .*not a list/],
    ['security of text', `${head}security: [a]\n`, /^3:12 .*not an object/],
    ['scheme without type', `${head}components: { securitySchemes: { a: {} } }\n`, /^3:34 .*`a`/],
    [
      'templates that contradict',
      `${head}paths:\n  /a/{x}: { get: { security: [] } }\n  /a/{y}: { get: {} }\n`,
      /^5:13 .*security` differs/,
    ],
    [
      'GET as an additional method',
      'openapi: 3.2.0\npaths: { /a: { additionalOperations: { GET: {} } } }\n',
      /may not hold/,
    ],
    [
      'method in lower case',
      'openapi: 3.2.0\npaths: { /a: { additionalOperations: { copy: {} } } }\n',
      /upper case|not a method name/,
    ],
    [
      'operation beside and behind a reference',
      `${head}paths:\n  /a: { $ref: "#/x/a", get: {} }\nx: { a: { get: {} } }\n`,
      /declared beside/,
    ],
    ['path item in a circle', `${head}paths:\n  /a: { $ref: "#/paths/~1a" }\n`, /circle/],
    [
      'scheme in a circle',
      `${head}components: { securitySchemes: { a: { $ref: "#/components/securitySchemes/a" } } }\n`,
      /circle/,
    ],
    [
      'reference to nothing',
      `${head}paths:\n  /a: { $ref: "#/components/pathItems/none" }\n`,
      /^4:\d+ .*leads to nothing/,
    ],
    ['not a pointer', `${head}paths:\n  /a: { $ref: "#a" }\n`, /JSON Pointer/],
    ['two mistakes at once', `${head}security: [{ o: [] }]\npaths: { b: {} }\n`, /`o`/, /start with/],
  ]
  for (const [name, text, ...expected] of cases) {
    test(name, async () => {
      const problems = await problemsOf(text)
      assert.equal(problems.length, expected.length, problems.join('\n'))
      for (const [index, pattern] of expected.entries()) assert.match(problems[index]!, pattern)
    })
  }

  test('a file that is missing, a folder, and not UTF-8', async () => {
    await assert.rejects(loadDocument(join(folder, 'none.yaml')), /ENOENT.*Correct the path/)
    await assert.rejects(loadDocument(folder), /regular file/)
    const file = join(folder, 'latin1.yaml')
    writeFileSync(file, Buffer.from('openapi: 3.1.0\ninfo: { title: "\xe9" }', 'latin1'))
    await assert.rejects(loadDocument(file), /UTF-8/)
  })
})

describe('references out of the folder', () => {
  mkdirSync(join(folder, 'inside'))
  write('get: {}\n', 'outside.yaml')
  symlinkSync(join(folder, 'outside.yaml'), join(folder, 'inside/link.yaml'))
  symlinkSync('/dev/zero', join(folder, 'inside/zero.yaml'))
  const references: readonly [reference: string, expected: RegExp][] = [
    ['../outside.yaml', /leads out/],
    ['%2e%2e/outside.yaml', /leads out/],
    ['x/../../outside.yaml', /leads out/],
    ['../none.yaml', /leads out/],
    ['./link.yaml', /leads out/],
    ['./zero.yaml', /leads out/],
    ['none.yaml', /does not exist/],
    ['/etc/passwd', /not a relative path/],
    ['%2fetc/passwd', /not a relative path/],
    ['..\\outside.yaml', /not a relative path/],
    ['a%00b', /not a relative path/],
    ['%zz', /percent encoding/],
    ['file:///etc/passwd', /never fetched/],
    ['http://127.0.0.1:1/a.yaml', /never fetched/],
    ['HTTPS://example.com/a.yaml#/get', /never fetched/],
    ['//example.com/a.yaml', /never fetched/],
  ]
  for (const [reference, expected] of references) {
    test(`${reference} is refused for path items, parameters and schemes`, async () => {
      const $ref = reference
      for (const part of [
        { paths: { '/a': { $ref } } },
        { paths: { '/a': { get: { parameters: [{ $ref }] } } } },
        { components: { securitySchemes: { a: { $ref } } } },
      ]) {
        const file = write(JSON.stringify({ openapi: '3.1.0', ...part }), 'inside/main.json')
        await assert.rejects(loadDocument(file), (error) => {
          assert.ok(error instanceof DocumentError)
          assert.equal(error.problems.length, 1)
          assert.match(error.problems[0]!.message, expected)
          assert.equal(error.problems[0]!.source.line, 1)
          return true
        })
      }
    })
  }

  test('what is not read may refer anywhere', async () => {
    const text = `${head}paths: { /a: { get: { responses: { 200: { $ref: "http://example.com/x" } } } } }\n`
    assert.equal((await loadDocument(write(text))).operations.length, 1)
  })
})
