import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AuthorizedApi, authorizedApi } from './authorized-api.ts'
import { credentials, type Handler, LambdaServer } from './lambda-server.ts'
import { signatureProblem } from './signature-v4.ts'

interface Rig {
  readonly lambda: LambdaServer
  readonly api: AuthorizedApi
}

async function rig(context: TestContext, handler: Handler, settings: object = {}): Promise<Rig> {
  const lambda = await LambdaServer.start(context)
  lambda.handler = handler
  const api = await authorizedApi(context, {
    type: 'lambda',
    function: 'arn:aws:lambda:eu-central-1:123456789012:function:who-may',
    endpoint: lambda.endpoint,
    credentials,
    apiNames: { account: '123456789012', stage: 'prod' },
    timeout: '500ms',
    ...settings,
  })
  return { lambda, api }
}

const policy = (effect: string, resource: unknown, more: object = {}): object => ({
  principalId: 'ada',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }],
  },
  ...more,
})

test('the test server agrees with the published example (`get-vanilla`), and refuses what differs', () => {
  const signature = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'
  const example = {
    method: 'GET',
    target: '/',
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    },
    body: '',
  }
  const verifier = {
    ...credentials,
    region: 'us-east-1',
    service: 'service',
    now: Date.UTC(2015, 7, 30, 12, 38),
  }
  assert.equal(signatureProblem(example, verifier), null)
  assert.notEqual(signatureProblem({ ...example, body: 'x' }, verifier), null)
  assert.notEqual(signatureProblem({ ...example, target: '/x' }, verifier), null)
  assert.notEqual(signatureProblem({ ...example, target: '/?a=1' }, verifier), null)
  assert.notEqual(signatureProblem({ ...example, method: 'POST' }, verifier), null)
  assert.notEqual(signatureProblem(example, { ...verifier, now: Date.UTC(2015, 7, 30, 13) }), null)
  assert.notEqual(signatureProblem(example, { ...verifier, secretAccessKey: 'other' }), null)
})

test('a simple answer: signed call, what is shown, what is passed on, what is remembered', async (context) => {
  const { lambda, api } = await rig(
    context,
    () => ({ isAuthorized: true, context: { tenant: 'north', hidden: 'x' } }),
    {
      answer: 'simple',
      qualifier: 'live',
      context: { tenant: 'X-Tenant' },
      show: { headers: ['X-Channel'] },
    },
  )
  const sent = { headers: { 'x-tenant': 'south', 'x-channel': 'web', cookie: 'session=secret' } }
  assert.equal((await api.send('/orders/1?all=1', sent)).status, 200)
  assert.deepEqual(lambda.refused, [])
  const [invocation] = lambda.invocations
  assert.equal(invocation?.name, 'arn:aws:lambda:eu-central-1:123456789012:function:who-may')
  assert.equal(invocation.qualifier, 'live')
  const { event } = invocation
  assert.equal(event['routeArn'], 'arn:aws:execute-api:eu-central-1:123456789012:orders/prod/GET/orders/1')
  assert.equal(event['routeKey'], 'GET /orders/{orderId}')
  assert.deepEqual(event['pathParameters'], { orderId: '1' })
  assert.deepEqual(event['headers'], { 'x-channel': 'web' })
  const { authorizer } = event['requestContext'] as { authorizer: unknown }
  assert.deepEqual(authorizer, { id: 'ada', identity: 'staff', roles: [], scopes: [] })
  assert.doesNotMatch(JSON.stringify(event), /secret|Bearer|eyJ/)
  assert.equal(api.arrived[0]?.headers['x-tenant'], 'north')
  // The same again is remembered; whatever else is shown differently is not the same.
  assert.equal((await api.send('/orders/1?all=1', sent)).status, 200)
  assert.equal(lambda.invocations.length, 1)
  assert.equal(api.arrived[1]?.headers['x-tenant'], 'north')
  for (const [path, other] of [
    ['/orders/1?all=2', sent],
    ['/orders/2?all=1', sent],
    ['/orders/1?all=1', { ...sent, method: 'DELETE' }],
    ['/orders/1?all=1', { headers: { ...sent.headers, 'x-channel': 'app' } }],
    ['/orders/1?all=1', { ...sent, token: api.token({ roles: ['manager'] }) }],
    ['/orders/1?all=1', { ...sent, token: api.token({ sub: 'bob' }) }],
    ['/orders/1?all=1', { headers: { ...sent.headers, host: 'other.example.com' } }],
  ] as const) {
    const before: number = lambda.invocations.length
    assert.equal((await api.send(path, other)).status, 200)
    assert.equal(lambda.invocations.length, before + 1, `${path} ${JSON.stringify(other)}`)
  }
})

test('a policy that names one method is never used for another', async (context) => {
  const { lambda, api } = await rig(context, (event) => policy('Allow', event['routeArn']))
  assert.equal((await api.send('/orders/1')).status, 200)
  lambda.handler = () => policy('Allow', 'arn:aws:execute-api:*:*:orders/prod/GET/orders/*')
  assert.equal((await api.send('/orders/2')).status, 200)
  const refused = await api.send('/orders/1', { method: 'DELETE' })
  assert.deepEqual([refused.status, refused.code], [403, 'AUTHORIZER_DENIED'])
  assert.equal(api.arrived.length, 2)
  lambda.handler = () => policy('Deny', '*')
  assert.equal((await api.send('/orders/3')).code, 'AUTHORIZER_DENIED')
  assert.match((await api.record(4)).reason ?? '', /statement 1/)
})

test('a TOKEN event for an anonymous operation: the function reads the token', async (context) => {
  const handler: Handler = ({ authorizationToken }) => {
    if (authorizationToken !== 'right') throw new Error('Unauthorized')
    return policy('Allow', '*', { context: { plan: 'gold' } })
  }
  const { lambda, api } = await rig(context, handler, {
    event: 'token',
    tokenHeader: 'X-Token',
    context: { principalId: 'X-User', plan: 'X-Plan' },
    challenge: 'Token realm="orders"',
  })
  const none = await api.send('/open', { token: null })
  assert.deepEqual([none.status, none.code], [401, 'AUTHORIZER_CREDENTIALS'])
  assert.equal(none.headers['www-authenticate'], 'Token realm="orders"')
  assert.equal(lambda.invocations.length, 0)
  const wrong = await api.send('/open', { token: null, headers: { 'x-token': 'wrong' } })
  assert.deepEqual([wrong.status, wrong.code], [401, 'AUTHORIZER_CREDENTIALS'])
  const right = await api.send('/open', { token: null, headers: { 'x-token': 'right', 'x-user': 'root' } })
  assert.equal(right.status, 200)
  assert.deepEqual(lambda.invocations.at(-1)?.event, {
    type: 'TOKEN',
    authorizationToken: 'right',
    methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:orders/prod/GET/open',
  })
  assert.equal(api.arrived[0]?.headers['x-user'], 'ada')
  assert.equal(api.arrived[0]?.headers['x-plan'], 'gold')
})

test('a REQUEST event of format 1.0, temporary credentials', async (context) => {
  const lambda = await LambdaServer.start(context, 'session/token==')
  lambda.handler = (event) => policy('Allow', event['methodArn'])
  const api = await authorizedApi(context, {
    type: 'lambda',
    function: 'who-may',
    region: 'eu-central-1',
    endpoint: lambda.endpoint,
    credentials: { ...credentials, sessionToken: 'session/token==' },
    event: 'request-1.0',
  })
  assert.equal((await api.send('/orders/1')).status, 200)
  assert.equal(lambda.invocations[0]?.event['resource'], '/orders/{orderId}')
  assert.equal(lambda.invocations[0].qualifier, null)
})

test('a wrong secret opens nothing', async (context) => {
  const { lambda, api } = await rig(context, () => ({ isAuthorized: true }), {
    answer: 'simple',
    credentials: { ...credentials, secretAccessKey: 'another' },
  })
  const refused = await api.send('/orders/1')
  assert.deepEqual([refused.status, refused.code], [503, 'AUTHORIZER_FAILED'])
  assert.deepEqual(lambda.refused, ['the signature is wrong'])
  assert.equal(api.arrived.length, 0)
})

test('whatever else Lambda answers decides nothing', async (context) => {
  const { lambda, api } = await rig(context, () => ({ isAuthorized: true }), { answer: 'simple' })
  const yes = JSON.stringify({ isAuthorized: true })
  const answers: NonNullable<LambdaServer['instead']>[] = [
    (response) => void response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(yes),
    (response) => void response.writeHead(429).end(yes),
    (response) => void response.writeHead(500).end(yes),
    (response) => void response.writeHead(202).end(yes),
    (response) => void response.writeHead(302, { location: `${lambda.endpoint}/elsewhere` }).end(yes),
    (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(yes),
    (response) => void response.end(`{"isAuthorized":true,"x":"${'x'.repeat(70_000)}"}`),
    (response) => void response.end('{"isAuthorized":false,"isAuthorized":true}'),
    (response) => void response.end('{"isAuthorized":true'),
    (response) => void response.end('true'),
    (response) => void response.destroy(),
    () => undefined,
  ]
  for (const [index, answer] of answers.entries()) {
    lambda.instead = answer
    const { status, code } = await api.send(`/orders/${index}`)
    assert.deepEqual([status, code], [503, 'AUTHORIZER_FAILED'], String(index))
  }
  assert.equal(api.arrived.length, 0)
  lambda.instead = null
  assert.equal((await api.send('/orders/1')).status, 200)
})
