import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KeySetState } from '../../src/remote/key-set-state.ts'
import { identityOf } from './judged.ts'
import { nowSeconds, signingKey, tokenBy } from './token-maker.ts'

/** What happens around a token that was proven and is cached. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('use' as const), token: fc.nat(3) }),
  fc.record({ kind: fc.constant('revoke' as const), token: fc.nat(3) }),
  fc.record({ kind: fc.constant('keys' as const), first: fc.boolean(), second: fc.boolean() }),
  fc.record({ kind: fc.constant('time' as const), seconds: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant('outage' as const), stale: fc.boolean() }),
)

test('expiry, revocation and removal of a key beat the cache, in any order', async (context) => {
  const keys = [signingKey('first'), signingKey('second')]
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const start = Date.now()
      let state: KeySetState | undefined
      let version = 0
      const publish = (present: readonly boolean[], usableUntil: number): void => {
        const jwks = { keys: keys.filter((_, at) => present[at]).map(({ jwk }) => jwk) }
        state = {
          jwks: structuredClone(jwks) as KeySetState['jwks'],
          version: `v${++version}`,
          usableUntil,
          problem: null,
        }
      }
      const identity = identityOf(
        { issuer: 'https://id.example.com', audience: 'orders', clockTolerance: '0s' },
        {
          get state() {
            return state
          },
          ask: () => Promise.resolve({ quietMs: 60_000 }),
        },
      )
      let present = [true, true]
      let usable = true
      const revoked = new Set<number>()
      const expiries = [300, 300, 600, 600]
      const tokens = expiries.map((life, at) =>
        tokenBy(keys[at % 2]!, { claims: { jti: `t${at}`, exp: nowSeconds() + life } }),
      )
      publish(present, Number.MAX_SAFE_INTEGER)
      for (const token of tokens) await identity.judge(token)
      for (const one of steps) {
        if (one.kind === 'revoke') {
          revoked.add(one.token)
          identity.revocations.replace(
            [...revoked].map((at) => ({ kind: 'token', identity: '', value: `t${at}`, before: null })),
          )
        } else if (one.kind === 'keys') {
          present = [one.first, one.second]
          publish(present, usable ? Number.MAX_SAFE_INTEGER : 0)
        } else if (one.kind === 'time') {
          context.mock.timers.setTime(Date.now() + one.seconds * 1000)
        } else if (one.kind === 'outage') {
          usable = !one.stale
          publish(present, usable ? Number.MAX_SAFE_INTEGER : 0)
        } else {
          const { code } = await identity.judge(tokens[one.token]!)
          const elapsed = (Date.now() - Math.floor(start / 1000) * 1000) / 1000
          const expected: string | undefined = !usable
            ? 'KEYS_UNAVAILABLE'
            : elapsed >= expiries[one.token]!
              ? 'TOKEN_EXPIRED'
              : !present[one.token % 2]
                ? 'TOKEN_INVALID'
                : revoked.has(one.token)
                  ? 'TOKEN_REVOKED'
                  : undefined
          assert.equal(code, expected)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('a token that is cached is taken letter for letter', async () => {
  const key = signingKey('first')
  const identity = identityOf({
    issuer: 'https://id.example.com',
    audience: 'orders',
    keys: { inline: { keys: [key.jwk] } },
  })
  const token = tokenBy(key)
  assert.equal((await identity.judge(token)).code, undefined)
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'AQgw.-_=+ '), async (at, letter) => {
      fc.pre(token[at] !== letter)
      const changed = token.slice(0, at) + letter + token.slice(at + 1)
      assert.notEqual((await identity.judge(changed)).code, undefined)
    }),
    { numRuns: 500 },
  )
  assert.equal((await identity.judge(token)).code, undefined)
})
