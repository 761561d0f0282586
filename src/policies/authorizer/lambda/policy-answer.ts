import { ask } from '../../../engines/iam/decision.ts'
import { readPolicyDocument } from '../../../engines/iam/document.ts'
import { nodeOf } from '../../../engines/iam/policy-node.ts'
import { PolicySet } from '../../../engines/iam/policy-set.ts'
import { everyone } from '../../../engines/iam/principal.ts'
import type { IamCaller, RequestFacts } from '../../../engines/iam/request-facts.ts'
import { readAskedResource } from '../../../engines/iam/resource.ts'
import type { JsonObject } from '../../../engines/json/json.ts'
import { printable } from '../../../observe/printable.ts'
import { type AuthorizerEvent, AuthorizerFailure, type ShownCaller } from '../backend.ts'

/** What a policy of a function says about the request that it was made for. */
export interface PolicyOutcome {
  readonly allows: boolean
  /** For the record, where it does not. */
  readonly reason: string
  /** It has conditions, which hold for this moment: a time, an address. */
  readonly isConditional: boolean
}

const rules = { attached: everyone, principals: new Map<string, string>() }

/**
 * Judges the request by the policy, as API Gateway does: `execute-api:Invoke` on its ARN, an explicit denial wins, and
 * what is not allowed is denied. A policy that says something this gateway does not do decides nothing.
 */
export function judgeByPolicy(document: JsonObject, event: AuthorizerEvent, arn: string): PolicyOutcome {
  const node = nodeOf(document)
  if (node === null) throw new AuthorizerFailure('the policy of the function is nested too deep')
  const read = readPolicyDocument(node, rules)
  if (!read.ok)
    throw new AuthorizerFailure(
      `the policy of the function cannot be judged: ${printable((read.faults[0]?.message ?? '').slice(0, 200))}`,
    )
  const resource = readAskedResource(arn)
  if (resource === null) throw new AuthorizerFailure('the request has no ARN that a policy could name')
  const outcome = new PolicySet(read.statements).evaluate(ask('execute-api:Invoke', resource, factsOf(event)))
  return {
    allows: outcome.kind === 'allow',
    reason:
      outcome.kind === 'silent'
        ? 'no statement of the policy allows it'
        : `statement ${outcome.statement.title}`,
    isConditional: read.statements.some(({ conditions }) => conditions.length > 0),
  }
}

function factsOf({ at, shown }: AuthorizerEvent): RequestFacts {
  return {
    caller: callerOf(shown.caller),
    callerArn: null,
    sourceIp: shown.clientAddress ?? undefined,
    time: at,
    secure: shown.secure,
    userAgent: shown.headers['user-agent'],
    referer: shown.headers['referer'],
    method: shown.method,
    path: shown.path,
    api: shown.api,
    operation: shown.operation,
  }
}

/** Of a caller whose name is not shown nothing is told. */
function callerOf(caller: ShownCaller | null): IamCaller | null {
  if (caller?.id === undefined || caller.identity === undefined) return null
  const { id, identity, roles = [], scopes = [], claims = {} } = caller
  return { id, identity, roles, scopes, claims }
}
