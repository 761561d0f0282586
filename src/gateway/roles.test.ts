import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoleSpec } from '../config/spec.ts'
import { GrantIndex } from '../store/grants/grant-index.ts'
import { type Caller, plainCaller } from './facts.ts'
import { rolesOf } from './roles.ts'

const role = (name: string, rest: Partial<RoleSpec> = {}): RoleSpec => ({
  name,
  includes: [],
  callers: [],
  when: [],
  source: { file: '', line: 0, column: 0 },
  ...rest,
})
const caller = (rest: Partial<Caller>): Caller => ({ ...plainCaller('staff', 'ada'), ...rest })
const of = (specs: readonly RoleSpec[], one: Caller): readonly string[] =>
  rolesOf(specs, new GrantIndex()).of(one, 0).roles.toSorted()

test('a caller keeps the roles of its credential, and has those that they include', () => {
  const specs = [role('manager', { includes: ['clerk', 'reader'] }), role('clerk', { includes: ['reader'] })]
  assert.deepEqual(of(specs, caller({ roles: ['manager'] })), ['clerk', 'manager', 'reader'])
  assert.deepEqual(of(specs, caller({ roles: ['reader', 'guest'] })), ['guest', 'reader'])
  assert.deepEqual(of(specs, caller({})), [])
})

test('roles are given to callers by name, of their identity alone', () => {
  const specs = [role('manager', { callers: ['staff/ada'] })]
  assert.deepEqual(of(specs, caller({})), ['manager'])
  assert.deepEqual(of(specs, caller({ id: 'Ada' })), [])
  assert.deepEqual(of(specs, caller({ identity: 'partners' })), [])
})

test('roles are given by claims: text or a list with the text in it, and nothing that only looks like it', () => {
  const specs = [role('clerk', { when: [{ identity: 'staff', claim: 'org.groups', anyOf: ['clerks'] }] })]
  const groups = (value: unknown): Caller => caller({ claims: { org: { groups: value } } })
  assert.deepEqual(of(specs, groups('clerks')), ['clerk'])
  assert.deepEqual(of(specs, groups(['x', 'clerks'])), ['clerk'])
  for (const value of [
    'clerks x',
    'Clerks',
    ['clerks,x'],
    [['clerks']],
    { clerks: true },
    undefined,
    null,
    { toString: () => 'clerks' },
  ])
    assert.deepEqual(of(specs, groups(value)), [], String(JSON.stringify(value)))
  assert.deepEqual(of(specs, { ...groups('clerks'), identity: 'partners' }), [])
})

test('an identity by itself may be enough', () => {
  const specs = [role('device', { when: [{ identity: 'devices', claim: null, anyOf: [] }] })]
  assert.deepEqual(of(specs, plainCaller('devices', 'd1')), ['device'])
  assert.deepEqual(of(specs, plainCaller('staff', 'd1')), [])
})

test('names of prototypes give nothing', () => {
  const specs = [role('a', { when: [{ identity: 'staff', claim: 'constructor.name', anyOf: ['Object'] }] })]
  assert.deepEqual(of(specs, caller({ claims: {} })), [])
  assert.deepEqual(of([role('a')], caller({ roles: ['constructor'] })), ['constructor'])
})

test('the same caller comes to the same, and to itself where nothing is added', () => {
  const roles = rolesOf([role('manager', { callers: ['staff/ada'] })], new GrantIndex())
  const ada = caller({})
  assert.equal(roles.of(ada, 0), roles.of(ada, 1))
  const bob = caller({ id: 'bob' })
  assert.equal(roles.of(bob, 0), bob)
})

test('a granted role counts until it ends, with what it includes, for its own caller alone', () => {
  const grants = new GrantIndex()
  const roles = rolesOf([role('manager', { includes: ['clerk'] })], grants)
  const ada = caller({ roles: ['guest'] })
  assert.equal(roles.of(ada, 0), ada)
  grants.replace([{ caller: 'staff/ada', role: 'manager', until: 1000 }])
  assert.deepEqual(roles.of(ada, 999).roles, ['guest', 'manager', 'clerk'])
  assert.deepEqual(roles.of(ada, 1000).roles, ['guest'])
  assert.deepEqual(roles.of(plainCaller('partners', 'ada'), 0).roles, [])
  assert.deepEqual(roles.of(plainCaller('staff', 'bob'), 0).roles, [])
  grants.replace([])
  assert.deepEqual(roles.of(ada, 0).roles, ['guest'])
})

test('a name that stands twice in a credential hides no role', () => {
  const specs = [role('suspended', { when: [{ identity: 'staff', claim: null, anyOf: [] }] })]
  assert.deepEqual(of(specs, caller({ roles: ['clerk', 'clerk'] })), ['clerk', 'suspended'])
})
