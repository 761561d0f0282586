import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { answerBody } from './answer-body.ts'
import { requireGuard } from './guard.ts'
import { makeTokens } from './tokens.ts'

const tokens = makeTokens(2, 'role')

/** A server that lets through what `admits` says, judged by the token. */
async function guardAnswering(
  t: TestContext,
  admits: (token: string) => boolean,
): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    response.writeHead(admits(token) ? 200 : 401).end(admits(token) ? answerBody : '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return () => requireGuard('it', { url: `http://127.0.0.1:${port}/`, authority: null }, tokens)
}

test('a guard that refuses no token and every wrong one is accepted', async (t) => {
  const check = await guardAnswering(t, (token) => tokens.right.includes(token))
  await check()
})

test('a guard that lets one wrong token through is refused by name of the fault', async (t) => {
  for (const [fault, token] of [['no token', ''] as const, ...Object.entries(tokens.wrong)]) {
    const check = await guardAnswering(t, (seen) => tokens.right.includes(seen) || seen === token)
    await assert.rejects(check, { message: new RegExp(`${fault} with status 200`) })
  }
})

test('a guard that refuses everything is refused', async (t) => {
  const check = await guardAnswering(t, () => false)
  await assert.rejects(check, /it answers a right token with status 401/)
})
