import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestView } from '../../gateway/policy.ts'
import { CaseExchange } from '../../testing/case-exchange.ts'
import { policyCase } from '../../testing/policy-case.ts'
import type { Show } from './common-settings.ts'
import { Showing } from './shown-request.ts'

const nothing: Show = { headers: [], query: false, clientAddress: false, caller: [], claims: [] }
const everything: Show = {
  headers: ['x-tenant', 'authorization', 'x-absent'],
  query: true,
  clientAddress: true,
  caller: ['id', 'identity', 'roles', 'scopes'],
  claims: ['org.unit', 'absent'],
}

function requestWith(pathParameters: readonly string[] = []): RequestView {
  const { request } = policyCase.parse({
    name: 'a request',
    config: null,
    request: {
      method: 'POST',
      path: '/orders/1',
      query: 'all=1',
      headers: { authorization: 'Bearer secret', cookie: 'session=secret', 'x-tenant': ['a', 'b'] },
      facts: {
        caller: {
          id: 'ada',
          identity: 'staff',
          roles: ['manager'],
          scopes: ['read'],
          claims: { org: { unit: 'sales' }, email: 'ada@example.com' },
        },
      },
    },
    expect: { verdict: 'pass' },
  })
  return Object.assign(new CaseExchange(request), { pathParameters })
}

test('nothing is shown that is not declared', () => {
  const shown = new Showing(nothing).of(requestWith(), '/orders/{id}')
  assert.deepEqual(structuredClone(shown), {
    api: 'orders',
    operation: 'getOrder',
    route: '/orders/{id}',
    method: 'POST',
    host: 'api.example.com',
    path: '/orders/1',
    query: '',
    pathParameters: {},
    headers: {},
    clientAddress: null,
    secure: true,
    caller: null,
  })
})

test('what is declared is shown, and no more', () => {
  const shown = new Showing(everything).of(requestWith(['1']), '/orders/{id}')
  assert.deepEqual(structuredClone(shown.headers), { 'x-tenant': 'a, b', authorization: 'Bearer secret' })
  assert.equal(shown.query, 'all=1')
  assert.equal(shown.clientAddress, '192.0.2.1')
  assert.deepEqual(structuredClone(shown.caller), {
    id: 'ada',
    identity: 'staff',
    roles: ['manager'],
    scopes: ['read'],
    claims: { 'org.unit': 'sales' },
  })
  assert.doesNotMatch(JSON.stringify(shown), /session|example\.com"?\}/)
})

test('path parameters have the names of the template, whatever those are', () => {
  const shown = new Showing(nothing).of(requestWith(['7', '{x}']), '/a/{__proto__}/b/{id}')
  assert.deepEqual(Object.entries(shown.pathParameters), [
    ['__proto__', '7'],
    ['id', '{x}'],
  ])
  assert.equal(JSON.stringify(shown.pathParameters), '{"__proto__":"7","id":"{x}"}')
})

test('a part of the caller that is not shown makes no difference to what is', () => {
  const byId = new Showing({ ...nothing, caller: ['id'] })
  assert.deepEqual(structuredClone(byId.of(requestWith(), '/').caller), { id: 'ada' })
})
