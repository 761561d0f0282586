import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizer } from './authorizer.ts'

const opa = { type: 'opa', address: 'https://opa.example.com', decision: 'orders/allow' }
const lambda = {
  type: 'lambda',
  function: 'arn:aws:lambda:eu-central-1:123456789012:function:who-may',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
}

test('addresses in clear, with credentials, or that a path would be lost in are refused', () => {
  const wrong = [
    { ...opa, address: 'http://opa.example.com' },
    { ...opa, address: 'https://user:secret@opa.example.com' },
    { ...opa, address: 'https://opa.example.com/?x=' },
    { ...opa, address: 'https://opa.example.com/#' },
    { ...opa, address: '/v1' },
    { ...opa, decision: '../../policies' },
    { ...opa, decision: 'orders/allow?pretty' },
    { ...opa, decision: '' },
    { type: 'ext-authz', address: 'https://authz.example.com/check?path=' },
    { type: 'ext-authz', address: 'ftp://authz.example.com/' },
    { type: 'forward-auth', address: 'http://auth.example.com/' },
    { ...lambda, endpoint: 'http://lambda.example.com' },
  ]
  for (const settings of wrong)
    assert.equal(authorizer.config.safeParse(settings).success, false, JSON.stringify(settings))
  for (const address of ['https://opa.example.com/', 'http://127.0.0.1:8181', 'http://localhost:8181/base'])
    assert.equal(authorizer.config.safeParse({ ...opa, address }).success, true, address)
})

test('a function has one region, and simple answers belong to payload format 2.0', () => {
  const wrong = [
    { ...lambda, function: 'who-may' },
    { ...lambda, region: 'us-east-1' },
    { ...lambda, answer: 'simple', event: 'request-1.0' },
    { ...lambda, answer: 'simple', event: 'token' },
    { ...lambda, function: 'who-may/../../x', region: 'us-east-1' },
    { ...lambda, function: `${lambda.function}:live` },
    { ...lambda, qualifier: 'a&b' },
    { ...lambda, credentials: undefined },
    { ...lambda, remember: '2h' },
    { ...lambda, timeout: '11s' },
  ]
  for (const settings of wrong)
    assert.equal(authorizer.config.safeParse(settings).success, false, JSON.stringify(settings))
  const parsed = authorizer.config.parse({ ...lambda, qualifier: '$LATEST' })
  assert.equal(
    'url' in parsed && parsed.url,
    'https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Awho-may/invocations?Qualifier=%24LATEST',
  )
})

test('T28: every header that it may set is taken from clients', () => {
  const settings = authorizer.config.parse({
    ...opa,
    upstreamHeaders: ['X-User', 'x-plan'],
    context: { tenant: 'X-Tenant', plan: 'X-Plan' },
  })
  assert.deepEqual(authorizer.upstreamHeaders?.(settings), ['x-user', 'x-plan', 'x-tenant'])
})

test('headers that frame a message, or that the gateway writes, are never set by an authorizer', () => {
  for (const name of ['Host', 'Content-Length', 'Transfer-Encoding', 'X-Forwarded-For', 'X_User', 'X User'])
    assert.equal(authorizer.config.safeParse({ ...opa, upstreamHeaders: [name] }).success, false, name)
})

test('the header of a TOKEN event is shown without being listed', () => {
  const settings = authorizer.config.parse({ ...lambda, event: 'token', tokenHeader: 'X-Token' })
  assert.deepEqual(settings.show.headers, ['x-token'])
})
