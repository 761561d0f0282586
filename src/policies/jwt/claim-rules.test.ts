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

test('T17 a role that is spelled otherwise is another role', () => {
  for (const role of ['adm%69n', 'admin%00', 'admin ', 'ADMIN', 'аdmin', 'admin\u200b'])
    assert.equal(meets({ c: [role] }, { contains: 'admin' }), false, role)
})

test('a rule has exactly one test', () => {
  for (const wrong of [{}, { equals: 1, exists: true }, { equals: null }, { oneOf: [] }, { pattern: '.*' }])
    assert.equal(claimRule.safeParse({ claim: 'c', ...wrong }).success, false, JSON.stringify(wrong))
})
