// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of policies
import assert from 'node:assert/strict'
import test from 'node:test'
import { allow, decisionOf, factsOf } from './harness.test.ts'

/**
 * Operator, values of the policy, values of the request (null: the key is missing), and whether the condition holds.
 * Sources: IAM User Guide, "IAM JSON policy elements: Condition operators" (CO), "Conditions with multiple context keys
 * or values" (MV), "Single-valued vs. multivalued context keys" (SM), "Variables and tags" (VT).
 */
type Row = readonly [
  operator: string,
  policy: unknown,
  request: string | readonly string[] | null,
  holds: boolean,
]

const tables: Readonly<Record<string, readonly Row[]>> = {
  'CO: string operators': [
    ['StringEquals', 'ab', 'ab', true],
    ['StringEquals', 'ab', 'AB', false],
    ['StringEquals', 'ab', 'abc', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', 'a?', 'ab', false],
    ['StringEquals', '', '', true],
    ['StringEquals', ['x', 'ab'], 'ab', true],
    ['StringEquals', ['x', 'y'], 'ab', false],
    ['StringNotEquals', 'ab', 'ab', false],
    ['StringNotEquals', 'ab', 'AB', true],
    ['StringNotEquals', ['x', 'ab'], 'ab', false],
    ['StringNotEquals', ['x', 'y'], 'ab', true],
    ['StringEqualsIgnoreCase', 'aB', 'Ab', true],
    ['StringEqualsIgnoreCase', 'aB', 'Abc', false],
    ['StringNotEqualsIgnoreCase', 'aB', 'Ab', false],
    ['StringNotEqualsIgnoreCase', 'aB', 'x', true],
    ['StringLike', 'a*', 'abc', true],
    ['StringLike', 'a*', 'a', true],
    ['StringLike', '*', '', true],
    ['StringLike', 'a*', 'Abc', false],
    ['StringLike', 'a?c', 'abc', true],
    ['StringLike', 'a?c', 'ac', false],
    ['StringLike', 'a?', 'abc', false],
    ['StringLike', '*b*', 'abc', true],
    ['StringLike', '*b*b*', 'abc', false],
    ['StringLike', 'a*bc*c', 'abcbc', true],
    ['StringLike', 'a*bc*c', 'abc', false],
    ['StringLike', 'a*bc*c', 'abcxbcc', true],
    ['StringLike', ['x*', '*c'], 'abc', true],
    ['StringLike', 'a/*', 'a/b/c', true],
    ['StringNotLike', 'a*', 'abc', false],
    ['StringNotLike', 'a*', 'xbc', true],
    ['StringNotLike', ['x*', 'y*'], 'abc', true],
    ['StringNotLike', ['x*', 'a*'], 'abc', false],
  ],
  'CO: numeric operators': [
    ['NumericEquals', '5', '5', true],
    ['NumericEquals', 5, '5.0', true],
    ['NumericEquals', '5', '6', false],
    ['NumericEquals', '5', 'five', false],
    ['NumericEquals', '5', '', false],
    ['NumericNotEquals', '5', '6', true],
    ['NumericNotEquals', '5', '5', false],
    ['NumericNotEquals', '5', 'five', true],
    ['NumericLessThan', '5', '4', true],
    ['NumericLessThan', '5', '5', false],
    ['NumericLessThan', '5', '-7', true],
    ['NumericLessThanEquals', '5', '5', true],
    ['NumericLessThanEquals', '5', '5.1', false],
    ['NumericGreaterThan', '5', '6', true],
    ['NumericGreaterThan', '5', '10', true],
    ['NumericGreaterThan', '5', '5', false],
    ['NumericGreaterThanEquals', '5', '5', true],
    ['NumericGreaterThanEquals', '5', '4.9', false],
    ['NumericGreaterThan', ['5', '9'], '6', true],
  ],
  'CO: date operators': [
    ['DateEquals', '2027-01-31T12:00:00Z', '2027-01-31T13:00:00+01:00', true],
    ['DateEquals', '2027-01-31', '2027-01-31T00:00:00Z', true],
    ['DateEquals', '1801396800', '2027-01-31T12:00:00Z', true],
    ['DateNotEquals', '2027-01-31', '2027-02-01', true],
    ['DateNotEquals', '2027-01-31', '2027-01-31', false],
    ['DateLessThan', '2027-01-31', '2027-01-30T23:59:59Z', true],
    ['DateLessThan', '2027-01-31', '2027-01-31', false],
    ['DateLessThanEquals', '2027-01-31', '2027-01-31', true],
    ['DateGreaterThan', '2027-01-31', '2027-01-31T00:00:00.5Z', true],
    ['DateGreaterThan', '2027-01-31', '2027-01-30', false],
    ['DateGreaterThanEquals', '2027-01-31', '2027-01-31', true],
    ['DateGreaterThanEquals', '2027-01-31', 'tomorrow', false],
    ['DateLessThan', '2027-01-31', '2027-02-30', false],
    ['DateLessThan', '2027-01-31', '2026-13-01', false],
  ],
  'CO: Bool, BinaryEquals': [
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'true', true],
    ['Bool', 'true', 'false', false],
    ['Bool', 'false', 'false', true],
    ['Bool', 'false', 'no', false],
    ['Bool', ['true', 'false'], 'false', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ6', false],
    ['BinaryEquals', 'QmluYXJ5', 'Binary', false],
  ],
  'CO: IP address operators': [
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
    ['IpAddress', '203.0.113.9', '203.0.113.9', true],
    ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
    ['IpAddress', '2001:db8::/32', '203.0.113.9', false],
    ['IpAddress', ['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', 'unknown', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.9', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.114.9', true],
    ['NotIpAddress', ['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.9', false],
  ],
  'CO: ARN operators': [
    ['ArnEquals', 'arn:aws:iam::111111111111:user/ada', 'arn:aws:iam::111111111111:user/ada', true],
    ['ArnEquals', 'arn:aws:iam::111111111111:user/*', 'arn:aws:iam::111111111111:user/ada', true],
    ['ArnLike', 'arn:aws:iam::*:user/ada', 'arn:aws:iam::111111111111:user/ada', true],
    ['ArnLike', 'arn:aws:iam::*:user/ada', 'arn:aws:iam:::user/ada', true],
    ['ArnLike', 'arn:aws:iam::*:user/ada', 'arn:aws:iam::222222222222:user/bob', false],
    ['ArnLike', 'arn:aws:sns:*:*:a:b', 'arn:aws:sns:eu:1:a:b', true],
    ['ArnLike', 'arn:*:iam::1:user/ada', 'arn:aws:iam::1:user/ada', true],
    ['ArnLike', 'arn:aws:iam::1:user/a?a', 'arn:aws:iam::1:user/ada', true],
    ['ArnLike', 'arn:aws:iam::1:user/ada', 'ada', false],
    ['ArnNotEquals', 'arn:aws:iam::1:user/ada', 'arn:aws:iam::1:user/bob', true],
    ['ArnNotLike', 'arn:aws:iam::1:user/*', 'arn:aws:iam::1:user/bob', false],
  ],
  'CO: a missing key is false, and true to negated operators': [
    ['StringEquals', 'a', null, false],
    ['StringLike', '*', null, false],
    ['StringEqualsIgnoreCase', 'a', null, false],
    ['NumericEquals', '1', null, false],
    ['NumericLessThan', '1', null, false],
    ['DateGreaterThan', '2027-01-31', null, false],
    ['Bool', 'true', null, false],
    ['Bool', 'false', null, false],
    ['BinaryEquals', 'QQ==', null, false],
    ['IpAddress', '0.0.0.0/0', null, false],
    ['ArnLike', 'arn:*:*:*:*:*', null, false],
    ['StringNotEquals', 'a', null, true],
    ['StringNotEqualsIgnoreCase', 'a', null, true],
    ['StringNotLike', '*', null, true],
    ['NumericNotEquals', '1', null, true],
    ['DateNotEquals', '2027-01-31', null, true],
    ['NotIpAddress', '0.0.0.0/0', null, true],
    ['ArnNotEquals', 'arn:*:*:*:*:*', null, true],
    ['ArnNotLike', 'arn:*:*:*:*:*', null, true],
  ],
  'CO: IfExists is true for a missing key, and compares one that is there': [
    ['StringEqualsIfExists', 'a', null, true],
    ['StringEqualsIfExists', 'a', 'a', true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['StringLikeIfExists', 'a*', null, true],
    ['StringNotEqualsIfExists', 'a', null, true],
    ['StringNotEqualsIfExists', 'a', 'a', false],
    ['NumericLessThanIfExists', '5', null, true],
    ['NumericLessThanIfExists', '5', '7', false],
    ['DateLessThanIfExists', '2027-01-31', null, true],
    ['BoolIfExists', 'true', null, true],
    ['BoolIfExists', 'true', 'false', false],
    ['IpAddressIfExists', '10.0.0.0/8', null, true],
    ['IpAddressIfExists', '10.0.0.0/8', '192.0.2.1', false],
    ['ArnLikeIfExists', 'arn:aws:iam::1:user/*', null, true],
    ['BinaryEqualsIfExists', 'QQ==', null, true],
  ],
  'CO: Null': [
    ['Null', 'true', null, true],
    ['Null', 'true', 'a', false],
    ['Null', 'false', 'a', true],
    ['Null', 'false', null, false],
    ['Null', true, null, true],
    ['Null', false, 'a', true],
    ['Null', ['true', 'false'], 'a', true],
  ],
  'SM: ForAllValues': [
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b', 'c'], ['a'], true],
    ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
    ['ForAllValues:StringEquals', ['a'], null, true],
    ['ForAllValues:StringEquals', ['a'], '', true],
    ['ForAllValues:StringLike', ['a*'], ['ab', 'ac'], true],
    ['ForAllValues:StringLike', ['a*'], ['ab', 'bc'], false],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['a', 'd'], false],
    ['ForAllValues:StringNotEquals', ['a', 'b'], null, true],
    ['ForAllValues:NumericLessThan', ['5'], ['1', '4'], true],
    ['ForAllValues:NumericLessThan', ['5'], ['1', '6'], false],
    ['ForAllValues:StringEqualsIfExists', ['a'], null, true],
    ['ForAllValues:StringEqualsIfExists', ['a'], ['b'], false],
    ['ForAllValues:IpAddress', ['10.0.0.0/8'], ['10.1.1.1', '10.2.2.2'], true],
    ['ForAllValues:Bool', ['true'], ['true', 'false'], false],
  ],
  'SM: ForAnyValue': [
    ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'y'], false],
    ['ForAnyValue:StringEquals', ['a'], null, false],
    ['ForAnyValue:StringLike', ['a*'], ['x', 'ab'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'x'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], null, false],
    ['ForAnyValue:NumericGreaterThan', ['5'], ['1', '6'], true],
    ['ForAnyValue:ArnLike', ['arn:aws:iam::1:user/*'], ['x', 'arn:aws:iam::1:user/a'], true],
  ],
  'VT: variables, defaults and escapes': [
    ['StringEquals', '${aws:username}', 'ada', true],
    ['StringEquals', '${AWS:UserName}', 'ada', true],
    ['StringEquals', '${aws:username}', 'bob', false],
    ['StringEquals', '${aws:username}-x', 'ada-x', true],
    ['StringLike', '${aws:username}*', 'ada-x', true],
    ['StringLike', '*/${aws:username}/*', 'home/ada/1', true],
    ['StringEqualsIgnoreCase', '${aws:username}', 'ADA', true],
    ['StringEquals', '${aws:PrincipalTag/department}', 'sales', true],
    ['StringEquals', '${aws:PrincipalTag/team}', 'sales', false],
    ['StringLike', '${aws:PrincipalTag/team}*', 'sales', false],
    ['StringNotEquals', '${aws:PrincipalTag/team}', 'sales', true],
    ['StringNotLike', '${aws:PrincipalTag/team}', 'sales', true],
    ['StringEquals', "${aws:PrincipalTag/team, 'company-wide'}", 'company-wide', true],
    ['StringEquals', "${ aws:PrincipalTag/team , 'it''s' }", "it's", true],
    ['StringEquals', "${aws:PrincipalTag/department, 'other'}", 'other', false],
    ['StringLike', "${aws:PrincipalTag/team, '*'}", 'sales', false],
    ['StringLike', "${aws:PrincipalTag/team, '*'}", '*', true],
    ['StringLike', 'a${*}', 'a*', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringLike', 'a${?}', 'a?', true],
    ['StringLike', 'a${?}', 'ab', false],
    ['StringEquals', '${$}{aws:username}', '${aws:username}', true],
    ['StringEquals', '$aws', '$aws', true],
    ['ArnLike', 'arn:aws:iam::1:user/${aws:username}', 'arn:aws:iam::1:user/ada', true],
    ['StringEquals', '${sallyport:Claim/groups}', 'a', false],
  ],
  'a claim with several values, without a set qualifier': [
    ['StringEquals', 'a', ['x', 'a'], true],
    ['StringEquals', 'a', ['x', 'y'], false],
    ['StringNotEquals', 'a', ['x', 'a'], false],
    ['StringNotEquals', 'a', ['x', 'y'], true],
  ],
}

let rows = 0
for (const [source, table] of Object.entries(tables)) {
  test(source, () => {
    for (const [operator, policy, request, holds] of table) {
      const decision = decisionOf(allow({ Condition: { [operator]: { 'sallyport:Claim/told': policy } } }), {
        facts: factsOf({ 'sallyport:Claim/told': request }),
      })
      assert.equal(decision.allowed, holds, JSON.stringify([operator, policy, request]))
      // A denial under the same condition is the other way round, and wins.
      const denial = {
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: '*',
            Resource: '*',
            Condition: { [operator]: { 'sallyport:Claim/told': policy } },
          },
        ],
        Version: '2012-10-17',
      }
      const denied = decisionOf(denial, { facts: factsOf({ 'sallyport:Claim/told': request }) })
      assert.equal(denied.allowed, !holds, JSON.stringify([operator, policy, request]))
    }
  })
  rows += table.length
}

test('the tables are not few', () => assert.ok(rows >= 170, String(rows)))

test('in Version 2008-10-17, and without a version, variables are characters', () => {
  for (const version of ['2008-10-17', undefined]) {
    const policy = (value: string): unknown => {
      const { Version: _, ...rest } = allow({
        Condition: { StringLike: { 'sallyport:Claim/told': value } },
      }) as {
        Version: string
      }
      return version === undefined ? rest : { Version: version, ...rest }
    }
    const told = (value: string) => ({ facts: factsOf({ 'sallyport:Claim/told': value }) })
    assert.equal(decisionOf(policy('${aws:username}'), told('ada')).allowed, false)
    assert.equal(decisionOf(policy('${aws:username}'), told('${aws:username}')).allowed, true)
    assert.equal(decisionOf(policy('a${*}'), told('a${zz}')).allowed, true)
  }
})

test('operators and keys of one condition must all hold, values are alternatives (MV)', () => {
  const both = allow({
    Condition: {
      StringEquals: { 'sallyport:Claim/a': ['1', '2'], 'sallyport:Claim/b': '3' },
      NumericLessThan: { 'sallyport:Claim/c': '9' },
    },
  })
  const held = (a: string, b: string, c: string): boolean =>
    decisionOf(both, {
      facts: factsOf({ 'sallyport:Claim/a': a, 'sallyport:Claim/b': b, 'sallyport:Claim/c': c }),
    }).allowed
  assert.deepEqual(
    [held('1', '3', '1'), held('2', '3', '1'), held('3', '3', '1'), held('1', '1', '1'), held('1', '3', '9')],
    [true, true, false, false, false],
  )
})
