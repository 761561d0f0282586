import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../../testing/temporary-folder.ts'
import { type CasesResult, readCases } from './read-cases.ts'

const identities = [{ name: 'staff', type: 'jwt', settings: {}, source: { file: '', line: 0, column: 0 } }]

async function read(context: TestContext, text: string): Promise<CasesResult> {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'cases.yaml'), text)
  return readCases('cases.yaml', folder, identities)
}

test('a case says who, what, when and with what', async (context) => {
  const result = await read(
    context,
    `cases:
  - as: staff/ada
    roles: [manager]
    scopes: [orders:read]
    claims: { tenant: blue }
    request: "PATCH /orders/1001?x=1"
    headers: { X-A: b }
    from: 203.0.113.9
    at: "2026-11-24T09:00:00+01:00"
    body: { status: paid }
    object: { customer: ada }
    expect: deny
    why: not at night
  - { anonymous: true, request: GET /, object: null, body: "text", expect: 401 }
`,
  )
  assert.ok(result.ok, JSON.stringify(result))
  const [first, second] = result.cases
  const { caller, body, object, ...question } = first!.question
  assert.deepEqual(question, {
    method: 'PATCH',
    url: '/orders/1001?x=1',
    from: '203.0.113.9',
    headers: [['X-A', 'b']],
    at: Date.UTC(2026, 10, 24, 8),
  })
  assert.deepEqual(
    [caller!.identity, caller!.id, caller!.roles, caller!.scopes],
    ['staff', 'ada', ['manager'], ['orders:read']],
  )
  assert.equal(Object.getPrototypeOf(caller!.claims), null)
  assert.equal(caller!.claims['tenant'], 'blue')
  assert.equal(body!.toString(), '{"status":"paid"}')
  assert.equal(object!.status, 200)
  assert.deepEqual(
    [first!.source.line, first!.number, first!.who, first!.why],
    [2, 1, 'staff/ada', 'not at night'],
  )
  assert.equal(second!.question.body!.toString(), 'text')
  assert.deepEqual(second!.question.object, { status: 404, json: null })
  assert.equal(second!.question.caller, null)
})

const wrong: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  ['cases:\n  - { as: staff/a, request: GET /, expects: allow, expect: allow }', 2, /unknown key `expects`/],
  ['cases:\n  - { as: staff/a, request: GET /, expect: alow }', 2, /not an outcome/],
  ['cases:\n  - { as: staf/a, request: GET /, expect: allow }', 2, /no identity `staf`/],
  ['cases:\n  - { as: staff/, request: GET /, expect: allow }', 2, /no identity/],
  ['cases:\n  - { request: GET /, expect: allow }', 2, /nobody says who asks/],
  ['cases:\n  - { anonymous: true, roles: [a], request: GET /, expect: allow }', 2, /of nobody/],
  ['cases:\n  - { as: staff/a, anonymous: true, request: GET /, expect: allow }', 2, /nobody says/],
  ['cases:\n  - { as: staff/a, request: /orders, expect: allow }', 2, /not a request/],
  ['cases:\n  - { as: staff/a, request: GET /, at: noon, expect: allow }', 2, /not a time/],
  ['cases: []', 1, /./],
  // What a case says is not taken from the environment of whoever runs it.
  [`cases:\n  - { as: staff/a, request: GET /, headers: { a: "$\{env:HOME}" }, expect: allow }`, 2, /HOME/],
]

test('what cannot be meant is refused with its line', async (context) => {
  for (const [text, line, message] of wrong) {
    const result = await read(context, text)
    assert.ok(!result.ok, text)
    assert.equal(result.problems[0]!.source.line, line, text)
    assert.match(result.problems[0]!.message, message, text)
  }
})
