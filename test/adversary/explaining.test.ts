/** A `viewer`, who may only look, throttles the log-ins of others by `GET /explain`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hashPassword } from '../../src/engines/passwords/password-hash.ts'
import { guardedApi } from '../authentication/guarded-api.ts'
import { freePort } from '../support/test-gateway.ts'

test('explaining a request changes nothing', async (context) => {
  const admin = await freePort()
  const api = await guardedApi(
    context,
    { staff: { type: 'basic', users: { ada: { password: await hashPassword('right') } } } },
    ['staff'],
    { admin: { address: `127.0.0.1:${admin}` } },
  )
  const first = readFileSync(join(api.gateway.folder, 'data', 'admin-token'), 'utf8').trim()
  const made = (await (
    await fetch(`http://127.0.0.1:${admin}/admin-tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'eye', role: 'viewer' }),
    })
  ).json()) as { token: string }
  const login = (text: string): string => `Authorization: Basic ${Buffer.from(text).toString('base64')}`
  for (let i = 0; i < 35; i++) {
    const query = new URLSearchParams({ url: '/orders', from: '127.0.0.1', header: login(`name${i}:wrong`) })
    const answer = await fetch(`http://127.0.0.1:${admin}/explain?${query}`, {
      headers: { authorization: `Bearer ${made.token}` },
    })
    assert.equal(answer.status, 200)
    await answer.body?.cancel()
  }
  const after = await api.ask(login('ada:right'))
  assert.equal(after.status, 200)
})
