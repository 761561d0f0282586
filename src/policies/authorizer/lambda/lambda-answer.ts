import type { JsonObject, JsonValue } from '../../../engines/json/json.ts'
import type { RemoteAnswer } from '../../../gateway/control-half.ts'
import { type AuthorizerAnswer, type AuthorizerEvent, AuthorizerFailure } from '../backend.ts'
import { jsonOf } from '../json-answer.ts'
import type { LambdaSettings } from './lambda-settings.ts'
import { judgeByPolicy } from './policy-answer.ts'

/**
 * What a function answered ("Output from an API Gateway Lambda authorizer"). A function that ends in an error decides
 * nothing; only the error `Unauthorized`, and nothing else, is how functions say 401.
 */
export function lambdaAnswer(
  answer: RemoteAnswer,
  event: AuthorizerEvent,
  arn: string,
  settings: LambdaSettings,
): AuthorizerAnswer {
  const { headers, value } = jsonOf(answer)
  if (headers['x-amz-function-error'] !== undefined) {
    if (value['errorMessage'] === 'Unauthorized') return { ...denied('Unauthorized'), denyStatus: 401 }
    throw new AuthorizerFailure('the function ended in an error; see its log')
  }
  return settings.answer === 'simple' ? simple(value) : byPolicy(value, event, arn)
}

/** `{ isAuthorized, context }` of payload format 2.0. */
function simple({ isAuthorized, context }: JsonObject): AuthorizerAnswer {
  if (typeof isAuthorized !== 'boolean') throw malformed('"isAuthorized" is neither true nor false')
  const texts = contextOf(context)
  return isAuthorized ? { allow: true, context: texts, upstreamHeaders: {} } : denied('isAuthorized is false')
}

/** `{ principalId, policyDocument, context, usageIdentifierKey }`. Usage plans there are not, so the last is not read. */
function byPolicy(
  { principalId, policyDocument, context }: JsonObject,
  event: AuthorizerEvent,
  arn: string,
): AuthorizerAnswer {
  if (typeof principalId !== 'string' || principalId === '') throw malformed('"principalId" is no text')
  if (!isObject(policyDocument)) throw malformed('"policyDocument" is no object')
  const texts = { ...contextOf(context), principalId }
  // Judged for this request anew each time: a policy that names one method says nothing about another.
  const { allows, reason, isConditional } = judgeByPolicy(policyDocument, event, arn)
  if (!allows) return denied(reason)
  return { allow: true, context: texts, upstreamHeaders: {}, ...(isConditional && { ttlMs: 0 }) }
}

/** Texts, numbers and booleans as API Gateway passes them on; structures, which only format 2.0 allows, as JSON. */
function contextOf(context: JsonValue | undefined): Record<string, string> {
  if (context === undefined || context === null) return {}
  if (!isObject(context)) throw malformed('"context" is no object')
  return Object.fromEntries(
    Object.entries(context)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function denied(reason: string): AuthorizerAnswer {
  return { allow: false, reason, context: {}, upstreamHeaders: {} }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(what: string): AuthorizerFailure {
  return new AuthorizerFailure(`the answer of the function cannot be read: ${what}`)
}
