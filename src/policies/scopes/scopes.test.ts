import assert from 'node:assert/strict'
import test from 'node:test'
import { CaseExchange } from '../../testing/case-exchange.ts'
import { setUp } from '../../testing/run-case.ts'
import { scopes } from './scopes.ts'

const request = {
  method: 'GET',
  path: '/orders',
  headers: {},
  clientAddress: '192.0.2.1',
  facts: { caller: { id: 'ada', identity: 'staff', scopes: ['orders:read'] } },
}

test('lists that are empty, and names that are no scopes, are refused', () => {
  for (const settings of [
    [],
    { anyOf: [] },
    {},
    'orders',
    ['a b'],
    [''],
    ['a"b'],
    ['\u00e9'],
    { allOf: ['a'] },
  ])
    assert.equal(scopes.config.safeParse(settings).success, false, JSON.stringify(settings))
})

test('why not names the scopes that lack, and where they are asked for', () => {
  const one = { name: 'x', config: ['orders:read', 'orders:write'], keys: [], revocations: [], request }
  const expect = { verdict: 'deny' as const, headers: {}, upstream: {}, response: {} }
  const { instance } = setUp(scopes, { ...one, expect })
  const why = instance.whyNot?.(new CaseExchange(request))
  assert.equal(why, 'contract.scopes (sallyport.yaml:) would allow with the scopes orders:write')
})
