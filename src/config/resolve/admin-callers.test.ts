import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { pass } from '../../gateway/verdict.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { type LoadResult, loadConfiguration } from '../load.ts'

const badge = definePolicy({
  name: 'badge',
  place: 'identity',
  phases: ['authenticate'],
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  writes: [],
  denials: [],
  config: z.strictObject({}),
  setup: () => ({ request: () => pass }),
}) as Policy

function load(context: TestContext, rules: unknown): Promise<LoadResult> {
  const folder = temporaryFolder(context)
  const file = join(folder, 'sallyport.json')
  const configuration = {
    listeners: { public: { address: ':8443', tls: { local: ['localhost'] } } },
    identities: { staff: { type: 'badge' }, robots: { type: 'badge' } },
    admin: { callers: rules },
  }
  writeFileSync(file, JSON.stringify(configuration))
  return loadConfiguration([file], { env: {}, cwd: folder, policies: [badge] })
}

test('rules keep their order, count as use of their identity, and are listed as openings', async (context) => {
  const rules = [
    { identity: 'staff', role: 'operator', roles: ['ops'] },
    { identity: 'staff', role: 'viewer', scopes: ['a', 'b'] },
    { identity: 'robots', role: 'admin', callers: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
  ]
  const loaded = await load(context, rules)
  assert.ok(loaded.ok)
  assert.deepEqual(loaded.spec.admin?.callers, [
    { identity: 'staff', role: 'operator', by: 'roles', anyOf: ['ops'] },
    { identity: 'staff', role: 'viewer', by: 'scopes', anyOf: ['a', 'b'] },
    { identity: 'robots', role: 'admin', by: 'callers', anyOf: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
  ])
  assert.deepEqual(
    loaded.spec.opens.map(({ what }) => what),
    [
      'callers of staff with one of the roles ops administer the gateway as operator',
      'callers of staff with one of the scopes a, b administer the gateway as viewer',
      'callers a, b, c, d, e, and 2 more of robots administer the gateway as admin',
    ],
  )
  assert.deepEqual(
    loaded.findings.map(({ message }) => message),
    [],
  )
})

test('a rule that is wrong is refused with what to write', async (context) => {
  const cases: readonly [Record<string, unknown>, RegExp][] = [
    [{ identity: 'stff', role: 'viewer', roles: ['x'] }, /no identity named `stff` Did you mean `staff`/],
    [{ identity: 'staff', role: 'viewer' }, /of no caller whom it means Write one of/],
    [{ identity: 'staff', role: 'viewer', roles: ['x'], scopes: ['x'] }, /twice whom it means/],
    [{ identity: 'staff', role: 'Admin', roles: ['x'] }, /Did you mean `admin`/],
    [{ identity: 'staff', roles: ['x'] }, /`role` is missing/],
    [{ identity: 'staff', role: 'viewer', role2: 'x' }, /unknown key `role2`/],
    [{ identity: 'staff', role: 'viewer', callers: [''] }, /empty/],
  ]
  for (const [rule, expected] of cases) {
    const loaded = await load(context, [rule])
    assert.ok(!loaded.ok, JSON.stringify(rule))
    assert.match(loaded.problems.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'), expected)
  }
})
