import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { KeySetTimings } from '../../src/remote/key-set-source.ts'
import { KeyServer } from './key-server.ts'
import { eventually, linkedKeys } from './linked-keys.ts'
import { signingKey } from './token-maker.ts'

const [first, second] = [signingKey('first'), signingKey('second')]
/** Quick, for tests: everything else is as in service. */
const quick: KeySetTimings = { onDemand: 200, leastRefresh: 50, firstRetry: 20, mostRetry: 50 }
const kids = (view: { current(now: number): { keys: readonly { kid: string | null }[] } | null }): string =>
  (view.current(Date.now())?.keys ?? []).map(({ kid }) => kid).join()

test('S7 rotation: a key that is not known yet is fetched once for all who wait', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view } = linkedKeys(context, server)
  await eventually(() => kids(view) === 'first')
  const before = view.current(Date.now())
  server.keys = [first, second]
  const answers = await Promise.all(Array.from({ length: 100 }, async () => await view.newer()))
  assert.deepEqual(new Set(answers), new Set(['current']))
  assert.equal(kids(view), 'first,second')
  assert.notEqual(view.current(Date.now()), before)
  assert.equal(server.fetches.length, 2)
  assert.equal(view.newer(), 'current', 'no question, no promise: it was asked a moment ago')
})

test('S7 the same keys stay the same object over a refresh', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view } = linkedKeys(context, server, { refreshMs: 30, timings: quick })
  await eventually(() => kids(view) === 'first')
  const before = view.current(Date.now())
  await eventually(() => server.fetches.length >= 4)
  assert.equal(view.current(Date.now()), before)
})

test('S7 outage: the last good set stays, is told once, and recovers', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { port } = server
  const { view, events, messages, source } = linkedKeys(context, server, { refreshMs: 30, timings: quick })
  await eventually(() => kids(view) === 'first')
  await server.stop()
  await eventually(() => events.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.deepEqual(events, ['keys-unreachable'], 'once, however often it is tried')
  assert.match(messages[0]!, /identities\.staff.*stay in force until/)
  assert.equal(kids(view), 'first')
  assert.equal(await view.newer(), 'unknown', 'an unknown key may be a new one')
  const { problem, usable } = source.status() as { problem: string; usable: boolean }
  assert.match(problem, /ECONNREFUSED/)
  assert.equal(usable, true)
  const again = await KeyServer.start(context, [first, second], port)
  await eventually(() => kids(view) === 'first,second')
  assert.deepEqual(events, ['keys-unreachable', 'keys-recovered'])
  assert.ok(again.fetches.length > 0)
})

test('S7 what was not confirmed for too long counts no more', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view } = linkedKeys(context, server, { refreshMs: 30, maxStaleMs: 400, timings: quick })
  await eventually(() => kids(view) === 'first')
  await server.stop()
  await eventually(() => view.current(Date.now()) === null)
  assert.match(view.problem, /ECONNREFUSED/)
})

test('S7 a restart while the provider is away', async (context) => {
  const server = await KeyServer.start(context, [first])
  const running = linkedKeys(context, server)
  await eventually(() => kids(running.view) === 'first')
  running.source.close()
  await server.stop()
  const { view } = linkedKeys(context, server, {}, running.kept)
  assert.equal(kids(view), 'first', 'at once')
  const old = new Map(
    [...running.kept].map(([name, text]) => [name, text.replace(/"fetchedAt":\d+/, '"fetchedAt":1')]),
  )
  assert.equal(kids(linkedKeys(context, server, {}, old).view), '', 'but no longer than maxStale')
  for (const broken of ['', '{', '{"fetchedAt":1e12,"jwks":{"keys":[]}}', '{"fetchedAt":"x","jwks":{}}'])
    assert.equal(kids(linkedKeys(context, server, {}, new Map([['keys', broken]])).view), '', broken)
})

test('S7, T44 a set that is broken, empty or huge never replaces a good one', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view, messages } = linkedKeys(context, server, { refreshMs: 20, timings: quick })
  await eventually(() => kids(view) === 'first')
  const send = (body: string, status = 200, headers: Record<string, string> = {}) => {
    server.instead = (response: ServerResponse) => response.writeHead(status, headers).end(body)
  }
  const jwk = JSON.stringify(second.jwk)
  const bad: readonly (readonly [expected: RegExp, send: () => void])[] = [
    [/no key for ES256/, () => send('{"keys":[]}')],
    [/The key set is not/, () => send('{}')],
    [/The key set is not|not a list/, () => send('{"keys":{}}')],
    [/no JSON object/, () => send('<html>login</html>')],
    [/no JSON object, or has one name twice/, () => send(`{"keys":[],"keys":[${jwk}]}`)],
    [/status 500/, () => send(`{"keys":[${jwk}]}`, 500)],
    [/redirects \(status 302\)/, () => send('', 302, { location: 'http://127.0.0.1:1/keys' })],
    [/101 keys, and 100 are the limit/, () => send(`{"keys":[${Array(101).fill(jwk).join()}]}`)],
    [/larger than 524288 bytes/, () => send(`{"keys":[${jwk}],"x":"${'y'.repeat(600_000)}"}`)],
    [
      /shared secret/,
      () => send('{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM","alg":"HS256"}]}'),
    ],
    [
      /private members/,
      () => send(`{"keys":[${JSON.stringify({ ...second.privateKey.export({ format: 'jwk' }) })}]}`),
    ],
  ]
  for (const [expected, begin] of bad) {
    begin()
    await eventually(() => expected.test(messages.at(-1) ?? '')).catch(() =>
      assert.match(messages.at(-1)!, expected),
    )
    assert.equal(kids(view), 'first')
    server.instead = null
    await eventually(() => /read again/.test(messages.at(-1) ?? ''))
  }
})

test('S7 a slow provider delays only what needs it', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view } = linkedKeys(context, server)
  await eventually(() => kids(view) === 'first')
  server.delay = 400
  server.keys = [second]
  const waiting = view.newer()
  assert.equal(kids(view), 'first', 'known keys are there meanwhile')
  assert.equal(await waiting, 'current')
  assert.equal(kids(view), 'second')
})

test('S7 those who wait are bounded, and what is too much is answered at once', async (context) => {
  const server = await KeyServer.start(context, [first])
  const { view } = linkedKeys(context, server)
  await eventually(() => kids(view) === 'first')
  server.delay = 200
  const all = Array.from({ length: 1000 }, () => view.newer())
  assert.equal(all.filter((answer) => answer === 'unknown').length, 1000 - 256)
  await Promise.all(all)
  assert.equal(server.fetches.length, 2)
})

test('S7 Cache-Control may ask for earlier refreshes, within bounds', async (context) => {
  const server = await KeyServer.start(context, [first])
  server.instead = (response) =>
    response
      .writeHead(200, { 'cache-control': 'public, max-age=0' })
      .end(JSON.stringify({ keys: [first.jwk] }))
  const { view } = linkedKeys(context, server, { timings: { ...quick, leastRefresh: 300 } })
  await eventually(() => server.fetches.length >= 3)
  assert.equal(kids(view), 'first')
  const [one = 0, two = 0] = server.fetches
  assert.ok(two - one >= 290, `${two - one} ms`)
})

test('metadata of another issuer choose no keys', async (context) => {
  const server = await KeyServer.start(context, [first])
  server.metadata = () => ({ issuer: 'https://evil.example.com', jwks_uri: `${server.issuer}/keys` })
  const { view, messages, source } = linkedKeys(context, server)
  await eventually(() => messages.length > 0)
  assert.match(messages[0]!, /"issuer" of the metadata is "https:\/\/evil\.example\.com"/)
  assert.equal(view.current(Date.now()), null)
  assert.equal(server.fetches.length, 0)
  assert.equal((source.status() as { usable: boolean }).usable, false)
})
