/** Guesses at an administrator's password count as those at any other caller's: the admin API is no way around it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword } from '../../src/engines/passwords/password-hash.ts'
import { freePort, openApi, startGateway, upstreamOn } from '../support/test-gateway.ts'

test('guesses at an administrator are throttled', async (context) => {
  const admin = await freePort()
  const gateway = await startGateway({
    admin: {
      address: `127.0.0.1:${admin}`,
      callers: [{ identity: 'staff', role: 'viewer', callers: ['ada'] }],
    },
    services: upstreamOn(await freePort()),
    identities: { staff: { type: 'basic', users: { ada: { password: await hashPassword('right') } } } },
    apis: { open: openApi() },
  })
  context.after(() => gateway.stop())
  const ask = async (password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`
    const response = await fetch(`http://127.0.0.1:${admin}/status`, { headers: { authorization } })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await ask('right'), 200)
  // More than the address has, so that not even a home of the account is left out.
  const guesses = await Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      const statuses: number[] = []
      for (let i = 0; i < 10; i++) statuses.push(await ask(`guess ${lane} ${i}`))
      return statuses
    }),
  )
  const statuses = guesses.flat()
  assert.ok(statuses.filter((status) => status === 401).length <= 31, statuses.join())
  assert.ok(statuses.includes(429), statuses.join())
})
