/**
 * `node bench/iam/decisions.ts`: how long a decision over 1,000 statements takes. One line of JSON, in microseconds.
 */
import { ask, decide } from '../../src/engines/iam/decision.ts'
import { readPolicyDocument } from '../../src/engines/iam/document.ts'
import { nodeOf } from '../../src/engines/iam/policy-node.ts'
import { PolicySet } from '../../src/engines/iam/policy-set.ts'
import type { RequestFacts } from '../../src/engines/iam/request-facts.ts'

const statements = 1000
const rounds = 20_000

function setOf(statement: (index: number) => Readonly<Record<string, unknown>>): PolicySet {
  const Statement = Array.from({ length: statements }, (_, index) => ({
    Effect: index % 10 === 9 ? 'Deny' : 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    ...statement(index),
  }))
  const read = readPolicyDocument(nodeOf({ Version: '2012-10-17', Statement })!, {
    attached: null,
    principals: new Map(),
  })
  if (!read.ok) throw new Error(JSON.stringify(read.faults[0]))
  return new PolicySet(read.statements)
}

const facts: RequestFacts = {
  caller: {
    identity: 'staff',
    id: 'ada',
    scopes: ['orders:read'],
    roles: ['manager'],
    claims: { department: 'sales', level: 7 },
  },
  callerArn: 'arn:aws:iam::111111111111:user/staff/ada',
  sourceIp: '192.0.2.7',
  time: Date.UTC(2027, 0, 31),
  secure: true,
  userAgent: 'bench',
}

const shapes: Readonly<Record<string, PolicySet>> = {
  // A policy for each path, as a generated one has: found by the index.
  paths: setOf((index) => ({
    Resource: `execute-api:/prod/GET/resource-${index}/*`,
    Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  })),
  // A wildcard in front of each: all patterns are tried.
  wildcards: setOf((index) => ({ Resource: `arn:aws:execute-api:*:*:*/*/GET/resource-${index}/*` })),
  // Resources that all fit, and conditions that none meets: all conditions are tried.
  conditions: setOf((index) => ({
    Resource: '*',
    Condition: {
      StringLike: { 'aws:PrincipalTag/department': ['sal*', 'x*'] },
      DateLessThan: { 'aws:CurrentTime': '2028-01-01T00:00:00Z' },
      NumericGreaterThan: { 'sallyport:Claim/level': `${10 + index}` },
    },
  })),
  // The same with a variable in each resource and each condition: patterns are made at the time of the request.
  variables: setOf((index) => ({
    Resource: `execute-api:/*/GET/*/\${aws:username}/${index}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy
    Condition: { StringLike: { 'sallyport:Path': '*/${aws:username}/*' } },
  })),
}

const figures: Record<string, Record<string, number>> = {}
for (const [name, set] of Object.entries(shapes)) {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const tail = `prod/GET/resource-${round % statements}/1001/ada/x`
    const resource = { partition: 'aws', region: 'eu', account: '1', api: 'orders', tail }
    const began = process.hrtime.bigint()
    decide(ask('execute-api:Invoke', resource, { ...facts, path: `/${tail}` }), set, null, 'both')
    if (round >= rounds / 10) times.push(Number(process.hrtime.bigint() - began) / 1000)
  }
  times.sort((a, b) => a - b)
  const at = (part: number): number => Math.round(times[Math.floor(times.length * part)]! * 10) / 10
  figures[name] = { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}
const worst = Math.max(...Object.values(figures).map(({ p99 }) => p99!))
process.stdout.write(
  `${JSON.stringify({ id: 'P1-iam', statements, unit: 'microseconds', figures, worstP99Ms: worst / 1000, pass: worst <= 1000 })}\n`,
)
