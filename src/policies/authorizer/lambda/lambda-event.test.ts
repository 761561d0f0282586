import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthorizerEvent } from '../backend.ts'
import { lambdaEvent } from './lambda-event.ts'
import type { LambdaSettings } from './lambda-settings.ts'
import { methodArn } from './method-arn.ts'

const apiNames = { id: null, account: '123456789012', stage: 'prod' }
const event: AuthorizerEvent = {
  requestId: 'r-1',
  at: Date.UTC(2020, 2, 12, 19, 3, 58, 390),
  shown: {
    api: 'orders',
    operation: 'getOrder',
    route: '/orders/{id}',
    method: 'GET',
    host: 'api.example.com',
    path: '/orders/1',
    query: 'a=1&a=2&b=x%26y',
    pathParameters: { id: '1' },
    headers: { authorization: 'token-1', cookie: 'a=1; b=2' },
    clientAddress: '192.0.2.7',
    secure: true,
    caller: { id: 'ada', roles: ['manager'] },
  },
}
const arn = methodArn(event.shown, { region: 'eu-central-1', apiNames })
const made = (kind: LambdaSettings['event']): unknown =>
  JSON.parse(JSON.stringify(lambdaEvent(event, arn, { event: kind, apiNames })))

test('the ARN names the path of the request, in the partition of the region', () => {
  assert.equal(arn, 'arn:aws:execute-api:eu-central-1:123456789012:orders/prod/GET/orders/1')
  const names = { ...apiNames, id: 'abc123', stage: '$default' }
  assert.equal(
    methodArn(event.shown, { region: 'cn-north-1', apiNames: names }),
    'arn:aws-cn:execute-api:cn-north-1:123456789012:abc123/$default/GET/orders/1',
  )
  assert.match(methodArn(event.shown, { region: 'us-gov-west-1', apiNames }), /^arn:aws-us-gov:/)
})

test('a TOKEN event has three members', () => {
  assert.deepEqual(made({ kind: 'token', header: 'authorization' }), {
    type: 'TOKEN',
    authorizationToken: 'token-1',
    methodArn: arn,
  })
})

test('a REQUEST event of format 1.0', () => {
  assert.deepEqual(made({ kind: 'request', version: '1.0' }), {
    version: '1.0',
    type: 'REQUEST',
    methodArn: arn,
    resource: '/orders/{id}',
    path: '/orders/1',
    httpMethod: 'GET',
    headers: { authorization: 'token-1', cookie: 'a=1; b=2' },
    queryStringParameters: { a: '2', b: 'x&y' },
    multiValueQueryStringParameters: { a: ['1', '2'], b: ['x&y'] },
    pathParameters: { id: '1' },
    stageVariables: {},
    requestContext: {
      accountId: '123456789012',
      apiId: 'orders',
      stage: 'prod',
      requestId: 'r-1',
      path: '/orders/1',
      resourcePath: '/orders/{id}',
      httpMethod: 'GET',
      identity: { sourceIp: '192.0.2.7' },
      authorizer: { id: 'ada', roles: ['manager'] },
    },
  })
})

test('a REQUEST event of format 2.0', () => {
  assert.deepEqual(made({ kind: 'request', version: '2.0' }), {
    version: '2.0',
    type: 'REQUEST',
    routeArn: arn,
    identitySource: ['token-1', 'a=1; b=2'],
    routeKey: 'GET /orders/{id}',
    rawPath: '/orders/1',
    rawQueryString: 'a=1&a=2&b=x%26y',
    cookies: ['a=1', 'b=2'],
    headers: { authorization: 'token-1' },
    queryStringParameters: { a: '1,2', b: 'x&y' },
    pathParameters: { id: '1' },
    stageVariables: {},
    requestContext: {
      accountId: '123456789012',
      apiId: 'orders',
      stage: 'prod',
      requestId: 'r-1',
      domainName: 'api.example.com',
      http: { method: 'GET', path: '/orders/1', sourceIp: '192.0.2.7' },
      routeKey: 'GET /orders/{id}',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1584039838390,
      authorizer: { id: 'ada', roles: ['manager'] },
    },
  })
})
