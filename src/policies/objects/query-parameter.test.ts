import assert from 'node:assert/strict'
import test from 'node:test'
import { ambiguous } from './belonging.ts'
import { parameterOf } from './query-parameter.ts'

test('a parameter has a value where every service finds that one', () => {
  assert.equal(parameterOf('customer=ada', 'customer'), 'ada')
  assert.equal(parameterOf('q=a+b&customer=ad%61', 'customer'), 'ada')
  assert.equal(parameterOf('customer=a%2Bb', 'customer'), 'a+b')
  assert.equal(parameterOf('customer=a%20b', 'customer'), 'a b')
  assert.equal(parameterOf('customers=bob&q=1', 'customer'), undefined)
  assert.equal(parameterOf('', 'customer'), undefined)
  for (const query of [
    'customer=ada&customer=bob',
    'customer=ada&customer',
    'customer=ada&Customer=bob',
    'customer=ada&cu%C5%BFtomer=bob',
    'customer=ada&customer[]=bob',
    'customer=ada&customer%5B0%5D=bob',
    'customer=ada&customer%00x=bob',
    'customer=ada&%20customer=bob',
    'q=1;customer=bob&customer=ada',
    'customer=a+b',
    'CUSTOMER=ada',
    'customer=ada&customer.x=bob',
    'customer=ada&customer]=bob',
  ])
    assert.equal(parameterOf(query, 'customer'), ambiguous, query)
  assert.equal(parameterOf('customer_id=ada&customer.id=bob', 'customer_id'), ambiguous)
})
