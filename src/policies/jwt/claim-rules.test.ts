import assert from 'node:assert/strict'
import test from 'node:test'
import { claimRule, firstUnmet, readyRules } from './claim-rules.ts'

const meets = (claims: Record<string, unknown>, rule: object): boolean =>
  firstUnmet(claims, readyRules([claimRule.parse({ claim: 'c', ...rule })])) === null

test('values are compared with their type, and a list is no value', () => {
  for (const [claim, rule, met] of [
    ['a', { equals: 'a' }, true],
    ['A', { equals: 'a' }, false],
    [1, { equals: 1 }, true],
    ['1', { equals: 1 }, false],
    ['true', { equals: true }, false],
    [['a'], { equals: 'a' }, false],
    [undefined, { equals: 'a' }, false],
    ['b', { oneOf: ['a', 'b'] }, true],
    [['a'], { oneOf: ['a', 'b'] }, false],
    [2, { oneOf: ['1', '2'] }, false],
    [['a', 'b'], { contains: 'b' }, true],
    ['a b', { contains: 'b' }, true],
    ['ab', { contains: 'b' }, false],
    ['a,b', { contains: 'b' }, false],
    [[['b']], { contains: 'b' }, false],
    [[1], { contains: '1' }, false],
    [{ b: true }, { contains: 'b' }, false],
    ['', { exists: true }, true],
    [null, { exists: true }, false],
    [undefined, { exists: false }, true],
    [null, { exists: false }, true],
    [false, { exists: false }, false],
  ] as const)
    assert.equal(meets({ c: claim }, rule), met, JSON.stringify([claim, rule]))
})

test('what is not met is told by claim, rule and test, and never by value', () => {
  const rules = readyRules([
    claimRule.parse({ claim: 'a', exists: true }),
    claimRule.parse({ claim: 'realm.roles', contains: 'wanted' }),
  ])
  for (const [claims, found] of [
    [{ a: 1 }, 'is absent'],
    [{ a: 1, realm: { roles: ['private'] } }, 'is there, as a list'],
    [{ a: 1, realm: { roles: 'private' } }, 'is there, as a text'],
    [{ a: 1, realm: { roles: null } }, 'is there, as null'],
    [{ a: 1, realm: { roles: { private: 1 } } }, 'is there, as a map'],
  ] as const)
    assert.equal(
      firstUnmet(claims, rules),
      `The claim "realm.roles" ${found}: that is not what rule 2 of \`require\` (\`contains\`) asks for.`,
    )
})

test('T17 a role that is spelled otherwise is another role', () => {
  for (const role of ['adm%69n', 'admin%00', 'admin ', 'ADMIN', 'аdmin', 'admin\u200b'])
    assert.equal(meets({ c: [role] }, { contains: 'admin' }), false, role)
})

test('a rule has exactly one test', () => {
  for (const wrong of [{}, { equals: 1, exists: true }, { equals: null }, { oneOf: [] }, { pattern: '.*' }])
    assert.equal(claimRule.safeParse({ claim: 'c', ...wrong }).success, false, JSON.stringify(wrong))
})
