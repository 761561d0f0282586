import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AskedService } from './asked-service.ts'
import { authorizedApi } from './authorized-api.ts'

test('a hanging authorizer under a flood: bounded at the authorizer, and nobody else waits', async (context) => {
  const service = await AskedService.start(context)
  let open = 0
  let most = 0
  service.answer = (response) => {
    most = Math.max(most, ++open)
    response.on('close', () => open--)
  }
  const api = await authorizedApi(context, {
    type: 'ext-authz',
    address: service.address,
    timeout: '1s',
    remember: 0,
  })
  const began = performance.now()
  const flood = Array.from({ length: 400 }, (_, index) => api.send(`/orders/${index}`))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const other = performance.now()
  for (let index = 0; index < 20; index++)
    assert.equal((await api.send('/free/', { token: null })).status, 200)
  assert.ok(performance.now() - other < 1000, 'requests without an authorizer are answered meanwhile')
  const codes = new Set((await Promise.all(flood)).map(({ code }) => code))
  assert.deepEqual(codes, new Set(['AUTHORIZER_FAILED']))
  assert.ok(performance.now() - began < 4000)
  assert.ok(most <= 32, `${most} questions of one network at once`)
  service.answer = (response) => void response.end()
  assert.equal((await api.send('/orders/1')).status, 200)
})

test('an authorizer that is not there refuses', async (context) => {
  const api = await authorizedApi(context, {
    type: 'forward-auth',
    address: 'http://127.0.0.1:1/',
    timeout: '500ms',
  })
  assert.equal((await api.send('/orders/1')).code, 'AUTHORIZER_FAILED')
  assert.equal(api.arrived.length, 0)
})
