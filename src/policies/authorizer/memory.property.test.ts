import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Caller, plainCaller } from '../../gateway/facts.ts'
import type { Host, PolicyInstance, RequestView } from '../../gateway/policy.ts'
import type { Verdict } from '../../gateway/verdict.ts'
import { RevocationIndex } from '../../store/revocations/revocation-index.ts'
import { CaseExchange } from '../../testing/case-exchange.ts'
import { policyCase } from '../../testing/policy-case.ts'
import { authorizer } from './authorizer.ts'
import type { Asked, Decided } from './deciding.ts'

interface Rig {
  readonly instance: PolicyInstance
  readonly revocations: RevocationIndex
  readonly asked: Asked[]
}

/** The policy in a data thread; on the other side somebody answers what `decide` says. */
function rig(decide: (asked: Asked) => Decided, more: object = {}): Rig {
  const asked: Asked[] = []
  const revocations = new RevocationIndex()
  const host: Host = {
    where: 'apis.orders.require.authorizer',
    instance: 'authorizer',
    findKey: () => undefined,
    revocations,
    sourceOf: () => 'sallyport.yaml:1',
    control: {
      state: undefined,
      ask: (question) => {
        asked.push(question as Asked)
        return Promise.resolve(decide(question as Asked))
      },
    },
  }
  const settings = authorizer.config.parse({
    type: 'opa',
    address: 'https://opa.example.com',
    decision: 'allow',
    show: { headers: ['x-channel'], claims: ['org'] },
    ...more,
  })
  return { instance: authorizer.setup(settings, host), revocations, asked }
}

interface Parts {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly channel: string
  readonly id: string
  readonly roles: readonly string[]
  readonly org: string
  readonly address: string
}

const usual: Parts = {
  method: 'GET',
  path: '/orders/1',
  query: '',
  channel: 'web',
  id: 'ada',
  roles: [],
  org: 'north',
  address: '192.0.2.1',
}

function requestOf(parts: Parts, claims: Caller['claims'] = {}): RequestView {
  const { request } = policyCase.parse({
    name: 'a request',
    config: null,
    request: {
      method: parts.method,
      path: parts.path,
      query: parts.query,
      clientAddress: parts.address,
      headers: { 'x-channel': parts.channel },
    },
    expect: { verdict: 'pass' },
  })
  const exchange = new CaseExchange(request)
  const caller = plainCaller('staff', parts.id)
  exchange.setFact('caller', { ...caller, roles: parts.roles, claims: { org: parts.org, ...claims } })
  return exchange
}

async function verdictOf({ instance }: Rig, request: RequestView): Promise<Verdict['kind']> {
  return (await instance.request!(request, () => assert.fail('it sets no fact'))).kind
}

const allowed: Decided = { kind: 'allowed', headers: [], ttlMs: 10_000 }

test('a decision is remembered for what was shown, and for nothing that differs from it', async () => {
  const few = (...values: readonly string[]) => fc.constantFrom(...values)
  const parts: fc.Arbitrary<Parts> = fc.record({
    method: few('GET', 'DELETE'),
    path: few('/orders/1', '/orders/2'),
    query: few('', 'a=1'),
    channel: few('web', 'app'),
    id: few('ada', 'bob'),
    roles: fc.subarray(['manager', 'admin']),
    org: few('north', 'south'),
    address: few('192.0.2.1', '192.0.2.2'),
  })
  await fc.assert(
    fc.asyncProperty(parts, fc.array(parts, { minLength: 1, maxLength: 30 }), async (only, requests) => {
      // Only one of all these requests is allowed: whatever is remembered must never let another one through.
      const right = JSON.stringify(only)
      const one = rig(({ event }) => {
        const { shown } = event
        const { method, path, query, headers, caller, clientAddress: address } = shown
        const { id = '', roles = [], claims } = caller ?? {}
        const seen: Parts = {
          method,
          path,
          query,
          channel: headers['x-channel'] ?? '',
          id,
          roles,
          org: String(claims?.['org']),
          address: address ?? '',
        }
        return JSON.stringify(seen) === right ? allowed : { kind: 'denied', status: 403, reason: 'no' }
      })
      for (const request of [only, ...requests, only])
        assert.equal(
          await verdictOf(one, requestOf(request)),
          JSON.stringify(request) === right ? 'pass' : 'deny',
        )
    }),
    { numRuns: 200 },
  )
})

test('equal requests are asked about once, until something is revoked', async () => {
  const one = rig(() => allowed)
  for (let index = 0; index < 3; index++) assert.equal(await verdictOf(one, requestOf(usual)), 'pass')
  assert.equal(one.asked.length, 1)
  one.revocations.apply([{ kind: 'token', identity: '', value: 't1', before: null }])
  assert.equal(await verdictOf(one, requestOf(usual)), 'pass')
  assert.equal(one.asked.length, 2)
})

test('nothing is remembered beyond `exp` of the caller, the time of the answer, or where it is switched off', async () => {
  const now = Math.floor(Date.now() / 1000)
  const cases: readonly (readonly [Rig, Caller['claims'], number])[] = [
    [rig(() => allowed), { exp: now + 300 }, 1],
    [rig(() => allowed), { exp: now - 1 }, 2],
    [rig(() => ({ ...allowed, ttlMs: 0 })), {}, 2],
    [rig(() => allowed, { remember: 0 }), {}, 2],
    [rig(() => ({ kind: 'denied', status: 403, reason: 'no' })), {}, 2],
    [rig(() => ({ kind: 'failed', reason: 'no' })), {}, 2],
  ]
  for (const [one, claims, expected] of cases) {
    await verdictOf(one, requestOf(usual, claims))
    await verdictOf(one, requestOf(usual, claims))
    assert.equal(one.asked.length, expected)
  }
})

test('a control plane that does not answer refuses', async () => {
  const one = rig(() => {
    throw new Error('the control plane did not answer')
  })
  const verdict = await one.instance.request!(requestOf(usual), () => undefined)
  assert.equal(verdict.kind === 'deny' && verdict.code.code, 'AUTHORIZER_FAILED')
})

test('questions under way are bounded, so that other policies of the thread can ask', async () => {
  let release = (_: Decided): void => undefined
  const hanging = new Promise<Decided>((resolve) => {
    release = resolve
  })
  const one = rig(() => hanging as unknown as Decided, { remember: 0 })
  const flood = Array.from({ length: 300 }, (_, index) =>
    verdictOf(one, requestOf({ ...usual, path: `/orders/${index}` })),
  )
  assert.equal(one.asked.length, 250)
  release(allowed)
  const kinds = await Promise.all(flood)
  assert.equal(kinds.filter((kind) => kind === 'pass').length, 250)
  assert.equal(await verdictOf(one, requestOf(usual)), 'pass')
})
