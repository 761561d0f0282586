import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthorizerAnswer, AuthorizerEvent, ShownRequest } from './backend.ts'
import { AuthorizerFailure } from './backend.ts'
import type { CommonSettings } from './common-settings.ts'
import { type Asked, type Decided, Deciding } from './deciding.ts'

const settings: CommonSettings = {
  show: { headers: [], query: true, clientAddress: true, caller: [], claims: [] },
  upstreamHeaders: ['x-user'],
  context: {},
  rememberMs: 10_000,
  challenge: 'Bearer',
  timeoutMs: 200,
}
const yes: AuthorizerAnswer = { allow: true, context: {}, upstreamHeaders: {} }

function asked(path: string, digest: string | null = path, from = 'somewhere'): Asked {
  const shown: ShownRequest = {
    api: 'orders',
    operation: 'getOrder',
    route: '/{any}',
    method: 'GET',
    host: 'api.example.com',
    path,
    query: '',
    pathParameters: {},
    headers: {},
    clientAddress: null,
    secure: true,
    caller: null,
  }
  return { event: { requestId: 'r', at: 0, shown }, from, digest }
}

function deciding(decide: (event: AuthorizerEvent) => Promise<AuthorizerAnswer>): {
  half: Deciding
  reports: string[]
} {
  const reports: string[] = []
  const host = {
    where: 'apis.orders.require.authorizer',
    report: (event: string) => void reports.push(event),
  }
  return { half: new Deciding(settings, { decide }, host), reports }
}

test('an answer becomes a decision, which holds as long as both sides say', async () => {
  const answers: AuthorizerAnswer[] = [
    { ...yes, upstreamHeaders: { 'x-user': 'ada' } },
    { ...yes, ttlMs: 50 },
    { ...yes, ttlMs: 60_000 },
    { ...yes, ttlMs: -1 },
    { ...yes, allow: false },
    { ...yes, allow: false, denyStatus: 401, reason: 'bad \u001b[31m token' },
    { ...yes, upstreamHeaders: { 'x-user': 'ada\r\nx-role: admin' } },
  ]
  const { half } = deciding(() => Promise.resolve(answers.shift()!))
  const all: Decided[] = []
  for (let index = answers.length; index > 0; index--) all.push(await half.ask(asked(`/${index}`)))
  assert.deepEqual(all, [
    { kind: 'allowed', headers: [['x-user', 'ada']], ttlMs: 10_000 },
    { kind: 'allowed', headers: [], ttlMs: 50 },
    { kind: 'allowed', headers: [], ttlMs: 10_000 },
    { kind: 'allowed', headers: [], ttlMs: 0 },
    { kind: 'denied', status: 403, reason: 'the authorizer denies it' },
    { kind: 'denied', status: 401, reason: 'the authorizer denies it: bad \\x1b[31m token' },
    {
      kind: 'failed',
      reason: 'the value for the header x-user is too long, or has characters that a header has not',
    },
  ])
})

test('requests that look the same are asked about once at a time; without memory each one', async () => {
  let calls = 0
  const { half } = deciding(async () => {
    calls++
    await sleep(10)
    return yes
  })
  await Promise.all(Array.from({ length: 20 }, () => half.ask(asked('/same'))))
  assert.equal(calls, 1)
  await half.ask(asked('/same'))
  assert.equal(calls, 2)
  await Promise.all(Array.from({ length: 5 }, () => half.ask(asked('/same', null))))
  assert.equal(calls, 7)
})

test('a failure decides nothing, is told once, and so is its end', async () => {
  const fails: (Error | null)[] = [
    new AuthorizerFailure('no answer'),
    new AuthorizerFailure('no answer'),
    new Error('secret-5d1c'),
    null,
    new AuthorizerFailure('again'),
  ]
  const { half, reports } = deciding(() => {
    const fault = fails.shift()
    return fault === null ? Promise.resolve(yes) : Promise.reject(fault)
  })
  const all: Decided[] = []
  for (let index = 0; index < 5; index++) all.push(await half.ask(asked(`/${index}`)))
  assert.deepEqual(
    all.map((decided) => decided.kind),
    ['failed', 'failed', 'failed', 'allowed', 'failed'],
  )
  assert.deepEqual(all[2], { kind: 'failed', reason: 'the authorizer failed' })
  // The second outage within a minute is in `/status` and in the records, and no event: strangers could cause a flood.
  assert.deepEqual(reports, ['authorizer-failing', 'authorizer-recovered'])
  assert.deepEqual(half.status(), { asked: 5, pending: 0, failing: 'again' })
})

test('a flood from one network leaves places to others', async () => {
  let most = 0
  let running = 0
  const { half } = deciding(async () => {
    most = Math.max(most, ++running)
    await sleep(20)
    running--
    return yes
  })
  const flood = Array.from({ length: 200 }, (_, index) => half.ask(asked(`/f${index}`, null, 'flood')))
  const others = Array.from({ length: 30 }, (_, index) =>
    half.ask(asked(`/o${index}`, null, `network ${index}`)),
  )
  assert.deepEqual(new Set((await Promise.all(others)).map(({ kind }) => kind)), new Set(['allowed']))
  assert.equal((await Promise.all(flood)).filter(({ kind }) => kind === 'failed').length, 68)
  assert.ok(most <= 100)
})

test('behind an authorizer that hangs nobody waits longer than twice the time of one decision', async () => {
  const { half } = deciding(async () => {
    await sleep(settings.timeoutMs)
    throw new AuthorizerFailure('no answer in time')
  })
  const began = performance.now()
  const all = await Promise.all(
    Array.from({ length: 2500 }, (_, index) => half.ask(asked(`/${index}`, null, `network ${index % 20}`))),
  )
  assert.ok(all.every(({ kind }) => kind === 'failed'))
  assert.ok(performance.now() - began < 2 * settings.timeoutMs + 300)
})
