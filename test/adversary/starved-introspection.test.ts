/** One stranger with some 200 made-up tokens a second keeps everybody else's tokens from being asked about. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { guardedApi } from '../authentication/guarded-api.ts'

test('made-up tokens of one client do not refuse the tokens of others', async (context) => {
  const provider = createServer((incoming, response) => {
    let form = ''
    incoming.on('data', (part) => {
      form += part
    })
    incoming.on('end', () => {
      const right = form.includes('token=right')
      // A provider that takes 50 ms is a fast one.
      setTimeout(
        () =>
          response.end(
            JSON.stringify(right ? { active: true, sub: 'ada', aud: 'orders' } : { active: false }),
          ),
        50,
      )
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => provider.once('listening', resolve))
  context.after(() => {
    provider.closeAllConnections()
    provider.close()
  })
  const endpoint = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`
  const api = await guardedApi(
    context,
    { staff: { type: 'introspection', endpoint, clientId: 'a', clientSecret: 'b', audience: 'orders' } },
    ['staff'],
  )
  const agent = new Agent({ connect: { ca: api.gateway.tls.ca! }, connections: 150 })
  context.after(() => agent.destroy())
  const get = async (token: string): Promise<number> => {
    const answer = await request(`https://localhost:${api.gateway.tls.port}/orders`, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    })
    await answer.body.dump()
    return answer.statusCode
  }
  let sent = 0
  const flood = setInterval(() => {
    for (let i = 0; i < 3; i++) void get(`made-up-${sent++}`).catch(() => 0)
  }, 12)
  await sleep(2000)
  const got: number[] = []
  for (let i = 0; i < 30; i++) {
    got.push(await get(`right${i}`))
    await sleep(30)
  }
  clearInterval(flood)
  await sleep(1500)
  assert.ok(got.filter((one) => one === 503).length < 3)
})
