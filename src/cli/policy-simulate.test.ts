import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { runPolicySimulate, type SimulateArguments } from './policy-simulate.ts'

const resourcePolicy = `{ "Version": "2012-10-17", "Statement": [
  { "Sid": "office", "Effect": "Allow", "Principal": { "AWS": "111111111111" }, "Action": "execute-api:Invoke",
    "Resource": "arn:aws:execute-api:eu-central-1:111111111111:abc/prod/GET/*",
    "Condition": { "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } } },
  { "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
    "Condition": { "StringEquals": { "sallyport:Claim/state": "left" } } } ] }`
const identityPolicy = `{ "Version": "2012-10-17",
  "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }`

const arn = 'arn:aws:execute-api:eu-central-1:111111111111:abc/prod/GET/orders'

function simulate(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  asked: Partial<SimulateArguments>,
): { code: number; out: string; err: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-simulate-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  let out = ''
  let err = ''
  const code = runPolicySimulate(
    {
      role: [],
      scope: [],
      claim: [],
      action: 'execute-api:Invoke',
      resource: arn,
      context: [],
      principal: ['111111111111=identity/staff'],
      evaluate: 'both',
      format: 'text',
      ...asked,
      policy: Object.keys(files).map((name) => join(folder, name)),
    },
    { stdout: (text) => (out += text), stderr: (text) => (err += text) },
  )
  const short = (text: string): string => text.replaceAll(`${folder}/`, '')
  return { code, out: short(out), err: short(err) }
}

test('it tells the decision, the statements with their lines, and what context is missing', (context) => {
  const files = { 'r.json': resourcePolicy }
  const allowed = simulate(context, files, { caller: 'staff/ada', context: ['aws:SourceIp=192.0.2.1'] })
  assert.deepEqual(allowed, {
    code: 0,
    out: 'allowed: statement "office" (r.json:2) allows\n  Allow statement "office" (r.json:2)\nmissing context: sallyport:Claim/state\n',
    err: '',
  })
  const unknown = simulate(context, files, { caller: 'staff/ada' })
  assert.equal(unknown.code, 1)
  assert.match(
    unknown.out,
    /^denied: no resource policy allows\nnearest: statement "office" \(r\.json:2\) would allow but for IpAddress aws:SourceIp \(the request does not have it\)\nmissing context: aws:SourceIp, sallyport:Claim\/state\n$/,
  )
  const left = simulate(context, files, {
    caller: 'staff/ada',
    claim: ['state=left'],
    context: ['aws:SourceIp=192.0.2.1'],
  })
  assert.equal(left.code, 1)
  assert.match(
    left.out,
    /^denied: statement 2 \(r\.json:5\) denies\n {2}Allow .*\n {2}Deny statement 2 \(r\.json:5\)\n$/,
  )
})

test('a file without principals is attached to the caller; both kinds must allow', (context) => {
  const both = { 'r.json': resourcePolicy, 'i.json': identityPolicy }
  const office = { caller: 'staff/ada', context: ['aws:SourceIp=192.0.2.1'] }
  assert.equal(simulate(context, both, office).code, 0)
  assert.equal(simulate(context, both, { caller: 'staff/ada' }).code, 1)
  assert.equal(simulate(context, both, { caller: 'staff/ada', evaluate: 'either' }).code, 0)
  assert.equal(simulate(context, { 'i.json': identityPolicy }, {}).code, 0)
})

test('as JSON', (context) => {
  const { code, out } = simulate(
    context,
    { 'r.json': resourcePolicy },
    { format: 'json', caller: 'staff/ada' },
  )
  assert.equal(code, 1)
  const answer = JSON.parse(out) as { decision: string; missingContext: string[]; matched: unknown[] }
  assert.deepEqual(
    [answer.decision, answer.missingContext, answer.matched],
    ['deny', ['aws:SourceIp', 'sallyport:Claim/state'], []],
  )
})

test('what cannot be used ends with 2 and says why', (context) => {
  const good = { 'r.json': resourcePolicy }
  for (const [files, asked, expected] of [
    [{ 'r.json': '{' }, {}, /^r\.json:1: this is not JSON/],
    [
      { 'r.json': resourcePolicy.replace('"IpAddress"', '"Address"') },
      {},
      /^r\.json:4: .*`Address` is not supported/,
    ],
    [{}, {}, /--policy/],
    [good, { principal: [] }, /nobody here stands for the principal `111111111111`/],
    [good, { principal: ['1=manager'] }, /--principal/],
    [good, { resource: 'orders' }, /--resource/],
    [good, { resource: 'arn:aws:execute-api:eu:1:abc/prod' }, /--resource/],
    [good, { context: ['aws:SourceVpc=x'] }, /aws:SourceVpc is no condition key/],
    [good, { context: ['aws:SourceIp'] }, /--context: write name=value/],
    [good, { caller: 'ada' }, /--caller/],
    [good, { role: ['manager'] }, /need a --caller/],
  ] as const) {
    const { code, out, err } = simulate(context, files, asked)
    assert.deepEqual([code, out], [2, ''], err)
    assert.match(err, expected)
  }
})
