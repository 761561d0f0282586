import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedApi } from './guarded-api.ts'
import { exchangeOf, identityOf } from './judged.ts'
import { KeyServer } from './key-server.ts'
import { eventually, linkedKeys } from './linked-keys.ts'
import { signingKey, tokenBy } from './token-maker.ts'

const key = signingKey('known')

test('S7 10,000 unknown keys cause one fetch, and delay no good token', async (context) => {
  const server = await KeyServer.start(context, [key])
  const { link, view } = linkedKeys(context, server)
  const { instance } = identityOf({ issuer: server.issuer, audience: 'orders' }, link)
  await eventually(() => view.current(Date.now()) !== null)
  const good = tokenBy(key, { claims: { iss: server.issuer } })
  const [head = '', ...rest] = tokenBy(key, { claims: { iss: server.issuer } }).split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
  server.delay = 100
  const verdicts = []
  for (let at = 0; at < 10_000; at++) {
    const unknown = Buffer.from(JSON.stringify({ ...header, kid: `unknown-${at}` })).toString('base64url')
    verdicts.push(instance.request!(exchangeOf([unknown, ...rest].join('.')), () => undefined))
    if (at % 100 === 0) {
      const verdict = instance.request!(exchangeOf(good), () => undefined)
      assert.ok(!(verdict instanceof Promise) && verdict.kind === 'pass', 'at once, and accepted')
    }
  }
  for (const verdict of await Promise.all(verdicts)) assert.equal(verdict.kind, 'deny')
  assert.equal(server.fetches.length, 2, 'the one at start, and one for all of these')
})

test('S7 over the wire: rotation is seen, a flood causes one fetch, a provider that takes 5 s stalls nobody', async (context) => {
  const server = await KeyServer.start(context, [key])
  const { issuer } = server
  const { ask, gateway } = await guardedApi(
    context,
    { staff: { type: 'jwt', issuer, audience: 'orders' } },
    ['staff'],
    { dataThreads: 2 },
  )
  const by = (one: typeof key): string => `Authorization: Bearer ${tokenBy(one, { claims: { iss: issuer } })}`
  assert.equal((await ask(by(key))).status, 200)
  const rotated = signingKey('rotated')
  server.keys = [key, rotated]
  server.delay = 2500 // twice, for metadata and keys
  const began = performance.now()
  const waiting = ask(by(rotated))
  const known = await Promise.all(Array.from({ length: 20 }, () => ask(by(key))))
  assert.ok(known.every(({ status }) => status === 200))
  assert.ok(performance.now() - began < 2000, 'while the provider is slow')
  assert.equal((await waiting).status, 200)
  server.delay = 0
  const before = server.fetches.length
  const flood = await Promise.all(
    Array.from({ length: 200 }, (_, at) => ask(by(signingKey(`unknown-${at}`)))),
  )
  assert.ok(flood.every(({ code }) => code === 'TOKEN_INVALID'))
  assert.equal(server.fetches.length, before)
  await server.stop()
  assert.equal((await ask(by(key))).status, 200, 'an outage refuses no token')
  assert.equal((await gateway.records(222)).filter(({ status }) => status >= 500).length, 0)
})

test('keys that were never read: 503 and not 401, told to come back', async (context) => {
  const server = await KeyServer.start(context, [key])
  const { issuer, port } = server
  await server.stop()
  const { ask, gateway } = await guardedApi(context, { staff: { type: 'jwt', issuer, audience: 'orders' } }, [
    'staff',
  ])
  const line = `Authorization: Bearer ${tokenBy(key, { claims: { iss: issuer } })}`
  const away = await ask(line)
  assert.equal(away.status, 503)
  assert.equal(away.code, 'KEYS_UNAVAILABLE')
  assert.match(away.text, /^retry-after: [0-9]+\r$/im)
  assert.match((await gateway.records(1))[0]?.reason ?? '', /ECONNREFUSED/)
  await KeyServer.start(context, [key], port)
  let status = 0
  for (let tries = 0; tries < 50 && status !== 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    status = (await ask(line)).status
  }
  assert.equal(status, 200, 'as soon as the provider is there')
})
