/** Random blocks at API and operation level: who is not declared never passes, and a further demand opens nothing. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Plan } from '../../src/gateway/plan.ts'
import { policies } from '../../src/policies/registry.ts'
import { readConfiguration } from '../../src/process/configuration.ts'
import { LiveLookups } from '../../src/process/halves/live-lookups.ts'
import { authorizationFindings } from '../../src/process/judging/authorization-findings.ts'
import { explain } from '../../src/process/judging/explain.ts'
import type { ExplainedRequest } from '../../src/process/judging/explained-request.ts'
import { StartError } from '../../src/process/start-error.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { signingKey, tokenBy } from '../authentication/token-maker.ts'

const keys = { a: signingKey('a'), b: signingKey('b') }
const issuer = (name: string): string => `https://${name}.example.com`
const identities = Object.fromEntries(
  Object.entries(keys).map(([name, key]) => [
    name,
    { type: 'jwt', issuer: issuer(name), audience: 'orders', keys: { inline: { keys: [key.jwk] } } },
  ]),
)
const names = ['x', 'y']
const list = fc.subarray(names, { minLength: 1 })
const demand = fc.record(
  {
    scopes: list,
    roles: list,
    access: fc.record({ allow: fc.array(fc.record({ roles: list }), { minLength: 1, maxLength: 2 }) }),
  },
  { requiredKeys: [] },
)
const decision = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.record({ authenticate: fc.subarray(['a', 'b'], { minLength: 1 }) }),
  fc.record({ anonymous: fc.constant('a reason') }),
)
const block = fc
  .tuple(
    fc.record({ require: demand, authorize: fc.constant('any-authenticated-caller') }, { requiredKeys: [] }),
    decision,
  )
  .map(([own, decided]) => ({ ...own, ...decided }))
const api = block.map(({ anonymous: _anonymous, ...own }: Record<string, unknown>) => ({
  authenticate: ['a'],
  ...own,
}))
const gateway = fc.record({ api, first: block, second: block })
type Gateway = typeof gateway extends fc.Arbitrary<infer T> ? T : never

async function planOf(folder: string, { api, first, second }: Gateway): Promise<Plan | null> {
  const configuration = {
    listeners: { p: { address: ':1', tls: { local: ['localhost'] } } },
    services: { s: { targets: ['http://127.0.0.1:1'] } },
    identities,
    apis: { api: { service: 's', ...api, routes: { 'GET /first': first, 'GET /second': second } } },
  }
  writeFileSync(join(folder, 'sallyport.json'), JSON.stringify(configuration))
  const source = { files: ['sallyport.json'], cwd: folder, env: {} }
  try {
    return (await readConfiguration(source, policies, 1, new LiveLookups())).plan
  } catch (error) {
    if (error instanceof StartError) return null
    throw error
  }
}

const token = (name: 'a' | 'b', scopes: readonly string[], roles: readonly string[]): string =>
  tokenBy(keys[name], { claims: { iss: issuer(name), scope: scopes.join(' '), roles } })
const callers = [
  null,
  ...(['a', 'b'] as const).flatMap((name) => [[], ['x'], ['x', 'y']].map((has) => ({ name, has }))),
]
const tokens = callers.map((one) => (one === null ? null : token(one.name, one.has, one.has)))

async function allowed(plan: Plan, url: string, at: number): Promise<boolean> {
  const bearer = tokens[at]!
  const headers = bearer === null ? [] : [['Authorization', `Bearer ${bearer}`] as const]
  const none = { as: null, from: null, scopes: [], roles: [], claims: {}, body: null, object: null }
  const explanation = await explain(plan, { method: 'GET', url, headers, ...none, whyNot: false })
  assert.ok(explanation.ok)
  return (explanation.json as ExplainedRequest).verdict === 'allow'
}

test('an undeclared caller never passes', async (context) => {
  const folder = temporaryFolder(context)
  let loaded = 0
  await fc.assert(
    fc.asyncProperty(gateway, async (one) => {
      const plan = await planOf(folder, one)
      if (plan === null) return
      loaded++
      authorizationFindings(plan.spec)
      for (const { spec } of plan.operations) {
        if (spec.authentication.kind === 'anonymous') continue
        const accepted = spec.authentication.anyOf.flat()
        for (const [at, caller] of callers.entries())
          if (caller === null || !accepted.includes(caller.name))
            assert.equal(await allowed(plan, spec.template, at), false)
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(loaded > 20, `only ${loaded} loaded`)
})

test('a further demand never allows more', async (context) => {
  const folder = temporaryFolder(context)
  let compared = 0
  await fc.assert(
    fc.asyncProperty(gateway, fc.constantFrom('api', 'first', 'second'), demand, async (one, level, more) => {
      const inner = one[level as keyof Gateway] as { readonly require?: object }
      // Only what the level does not demand yet: replacing a demand is no tightening.
      const tighter = { ...one, [level]: { ...inner, require: { ...more, ...inner.require } } } as Gateway
      const before = await planOf(folder, one)
      const after = await planOf(folder, tighter)
      if (before === null || after === null) return
      compared++
      for (const url of ['/first', '/second'])
        for (const at of callers.keys())
          if (!(await allowed(before, url, at))) assert.equal(await allowed(after, url, at), false)
    }),
    { numRuns: 150 },
  )
  assert.ok(compared > 15, `only ${compared} compared`)
})
