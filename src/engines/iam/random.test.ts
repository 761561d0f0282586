// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of policies
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ask } from './decision.ts'
import { statementsOf } from './harness.test.ts'
import { PolicySet } from './policy-set.ts'
import { type Plain, type PlainRequest, type PlainStatement, referenceDecision } from './reference.test.ts'
import type { IamCaller } from './request-facts.ts'

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 3 })
const words = fc.constantFrom('', 'a', 'b', 'ab', 'A', 'a*', '*', '?', '${aws:username}', 'a?b', 'aab')
const patterns = fc.constantFrom(
  '*',
  'a*',
  '*b',
  'a?',
  '?',
  'a',
  'A',
  'ab',
  '*a*b*',
  '${aws:username}',
  'a${*}',
  '${?}*',
  '${$}{aws:username}',
  "${aws:userid, 'a*'}",
  '${aws:userid}*',
)
const segment = fc.constantFrom('*', 'a', 'b', 'a*', '?', '${aws:username}', 'GET', 'prod')
const resources = fc.oneof(
  fc.constantFrom('*', 'arn:aws:execute-api:*', 'arn:aws:execute-api:eu:*', 'execute-api:/*'),
  fc.array(segment, { minLength: 3, maxLength: 5 }).map((parts) => `execute-api:/${parts.join('/')}`),
  fc
    .tuple(
      fc.constantFrom('*', 'eu', 'e?'),
      fc.constantFrom('*', '1', '2'),
      fc.constantFrom('*', 'api', 'ap*'),
    )
    .chain(([region, account, api]) =>
      fc
        .array(segment, { minLength: 3, maxLength: 5 })
        .map((parts) => `arn:aws:execute-api:${region}:${account}:${api}/${parts.join('/')}`),
    ),
)
const principals: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant('*'),
  some(fc.constantFrom('role/a', 'role/b', 'identity/i', 'identity/j', 'caller/i/a', 'caller/i/b')).map(
    (Sallyport) => ({ Sallyport }),
  ),
)
const suffix = fc.constantFrom('', 'IfExists')
const set = fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:')
const claims = fc.constantFrom('sallyport:Claim/k', 'sallyport:Claim/l')
const comparison = (names: readonly string[], values: fc.Arbitrary<string>) =>
  fc
    .tuple(set, fc.constantFrom(...names), suffix, claims, some(values))
    .map(([qualifier, name, exists, key, list]) => ({
      [`${qualifier}${name}${qualifier === 'ForAnyValue:' ? '' : exists}`]: { [key]: list },
    }))
const conditions = fc.oneof(
  comparison(['StringLike', 'StringNotLike', 'StringEquals', 'StringNotEquals'], patterns),
  comparison(['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'], patterns),
  comparison(
    ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThanEquals'],
    fc.constantFrom('1', '2', '-3', '2.0'),
  ),
  comparison(['Bool'], fc.constantFrom('true', 'false')),
  comparison(['IpAddress', 'NotIpAddress'], fc.constantFrom('10.0.0.0/8', '192.0.2.0/30', '192.0.2.1')),
  fc.tuple(claims, some(fc.constantFrom('true', 'false'))).map(([key, list]) => ({ Null: { [key]: list } })),
)
const actions = some(
  fc.constantFrom(
    '*',
    'execute-api:*',
    'execute-api:Invoke',
    'EXECUTE-api:inv*',
    'execute-api:ManageConnections',
  ),
)

const statement: fc.Arbitrary<PlainStatement> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    principal: principals,
    action: actions,
    resource: some(resources),
    not: fc.tuple(fc.nat(5), fc.nat(5), fc.nat(4)),
    Condition: fc.option(conditions, { nil: undefined, freq: 2 }),
  })
  .map(({ Effect, principal, action, resource, not, Condition }) => ({
    Effect,
    [not[0] === 0 && Effect === 'Deny' ? 'NotPrincipal' : 'Principal']: principal,
    [not[1] === 0 ? 'NotAction' : 'Action']: action,
    [not[2] === 0 ? 'NotResource' : 'Resource']: resource,
    ...(Condition === undefined ? {} : { Condition: Condition as NonNullable<PlainStatement['Condition']> }),
  }))
const policy: fc.Arbitrary<Plain> = fc.record({
  Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
  Statement: fc.array(statement, { minLength: 1, maxLength: 6 }),
})
const values = fc.oneof(words, fc.constantFrom('1', '2', '-3', 'true', '192.0.2.1', '10.9.9.9'))
const request: fc.Arbitrary<PlainRequest> = fc
  .record({
    caller: fc.option(
      fc.record({
        identity: fc.constantFrom('i', 'j'),
        id: fc.constantFrom('a', 'b', '*', 'a*'),
        roles: fc.subarray(['a', 'b']),
      }),
      { nil: null, freq: 6 },
    ),
    path: fc.array(fc.constantFrom('a', 'b', 'ab', '*', 'x'), { minLength: 1, maxLength: 3 }),
    method: fc.constantFrom('GET', 'a'),
    stage: fc.constantFrom('prod', 'a'),
    action: fc.constantFrom('execute-api:Invoke', 'execute-api:invoke', 'execute-api:ManageConnections'),
    k: fc.option(some(values), { nil: undefined }),
    l: fc.option(some(values), { nil: undefined }),
  })
  .map(({ caller, path, method, stage, action, k, l }) => {
    const known: IamCaller | null = caller === null ? null : { ...caller, scopes: [], claims: { k, l } }
    return {
      action,
      resource: `arn:aws:execute-api:eu:1:api/${stage}/${method}/${path.join('/')}`,
      facts: { caller: known, callerArn: null },
      keys: {
        ...(caller === null
          ? {}
          : { 'aws:username': [caller.id], 'aws:userid': [`${caller.identity}/${caller.id}`] }),
        ...(caller === null || k === undefined ? {} : { 'sallyport:Claim/k': k }),
        ...(caller === null || l === undefined ? {} : { 'sallyport:Claim/l': l }),
      },
    }
  })

function engineDecision(policies: readonly Plain[], { action, resource, facts }: PlainRequest): string {
  const [, , , region = '', account = '', rest = ''] = resource.split(':')
  const slash = rest.indexOf('/')
  const asked = { partition: 'aws', region, account, api: rest.slice(0, slash), tail: rest.slice(slash + 1) }
  return new PolicySet(policies.flatMap((one) => statementsOf(one))).evaluate(ask(action, asked, facts)).kind
}

test('random policies are decided as the reference decides them', () => {
  const seen: Record<string, number> = {}
  fc.assert(
    fc.property(policy, fc.array(request, { minLength: 1, maxLength: 4 }), (one, requests) => {
      for (const each of requests) {
        const expected = referenceDecision([one], each)
        seen[expected] = (seen[expected] ?? 0) + 1
        assert.equal(engineDecision([one], each), expected)
      }
    }),
    { numRuns: 3000 },
  )
  for (const kind of ['allow', 'deny', 'silent']) assert.ok((seen[kind] ?? 0) > 300, JSON.stringify(seen))
})

test('one more denial never allows more, and the order of statements does not matter', () => {
  fc.assert(
    fc.property(policy, statement, request, fc.integer(), (one, added, each, seed) => {
      const before = engineDecision([one], each)
      const denying = { ...one, Statement: [...one.Statement, { ...added, Effect: 'Deny' }] }
      const after = engineDecision([denying], each)
      assert.ok(after === before || after === 'deny')
      const shuffled = [...one.Statement].sort((a, b) => hash(a, seed) - hash(b, seed))
      assert.equal(engineDecision([{ ...one, Statement: shuffled }], each), before)
      assert.equal(engineDecision([one, one], each), before)
    }),
    { numRuns: 1000 },
  )
})

const hash = (value: unknown, seed: number): number =>
  [...JSON.stringify(value)].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) | 0, seed)

test('no value of a variable is a pattern or another variable', () => {
  const hostile = fc.string({ unit: fc.constantFrom('*', '?', '$', '{', '}', '/', 'a', ':', "'", ',') })
  fc.assert(
    fc.property(hostile, hostile, (id, other) => {
      const caller: IamCaller = { identity: 'i', id, roles: [], scopes: [], claims: {} }
      const policyOf = (Resource: string, value: string): Plain => ({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: ['*'],
            Resource: [Resource],
            Condition: { StringLike: { 'sallyport:Path': [value] } },
          },
        ],
      })
      const allowed = (tail: string): string => {
        const set = new PolicySet(
          statementsOf(policyOf('execute-api:/prod/GET/users/${aws:username}', '/users/${aws:username}')),
        )
        const asked = {
          partition: 'aws',
          region: '',
          account: '',
          api: 'api',
          tail: `prod/GET/users/${tail}`,
        }
        return set.evaluate(
          ask('execute-api:Invoke', asked, { caller, callerArn: null, path: `/users/${tail}` }),
        ).kind
      }
      assert.equal(allowed(id), 'allow')
      assert.equal(allowed(other), other === id ? 'allow' : 'silent')
    }),
    { numRuns: 1000 },
  )
})
