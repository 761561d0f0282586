// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of policies
import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, allow, decisionOf, factsOf, getOrder } from './harness.test.ts'

const says: Readonly<Record<string, unknown>> = {
  allow: { Effect: 'Allow' },
  deny: { Effect: 'Deny' },
  // It is about another resource.
  silent: { Effect: 'Allow', Resource: 'execute-api:/other/GET/x' },
}
const policyOf = (said: string, isIdentity: boolean): unknown => ({
  Version: '2012-10-17',
  Statement: {
    Action: 'execute-api:Invoke',
    Resource: '*',
    ...(isIdentity ? {} : { Principal: '*' }),
    ...(says[said] as object),
  },
})

/**
 * API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow": table A (same
 * account) and table B (different accounts). Identity policy, resource policy, resulting behaviour.
 */
const tableA = [
  ['allow', 'allow', 'allow'],
  ['allow', 'silent', 'allow'],
  ['allow', 'deny', 'explicit deny'],
  ['silent', 'allow', 'allow'],
  ['silent', 'silent', 'implicit deny'],
  ['silent', 'deny', 'explicit deny'],
  ['deny', 'allow', 'explicit deny'],
  ['deny', 'silent', 'explicit deny'],
  ['deny', 'deny', 'explicit deny'],
] as const
const tableB = [
  ['allow', 'allow', 'allow'],
  ['allow', 'silent', 'implicit deny'],
  ['allow', 'deny', 'explicit deny'],
  ['silent', 'allow', 'implicit deny'],
  ['silent', 'silent', 'implicit deny'],
  ['silent', 'deny', 'explicit deny'],
  ['deny', 'allow', 'explicit deny'],
  ['deny', 'silent', 'explicit deny'],
  ['deny', 'deny', 'explicit deny'],
] as const

for (const [name, table, combination] of [
  ['table A', tableA, 'either'],
  ['table B', tableB, 'both'],
] as const) {
  test(`API Gateway's ${name}`, () => {
    for (const [identity, resource, expected] of table) {
      const { allowed, denied } = decisionOf(policyOf(resource, false), {
        identity: policyOf(identity, true),
        combination,
      })
      const found = allowed ? 'allow' : denied ? 'explicit deny' : 'implicit deny'
      assert.equal(found, expected, `${identity} ${resource}`)
    }
  })
}

test('a resource policy alone: an implicit or explicit denial denies', () => {
  for (const [said, allowed] of [
    ['allow', true],
    ['silent', false],
    ['deny', false],
  ] as const) {
    for (const combination of ['both', 'either'] as const) {
      assert.equal(decisionOf(policyOf(said, false), { combination }).allowed, allowed, said)
      assert.equal(decisionOf(undefined, { identity: policyOf(said, true), combination }).allowed, allowed)
    }
  }
  assert.equal(decisionOf(undefined).allowed, false)
})

test('actions: wildcards, no case, and NotAction', () => {
  for (const [element, value, action, allowed] of [
    ['Action', 'execute-api:Invoke', 'execute-api:Invoke', true],
    ['Action', 'EXECUTE-API:invoke', 'execute-api:Invoke', true],
    ['Action', 'execute-api:*', 'execute-api:Invoke', true],
    ['Action', 'execute-api:Inv*', 'execute-api:Invoke', true],
    ['Action', 'execute-api:Invok?', 'execute-api:Invoke', true],
    ['Action', '*', 'execute-api:Invoke', true],
    ['Action', 'execute-api:ManageConnections', 'execute-api:Invoke', false],
    ['Action', ['execute-api:ManageConnections', 'execute-api:Invoke'], 'execute-api:Invoke', true],
    ['NotAction', 'execute-api:ManageConnections', 'execute-api:Invoke', true],
    ['NotAction', 'execute-api:Invoke', 'execute-api:Invoke', false],
    ['NotAction', 'execute-api:*', 'execute-api:Invoke', false],
    ['NotAction', 'execute-api:Invoke', 'execute-api:ManageConnections', true],
  ] as const) {
    const { Action: _, ...rest } = (allow({}) as { Statement: Record<string, unknown> }).Statement
    const policy = { Version: '2012-10-17', Statement: { ...rest, [element]: value } }
    assert.equal(decisionOf(policy, { action }).allowed, allowed, JSON.stringify([element, value, action]))
  }
})

test('resources: six parts, short form, wildcards, variables', () => {
  const own = 'arn:aws:execute-api:eu-central-1:111111111111:abc123'
  for (const [value, tail, allowed] of [
    ['*', 'prod/GET/orders', true],
    [`${own}/*`, 'prod/GET/orders', true],
    [`${own}/*/GET/orders`, 'prod/GET/orders', true],
    [`${own}/prod/GET/orders`, 'prod/GET/orders', true],
    [`${own}/prod/GET/orders`, 'prod/POST/orders', false],
    [`${own}/prod/GET/orders`, 'prod/GET/orders/1', false],
    [`${own}/prod/GET/orders/*`, 'prod/GET/orders/1', true],
    [`${own}/prod/GET/orders/*`, 'prod/GET/orders', false],
    [`${own}/prod/GET/orders/*`, 'prod/GET/orders/1/items/2', true],
    [`${own}/prod/GET/orders/?`, 'prod/GET/orders/1', true],
    [`${own}/prod/GET/orders/?`, 'prod/GET/orders/12', false],
    [`${own}/prod/get/orders`, 'prod/GET/orders', false],
    [`${own}/test/*`, 'prod/GET/orders', false],
    [`${own}/prod/*/orders`, 'prod/GET/orders', true],
    [`${own}/prod/GET/`, 'prod/GET/', true],
    ['arn:aws:execute-api:*:*:abc123/*', 'prod/GET/orders', true],
    ['arn:aws:execute-api:us-east-1:*:abc123/*', 'prod/GET/orders', false],
    ['arn:aws:execute-api:*:222222222222:abc123/*', 'prod/GET/orders', false],
    ['arn:aws-cn:execute-api:*:*:*', 'prod/GET/orders', false],
    ['arn:*:execute-api:*:*:*', 'prod/GET/orders', true],
    ['arn:aws:execute-api:*:*:other/*', 'prod/GET/orders', false],
    ['arn:aws:execute-api:*', 'prod/GET/orders', true],
    ['arn:aws:execute-api:us-east-1:*', 'prod/GET/orders', false],
    ['execute-api:/*', 'prod/GET/orders', true],
    ['execute-api:/*/*/*', 'prod/GET/orders', true],
    ['execute-api:/prod/GET/orders', 'prod/GET/orders', true],
    ['execute-api:/prod/GET/*', 'prod/POST/orders', false],
    ['execute-api:/*/GET/orders', 'prod/GET/orders', true],
    ['execute-api:/test/*', 'prod/GET/test/x', false],
    ['execute-api:/prod/GET/users/${aws:username}', 'prod/GET/users/ada', true],
    ['execute-api:/prod/GET/users/${aws:username}', 'prod/GET/users/bob', false],
    ['execute-api:/prod/GET/users/${aws:username}/*', 'prod/GET/users/ada/files', true],
    ['execute-api:/prod/GET/users/${aws:PrincipalTag/none}', 'prod/GET/users/', false],
    ["execute-api:/prod/GET/users/${aws:PrincipalTag/none, 'all'}", 'prod/GET/users/all', true],
    [`${own}/prod/GET/\${*}`, 'prod/GET/*', true],
    [`${own}/prod/GET/\${*}`, 'prod/GET/x', false],
    [['execute-api:/a/*', 'execute-api:/prod/*'], 'prod/GET/x', true],
  ] as const) {
    const asked = { ...getOrder, tail }
    assert.equal(
      decisionOf(allow({ Resource: value }), { asked }).allowed,
      allowed,
      JSON.stringify([value, tail]),
    )
    const { Resource: _, ...rest } = (allow({}) as { Statement: Record<string, unknown> }).Statement
    const opposite = { Version: '2012-10-17', Statement: { ...rest, NotResource: value } }
    const unresolved = JSON.stringify(value).includes('Tag/none}')
    assert.equal(
      decisionOf(opposite, { asked }).allowed,
      !allowed && !unresolved,
      JSON.stringify(['Not', value, tail]),
    )
  }
})

test('a resource is found by however many literal segments it begins with', () => {
  for (let depth = 1; depth <= 8; depth++) {
    const path = Array.from({ length: depth }, (_, index) => `s${index}`).join('/')
    for (const prefix of ['execute-api:/', 'arn:aws:execute-api:*:*:abc123/']) {
      for (const [Resource, tail, allowed] of [
        [`${prefix}prod/GET/${path}`, `prod/GET/${path}`, true],
        [`${prefix}prod/GET/${path}*`, `prod/GET/${path}/x/y`, true],
        [`${prefix}prod/GET/${path}/*`, `prod/GET/${path}`, false],
        [`${prefix}prod/GET/${path}/*`, `prod/GET/${path}/`, true],
        [`${prefix}prod/GET/${path}`, `prod/GET/${path}x`, false],
        [`${prefix}prod/*/${path}`, `prod/GET/${path}`, true],
      ] as const)
        assert.equal(
          decisionOf(allow({ Resource }), { asked: { ...getOrder, tail } }).allowed,
          allowed,
          Resource,
        )
    }
  }
})

test('a NotResource whose variable has no value denies, and does not allow', () => {
  const NotResource = 'execute-api:/prod/GET/users/${aws:PrincipalTag/none}'
  const base = { Principal: '*', Action: '*', NotResource }
  assert.equal(decisionOf({ Version: '2012-10-17', Statement: { ...base, Effect: 'Allow' } }).allowed, false)
  assert.equal(decisionOf({ Version: '2012-10-17', Statement: { ...base, Effect: 'Deny' } }).denied, true)
})

test('principals', () => {
  const principals = new Map([
    ['arn:aws:iam::111111111111:role/manager', 'role/manager'],
    ['111111111111', 'identity/staff'],
    ['arn:aws:iam::111111111111:user/bob', 'caller/staff/bob'],
    ['accounts.google.com', 'identity/google'],
  ])
  const bob = { ...ada, id: 'bob', roles: [] }
  const guest = { ...ada, identity: 'google', id: 'ada', roles: [] }
  for (const [principal, who, allowed] of [
    ['*', ada, true],
    ['*', null, true],
    [{ AWS: '*' }, null, true],
    [{ AWS: 'arn:aws:iam::111111111111:role/manager' }, ada, true],
    [{ AWS: 'arn:aws:iam::111111111111:role/manager' }, bob, false],
    [{ AWS: 'arn:aws:iam::111111111111:role/manager' }, null, false],
    [{ AWS: '111111111111' }, bob, true],
    [{ AWS: 'arn:aws:iam::111111111111:root' }, bob, true],
    [{ AWS: '111111111111' }, guest, false],
    [{ AWS: ['arn:aws:iam::111111111111:user/bob', 'arn:aws:iam::111111111111:role/manager'] }, bob, true],
    [{ AWS: 'arn:aws:iam::111111111111:user/bob' }, ada, false],
    [{ Federated: 'accounts.google.com' }, guest, true],
    [{ Sallyport: 'caller/staff/ada' }, ada, true],
    [{ Sallyport: 'caller/staff/ada' }, guest, false],
    [{ Sallyport: ['role/manager', 'identity/google'] }, guest, true],
    [{ Sallyport: 'identity/staff' }, null, false],
  ] as const) {
    const facts = factsOf({}, who)
    assert.equal(
      decisionOf(allow({ Principal: principal }), { facts, principals }).allowed,
      allowed,
      JSON.stringify([principal, who?.id]),
    )
    const { Principal: _, ...rest } = (allow({ Effect: 'Deny' }) as { Statement: Record<string, unknown> })
      .Statement
    const opposite = { Version: '2012-10-17', Statement: { ...rest, NotPrincipal: principal } }
    assert.equal(
      decisionOf(opposite, { facts, principals }).denied,
      !allowed,
      JSON.stringify([principal, who?.id]),
    )
  }
})

test('keys of a request', () => {
  for (const [operator, key, value, holds] of [
    ['IpAddress', 'aws:SourceIp', '192.0.2.0/24', true],
    ['IpAddress', 'AWS:sourceip', '192.0.2.0/24', true],
    ['DateLessThan', 'aws:CurrentTime', '2027-01-31T12:00:01Z', true],
    ['DateLessThan', 'aws:CurrentTime', '2027-01-31T12:00:00Z', false],
    ['NumericEquals', 'aws:EpochTime', '1801396800', true],
    ['DateEquals', 'aws:EpochTime', '1801396800', true],
    ['Bool', 'aws:SecureTransport', 'true', true],
    ['Null', 'aws:UserAgent', 'true', true],
    ['StringEquals', 'aws:userid', 'staff/ada', true],
    ['StringEquals', 'aws:username', 'ada', true],
    ['StringEquals', 'aws:PrincipalType', 'User', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/staff/*', true],
    ['StringEquals', 'aws:PrincipalTag/department', 'sales', true],
    ['StringEquals', 'aws:PrincipalTag/constructor', 'x', false],
    ['Null', 'aws:PrincipalTag/constructor', 'true', true],
    ['NumericGreaterThan', 'sallyport:Claim/level', '6', true],
    ['StringEquals', 'sallyport:Claim/org.unit', 'north', true],
    ['StringEquals', 'sallyport:Claim/x.y', 'dotted', true],
    ['ForAnyValue:StringEquals', 'sallyport:Claim/groups', 'b', true],
    ['ForAnyValue:StringEquals', 'sallyport:Scopes', 'orders:write', true],
    ['ForAllValues:StringLike', 'sallyport:Scopes', 'orders:*', true],
    ['ForAllValues:StringEquals', 'sallyport:Roles', 'clerk', false],
    ['StringEquals', 'sallyport:Identity', 'staff', true],
    ['Null', 'aws:MultiFactorAuthPresent', 'true', true],
    ['Null', 'aws:TokenIssueTime', 'true', true],
  ] as const) {
    const policy = allow({ Condition: { [operator]: { [key]: value } } })
    assert.equal(decisionOf(policy).allowed, holds, `${operator} ${key}`)
  }
  const fresh = { ...ada, claims: { iat: 1801396700, amr: ['pwd', 'mfa'] } }
  const condition = {
    DateGreaterThan: { 'aws:TokenIssueTime': '1801396600' },
    Bool: { 'aws:MultiFactorAuthPresent': true },
  }
  assert.equal(decisionOf(allow({ Condition: condition }), { facts: factsOf({}, fresh) }).allowed, true)
})
