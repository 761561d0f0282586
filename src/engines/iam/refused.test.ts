// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of policies
import assert from 'node:assert/strict'
import test from 'node:test'
import { readPolicyDocument } from './document.ts'
import { allow, faultsOf } from './harness.test.ts'
import { readPolicyText } from './policy-text.ts'

const condition = (operator: string, key: string, value: unknown): unknown =>
  allow({ Condition: { [operator]: { [key]: value } } })
const without = (name: string): unknown => {
  const policy = allow({}) as { Statement: Record<string, unknown> }
  const { [name]: _, ...Statement } = policy.Statement
  return { ...policy, Statement }
}

test('what is not supported is refused by its name', () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [{ ...(allow({}) as object), Rules: [] }, /`Rules`/],
    [allow({}, '2020-01-01'), /`Version`/],
    [{ Version: '2012-10-17', Statement: [] }, /no statement/],
    [{ Version: '2012-10-17' }, /no statement/],
    [{ ...(allow({}) as object), Id: 5 }, /`Id`/],
    [allow({ Effect: 'allow' }), /`Effect`/],
    [allow({ Sid: 5 }), /`Sid`/],
    [allow({ Conditions: {} }), /`Conditions`/],
    [without('Effect'), /`Effect`/],
    [without('Principal'), /`Principal`/],
    [without('Action'), /`Action`/],
    [without('Resource'), /`Resource`/],
    [allow({ NotResource: '*' }), /`Resource`/],
    [allow({ NotAction: '*' }), /`Action`/],
    [allow({ Action: [] }), /empty/],
    [allow({ Action: 's3:GetObject' }), /s3:GetObject/],
    [allow({ Action: 'execute-api:Invok' }), /execute-api:Invok/],
    [allow({ Action: '${aws:username}' }), /aws:username/],
    [allow({ Resource: 'arn:aws:s3:::bucket/*' }), /another service/],
    [allow({ Resource: 'arn:aws:*:eu:1:abc/*' }), /another service/],
    [allow({ Resource: 'arn:aws:execute-*:eu:1:abc/*' }), /another service/],
    [allow({ Resource: '/orders' }), /\/orders/],
    [allow({ Resource: 'arn:aws:execute-api:eu:1:abc/' }), /fits no request/],
    [allow({ Resource: 'execute-api:/prod' }), /fits no request/],
    [allow({ Resource: 'arn:aws:execute-api:${aws:username}:1:abc/*' }), /variable before/],
    [allow({ Resource: 'execute-api:/a/b/${aws:SourceVpc}' }), /aws:SourceVpc/],
    [allow({ Resource: 'execute-api:/a/b/${aws:username' }), /no variable/],
    [allow({ Resource: 'execute-api:/a/b/${sallyport:Roles}' }), /sallyport:Roles/],
    [allow({ Resource: "execute-api:/a/b/${aws:username, 'it's'}" }), /no variable/],
    [allow({ Principal: { AWS: '111111111111' } }), /111111111111/],
    [allow({ Principal: { AWS: 'arn:aws:iam::1:user/*' } }), /user/],
    [allow({ Principal: { CanonicalUser: 'x' } }), /CanonicalUser/],
    [allow({ Principal: { Service: 'lambda.amazonaws.com' } }), /lambda/],
    [allow({ Principal: { Sallyport: 'manager' } }), /manager/],
    [allow({ Principal: { Sallyport: 'role/*' } }), /role/],
    [allow({ Principal: {} }), /no principal/],
    [allow({ Principal: 'ada' }), /no principal/],
    [
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', NotPrincipal: '*', Action: '*', Resource: '*' },
      },
      /NotPrincipal/,
    ],
    [condition('StringMatches', 'aws:username', 'a'), /StringMatches/],
    [condition('stringequals', 'aws:username', 'a'), /stringequals/],
    [
      condition('ForAnyValue:StringEqualsIfExists', 'sallyport:Roles', 'a'),
      /ForAnyValue:StringEqualsIfExists/,
    ],
    [condition('NullIfExists', 'aws:username', 'true'), /NullIfExists/],
    [condition('Null', 'aws:username', 'maybe'), /true or false/],
    [condition('StringEquals', 'aws:SourceVpce', 'x'), /aws:SourceVpce/],
    [condition('StringEquals', 'aws:PrincipalOrgID', 'x'), /aws:PrincipalOrgID/],
    [condition('StringEquals', 'aws:RequestTag/a', 'x'), /aws:RequestTag/],
    [condition('StringEquals', 'aws:PrincipalTag', 'x'), /aws:PrincipalTag/],
    [condition('StringEquals', 'aws:username/x', 'x'), /aws:username/],
    [condition('StringEquals', 'aws:SourceIp', '192.0.2.1'), /aws:SourceIp/],
    [condition('StringEquals', 'sallyport:Roles', 'a'), /several values/],
    [condition('NumericEquals', 'aws:username', '1'), /aws:username/],
    [condition('NumericEquals', 'sallyport:Claim/n', 'one'), /one/],
    [condition('DateLessThan', 'aws:CurrentTime', '2027-02-30'), /2027-02-30/],
    [condition('DateLessThan', 'aws:CurrentTime', '31.1.2027'), /31.1.2027/],
    [condition('DateLessThan', 'aws:CurrentTime', '2027-13-01'), /2027-13-01/],
    [condition('Bool', 'aws:SecureTransport', 'yes'), /yes/],
    [condition('BinaryEquals', 'sallyport:Claim/b', '%'), /Base64/],
    [condition('IpAddress', 'aws:SourceIp', '10.0.0.1/8'), /host bits/],
    [condition('IpAddress', 'aws:SourceIp', '${aws:username}'), /no variables/],
    [condition('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam'), /six parts/],
    [condition('StringEquals', 'aws:username', []), /no values/],
    [condition('StringEquals', 'aws:username', [null]), /no values/],
    [allow({ Condition: { StringEquals: { 'aws:username': 'a', 'AWS:UserName': 'b' } } }), /twice/],
    [allow({ Condition: { StringEquals: {} } }), /no keys/],
    [allow({ Condition: [] }), /not an object/],
    [[], /not an object/],
    ['x', /not an object/],
  ]
  for (const [document, expected] of rows) {
    const messages = faultsOf(document).map(({ message, remedy }) => `${message} ${remedy}`)
    assert.match(messages.join('\n'), expected, JSON.stringify(document))
  }
  assert.match(faultsOf(allow({}), true)[0]!.message, /names a principal/)
  assert.deepEqual(faultsOf(without('Principal'), true), [])
})

test('everything that is wrong is told, with the line of each', () => {
  const text = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
    {
      "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
      "Condition": {
        "StringEquals": { "aws:SourceVpc": "x" },
        "Nothing": { "aws:username": "x" }
      }
    }
  ]
}`
  const read = readPolicyText(text)
  assert.ok(read.ok)
  const policy = readPolicyDocument(read.node, { attached: null, principals: new Map() })
  assert.ok(!policy.ok)
  assert.deepEqual(
    policy.faults.map(({ line, path }) => [line, path.join('.')]),
    [
      [8, 'Statement.1.Condition.StringEquals.aws:SourceVpc'],
      [9, 'Statement.1.Condition.Nothing'],
    ],
  )
})

test('texts that are no JSON with one reading are refused, with the line', () => {
  const rows: readonly (readonly [string, RegExp, number])[] = [
    ['{\n"a": 1,\n"a": 2 }', /"a" stands twice/, 3],
    ['{\n"a": { "b": 1, "\\u0062": 2 } }', /"b" stands twice/, 2],
    ['{ "a": 1 } x', /follows/, 1],
    ['{ "a": 1,\n }', /not JSON/, 2],
    ['{ a: 1 }', /not JSON/, 1],
    ["{ 'a': 1 }", /not JSON/, 1],
    ['[1,]', /not JSON/, 1],
    ['', /not JSON/, 1],
    ['{ "a": 01 }', /not JSON/, 1],
    ['{ "a": 1e999 }', /too large/, 1],
    ['{ "a": "\n" }', /not JSON/, 1],
    ['{ "a": "\\ud800" }', /not JSON/, 1],
    ['{ "a": "x', /not JSON/, 1],
    ['\ufeff{}', /byte order mark/, 1],
    ['['.repeat(30), /too deeply/, 1],
    [' '.repeat(1_048_577), /longer/, 1],
  ]
  for (const [text, message, line] of rows) {
    const read = readPolicyText(text)
    assert.ok(!read.ok, text.slice(0, 30))
    assert.match(read.fault.message, message)
    assert.equal(read.fault.line, line, text.slice(0, 30))
  }
  const read = readPolicyText('{ "__proto__": [true, false, null, -1.5e1, "\\"\\n"] }')
  assert.ok(read.ok && read.node.kind === 'object')
  const list = read.node.members.get('__proto__')
  assert.ok(list?.kind === 'array')
  assert.deepEqual(
    list.items.map((item) => (item.kind === 'scalar' ? item.value : null)),
    [true, false, null, -15, '"\n'],
  )
})
