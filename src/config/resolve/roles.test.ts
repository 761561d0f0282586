import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { policies } from '../../policies/registry.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type LoadResult, loadConfiguration } from '../load.ts'

function load(context: TestContext, roles: string): Promise<LoadResult> {
  const folder = temporaryFolder(context)
  const file = join(folder, 'sallyport.yaml')
  const lines = [
    'listeners: { public: { address: ":8443", tls: { local: [localhost] } } }',
    'services: { orders: { targets: ["http://127.0.0.1:3000"] } }',
    'identities: { partners: { type: api-key } }',
    'apis: { orders: { service: orders, authenticate: [partners], require: { roles: [a] }, routes: { "GET /": {} } } }',
    'roles:',
    roles,
  ]
  writeFileSync(file, lines.join('\n'))
  return loadConfiguration([file], { env: {}, cwd: folder, policies })
}

test('a role has what the others include that it includes', async (context) => {
  const loaded = await load(
    context,
    '  a: { includes: [b, c] }\n  b: { includes: [d] }\n  c: { includes: [d] }\n  d:',
  )
  assert.ok(loaded.ok)
  const includes = Object.fromEntries(loaded.spec.roles.map((role) => [role.name, role.includes.toSorted()]))
  assert.deepEqual(includes, { a: ['b', 'c', 'd'], b: ['d'], c: ['d'], d: [] })
})

test('circles, unknown names and conditions that say half are refused with their line', async (context) => {
  const cases: readonly [string, RegExp, number][] = [
    ['  a: { includes: [a] }', /role `a` includes itself/, 6],
    ['  a: { includes: [b] }\n  b: { includes: [c] }\n  c: { includes: [b] }', /role `b` includes itself/, 7],
    ['  clerk: {}\n  a: { includes: [clerks] }', /no role `clerks` Did you mean `clerk`/, 7],
    ['  a: { includes: [toString] }', /no role `toString`/, 6],
    ['  a: { callers: [partner/ada] }', /no identity `partner` Did you mean `partners`/, 6],
    ['  a: { callers: [ada] }', /not a caller Write `identity\/id`/, 6],
    ['  a: { when: [{ identity: staff }] }', /no identity `staff`/, 6],
    ['  a: { when: [{ identity: partners, claim: owner }] }', /a claim goes with the values/, 6],
    ['  a: { when: [{ identity: partners, anyOf: [x] }] }', /a claim goes with the values/, 6],
    ['  a: { when: [{ identity: partners, claim: a..b, anyOf: [x] }] }', /not the path of a claim/, 6],
    ['  a: { include: [b] }', /unknown key `include` Did you mean `includes`/, 6],
  ]
  for (const [written, expected, line] of cases) {
    const loaded = await load(context, written)
    assert.ok(!loaded.ok, written)
    const found = loaded.problems.find(({ message, remedy }) => expected.test(`${message} ${remedy}`))
    assert.ok(found, `${written}\n${JSON.stringify(loaded.problems)}`)
    assert.equal(found.source.line, line, written)
  }
})
