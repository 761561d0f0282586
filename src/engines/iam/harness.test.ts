import { ask, type Combination, type Decision, decide } from './decision.ts'
import { readPolicyDocument } from './document.ts'
import { nodeOf, type PolicyFault } from './policy-node.ts'
import { PolicySet } from './policy-set.ts'
import type { PrincipalMap } from './principal.ts'
import { everyone } from './principal.ts'
import type { IamCaller, IamResource, RequestFacts } from './request-facts.ts'
import type { Statement } from './statement.ts'

/** Statements of a document that must be right. */
export function statementsOf(
  document: unknown,
  {
    identity = false,
    principals = new Map<string, string>(),
  }: { identity?: boolean; principals?: PrincipalMap } = {},
): readonly Statement[] {
  const read = readPolicyDocument(nodeOf(document)!, { attached: identity ? everyone : null, principals })
  if (!read.ok) throw new Error(read.faults.map(({ message }) => message).join('; '))
  return read.statements
}

/** What is wrong with a document. */
export function faultsOf(document: unknown, identity = false): readonly PolicyFault[] {
  const rules = { attached: identity ? everyone : null, principals: new Map<string, string>() }
  const read = readPolicyDocument(nodeOf(document)!, rules)
  return read.ok ? [] : read.faults
}

export const ada: IamCaller = {
  identity: 'staff',
  id: 'ada',
  scopes: ['orders:read', 'orders:write'],
  roles: ['manager'],
  claims: {
    sub: 'ada',
    department: 'sales',
    level: 7,
    groups: ['a', 'b'],
    'x.y': 'dotted',
    org: { unit: 'north' },
  },
}

export const getOrder: IamResource = {
  partition: 'aws',
  region: 'eu-central-1',
  account: '111111111111',
  api: 'abc123',
  tail: 'prod/GET/orders/1001',
}

/** Facts of a request of `ada`, with what is told about others. */
export function factsOf(
  told: Readonly<Record<string, string | readonly string[] | null>> = {},
  caller: IamCaller | null = ada,
): RequestFacts {
  return {
    caller,
    callerArn: caller === null ? null : `arn:aws:iam::111111111111:user/${caller.identity}/${caller.id}`,
    sourceIp: '192.0.2.7',
    time: Date.UTC(2027, 0, 31, 12),
    secure: true,
    told: new Map(
      Object.entries(told).map(([key, value]) => [
        key.toLowerCase(),
        value === null ? [] : typeof value === 'string' ? [value] : value,
      ]),
    ),
  }
}

/** The decision of a resource policy, and of an identity policy where there is one. */
export function decisionOf(
  resource: unknown,
  {
    identity,
    facts = factsOf(),
    asked = getOrder,
    action = 'execute-api:Invoke',
    combination = 'both',
    principals = new Map<string, string>(),
  }: {
    identity?: unknown
    facts?: RequestFacts
    asked?: IamResource
    action?: string
    combination?: Combination
    principals?: PrincipalMap
  } = {},
): Decision {
  return decide(
    ask(action, asked, facts),
    resource === undefined ? null : new PolicySet(statementsOf(resource, { principals })),
    identity === undefined ? null : new PolicySet(statementsOf(identity, { identity: true })),
    combination,
  )
}

/** A policy of one allowance. */
export function allow(more: Readonly<Record<string, unknown>>, version = '2012-10-17'): unknown {
  return {
    Version: version,
    Statement: { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*', ...more },
  }
}
