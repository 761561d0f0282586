import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RemoteAnswer } from '../../../gateway/control-half.ts'
import { type AuthorizerAnswer, type AuthorizerEvent, AuthorizerFailure } from '../backend.ts'
import { lambdaAnswer } from './lambda-answer.ts'
import { lambdaSettings } from './lambda-settings.ts'
import { methodArn } from './method-arn.ts'

const written = {
  type: 'lambda',
  function: 'who-may',
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  apiNames: { account: '123456789012', stage: 'prod' },
}
const byPolicy = lambdaSettings.parse(written)
const simple = lambdaSettings.parse({ ...written, answer: 'simple' })

const event = (method: string, path: string): AuthorizerEvent => ({
  requestId: 'r',
  at: Date.UTC(2026, 5, 1),
  shown: {
    api: 'orders',
    operation: 'anyOrder',
    route: path,
    method,
    host: 'api.example.com',
    path,
    query: '',
    pathParameters: {},
    headers: {},
    clientAddress: '192.0.2.7',
    secure: true,
    caller: { id: 'ada', identity: 'staff', roles: ['manager'], scopes: [] },
  },
})

function answered(value: unknown, headers: Readonly<Record<string, string>> = {}): RemoteAnswer {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { ok: true, status: 200, headers: { 'content-type': 'application/json', ...headers }, body }
}

function judged(value: unknown, method = 'GET', path = '/orders/1', settings = byPolicy): AuthorizerAnswer {
  const one = event(method, path)
  return lambdaAnswer(answered(value), one, methodArn(one.shown, settings), settings)
}

const policyOf = (...Statement: object[]): object => ({
  principalId: 'ada',
  policyDocument: { Version: '2012-10-17', Statement },
})
const statement = (Effect: string, Resource: unknown, more: object = {}): object => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource,
  ...more,
})
const prefix = 'arn:aws:execute-api:eu-central-1:123456789012:orders/prod'

test('a policy that names one method says nothing about another', () => {
  const answer = policyOf(statement('Allow', `${prefix}/GET/orders/1`))
  assert.equal(judged(answer).allow, true)
  assert.equal(judged(answer, 'DELETE').allow, false)
  assert.equal(judged(answer, 'GET', '/orders/2').allow, false)
  assert.equal(judged(policyOf(statement('Allow', `${prefix}/GET/*`)), 'GET', '/orders/2').allow, true)
})

test('an explicit denial wins, and what is not allowed is denied', () => {
  const both = policyOf(statement('Allow', '*'), statement('Deny', `${prefix}/DELETE/*`))
  assert.equal(judged(both).allow, true)
  assert.equal(judged(both, 'DELETE').allow, false)
  assert.equal(judged(policyOf(statement('Deny', '*'))).allow, false)
  assert.equal(
    judged(policyOf({ ...statement('Allow', '*'), Action: 'execute-api:ManageConnections' })).allow,
    false,
  )
})

test('a decision under conditions is not remembered', () => {
  const here = { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }
  const there = { Condition: { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } }
  assert.deepEqual(judged(policyOf(statement('Allow', '*', here))).ttlMs, 0)
  assert.equal(judged(policyOf(statement('Allow', '*', there))).allow, false)
  assert.equal(judged(policyOf(statement('Allow', '*'))).ttlMs, undefined)
})

test('context and the principal are passed on as texts', () => {
  const answer = { ...policyOf(statement('Allow', '*')), context: { a: 'x', b: 1, c: true, d: null, e: [1] } }
  assert.deepEqual(judged(answer).context, { principalId: 'ada', a: 'x', b: '1', c: 'true', e: '[1]' })
})

test('simple answers', () => {
  const of = (value: unknown): AuthorizerAnswer => judged(value, 'GET', '/orders/1', simple)
  assert.deepEqual(of({ isAuthorized: true, context: { k: 'v' } }), {
    allow: true,
    context: { k: 'v' },
    upstreamHeaders: {},
  })
  assert.equal(of({ isAuthorized: false }).allow, false)
  for (const wrong of [{}, { isAuthorized: 'true' }, { isAuthorized: 1 }, policyOf(statement('Allow', '*'))])
    assert.throws(() => of(wrong), AuthorizerFailure)
})

test('what cannot be read decides nothing', () => {
  const wrong: unknown[] = [
    {},
    { isAuthorized: true },
    { policyDocument: { Statement: [statement('Allow', '*')] } },
    { principalId: 'ada' },
    { principalId: 1, policyDocument: { Version: '2012-10-17', Statement: [statement('Allow', '*')] } },
    { principalId: 'ada', policyDocument: '{}' },
    policyOf(),
    policyOf({ Effect: 'Allow' }),
    policyOf(statement('allow', '*')),
    policyOf(statement('Allow', '*', { Condition: { NoSuchOperator: { 'aws:SourceIp': '0.0.0.0/0' } } })),
    policyOf(statement('Allow', '*', { Surprise: true })),
    { ...policyOf(statement('Allow', '*')), context: 'x' },
    '"Unauthorized"',
    'null',
    '[]',
    '',
    '{"principalId":"a","principalId":"b"}',
  ]
  for (const value of wrong) assert.throws(() => judged(value), AuthorizerFailure, JSON.stringify(value))
})

test('a function that fails decides nothing, and only the error Unauthorized is 401', () => {
  const one = event('GET', '/orders/1')
  const failed = (errorMessage: string): AuthorizerAnswer =>
    lambdaAnswer(
      answered({ errorMessage, isAuthorized: true }, { 'x-amz-function-error': 'Unhandled' }),
      one,
      methodArn(one.shown, simple),
      simple,
    )
  assert.equal(failed('Unauthorized').denyStatus, 401)
  assert.equal(failed('Unauthorized').allow, false)
  assert.throws(() => failed('unauthorized'), AuthorizerFailure)
  assert.throws(() => failed('Task timed out'), AuthorizerFailure)
})
