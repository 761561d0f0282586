import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Caller } from '../gateway/facts.ts'
import { phases, responsePhases } from '../gateway/phases.ts'
import type { Policy } from '../gateway/policy.ts'
import { CaseExchange } from './case-exchange.ts'
import { examplePasses, headings, sectionsOf } from './contract-page.ts'
import { failurePolicies } from './failing-policies.ts'
import type { HeaderLines } from './header-lines.ts'
import { type CaseCaller, type ExpectedFields, type PolicyCase, policyCase } from './policy-case.ts'
import { decide, runCase, setUp } from './run-case.ts'
import { checkSchema, wrongSettings } from './wrong-settings.ts'

/** What a policy brings besides its code. */
export interface PolicyMaterial {
  /** Content of `cases.json`, parsed. */
  readonly cases: unknown
  /** Text of the page, Markdown. */
  readonly page: string
}

/** Put in the place of credentials: must never come back to a client. */
const canary = 'canary-5d1c0ffee-secret'

/**
 * The contract of every policy, for `node:test`: what the gateway and its users rely on, whoever wrote the policy.
 * Registers one suite; run the file that calls it with `node --test`.
 */
export function contractOf(policy: Policy, material: PolicyMaterial): void {
  describe(`policy ${policy.name}`, () => {
    const cases = z.array(policyCase).min(1).parse(material.cases)

    it('is declared in full', () => {
      assert.match(policy.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      assert.ok(Object.isFrozen(policy), 'made by definePolicy')
      const known: readonly string[] = [...phases, ...responsePhases]
      assert.ok(policy.phases.length > 0 && policy.phases.every((phase) => known.includes(phase)))
      assert.equal(policy.place === 'identity', policy.phases.includes('authenticate'))
      assert.equal(new Set(policy.denials.map(({ code }) => code)).size, policy.denials.length)
      checkSchema(policy)
    })

    it('has a page with every section, every setting and every denial', () => {
      const sections = sectionsOf(material.page)
      assert.deepEqual([...sections.keys()], headings)
      for (const [heading, text] of sections) assert.notEqual(text, '', heading)
      for (const name of checkSchema(policy))
        assert.ok(sections.get('Settings')?.includes(`\`${name}\``), name)
      for (const { code } of policy.denials) assert.ok(sections.get('Denials')?.includes(`\`${code}\``), code)
    })

    it('has an example that loads as configuration and uses the policy', () =>
      examplePasses(policy, sectionsOf(material.page).get('Example') ?? ''))

    for (const one of cases) it(`case: ${one.name}`, () => caseHolds(policy, one))

    it('has an allow and a deny case for each denial, under the same settings', () => {
      for (const { code } of policy.denials) {
        const denied = cases.filter(({ expect }) => expect.code === code)
        const pair = denied.some((deny) =>
          cases.some(
            ({ config, expect }) =>
              (expect.verdict === 'pass' || expect.verdict === 'answer') &&
              isDeepStrictEqual(config, deny.config),
          ),
        )
        assert.ok(pair, code)
      }
    })

    it('refuses unknown keys and values of a wrong type', () => {
      for (const { config } of cases) {
        for (const [what, wrong] of wrongSettings(config)) {
          assert.equal(policy.config.safeParse(wrong).success, false, `${what}: ${JSON.stringify(wrong)}`)
        }
      }
    })

    for (const failing of failurePolicies(policy)) {
      it(`${failing.how} gives the declared outcome: ${policy.onError}`, async () => {
        const { instance } = setUp(failing.policy, cases[0]!)
        const exchange = new CaseExchange(cases[0]!.request)
        const verdict = await decide(failing.policy, instance, exchange, {
          ...cases[0]!,
          response: undefined,
        })
        assert.equal(verdict.kind, policy.onError)
        if (verdict.kind === 'deny') assert.equal(verdict.code.code, 'POLICY_FAILED')
        assert.equal(exchange.noted.length, 1)
      })
    }

    it('leaves no handle open, set up and closed twice', async () => {
      const before = process.getActiveResourcesInfo().length
      for (let round = 0; round < 2; round++) {
        for (const one of cases) {
          const { instance } = setUp(policy, one)
          instance.close?.()
        }
      }
      await new Promise((resolve) => setImmediate(resolve))
      assert.ok(process.getActiveResourcesInfo().length <= before)
    })

    it('lets no credential out, right or wrong', async () => {
      for (const one of cases) {
        for (const secret of credentialsOf(policy, one)) await keepsSecret(policy, one, secret)
        await keepsSecret(policy, withCanary(one), canary)
      }
    })
  })
}

async function caseHolds(policy: Policy, one: PolicyCase): Promise<void> {
  const { expect } = one
  const { verdict, exchange, upstream, response, removed } = await runCase(policy, one)
  assert.equal(verdict.kind, expect.verdict)
  if (expect.removed !== undefined) assert.deepEqual(removed, expect.removed)
  if (verdict.kind === 'deny') {
    assert.equal(verdict.code.code, expect.code)
    assert.ok(policy.denials.includes(verdict.code), `${verdict.code.code} is declared under denials`)
    assert.ok(verdict.detail.reason, 'the record says why')
  }
  if (verdict.kind === 'skip') {
    assert.equal(verdict.otherwise?.code.code, expect.code)
    if (verdict.otherwise !== undefined) {
      assert.ok(policy.denials.includes(verdict.otherwise.code), 'what a skip may become is declared too')
      assert.ok(verdict.otherwise.detail.reason, 'the record says why')
    }
  }
  sameCaller(exchange.facts.caller, expect.caller ?? one.request.facts.caller)
  if (policy.neverAmbient === true) assert.notEqual(exchange.facts.caller?.ambient, true)
  const brought = 'headers' in verdict ? verdict.headers : 'detail' in verdict ? verdict.detail.headers : []
  const sent = new Map<string, string>(brought ?? [])
  holds('of the verdict', expect.headers, (name) => sent.get(name))
  holds('towards the upstream', expect.upstream, (name) => upstream.get(name))
  holds('towards the client', expect.response, (name) => response?.get(name))
}

/** Compares what the case says of the caller. */
function sameCaller(found: Caller | undefined, expected: CaseCaller | undefined): void {
  if (found === undefined || expected === undefined) return assert.equal(found, expected)
  const { claims = {}, ...named } = expected
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined) assert.deepEqual(found[name as keyof Caller], value, name)
  }
  // Cloned: claims may have no prototype, and what a case says has one.
  for (const [name, value] of Object.entries(claims))
    assert.deepEqual(structuredClone(found.claims[name]), value, name)
}

function holds(where: string, expected: ExpectedFields, read: (name: string) => string | undefined): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = read(name) ?? null
    if (value === null || typeof value === 'string') assert.equal(found, value, `${name} ${where}`)
    else assert.match(found ?? '', new RegExp(value.pattern), `${name} ${where}`)
  }
}

/** What the request of a case carries as credentials, where it is long enough to be one. */
function credentialsOf(policy: Policy, one: PolicyCase): string[] {
  const own = policy.place === 'identity' ? carriers(policy, policy.config.parse(one.config)) : []
  const names = ['authorization', 'cookie', 'proxy-authorization', ...own]
  const lines = names.flatMap((name) => one.request.headers[name] ?? [])
  return [...lines, ...one.keys.map(({ key }) => key)].filter((text) => text.length >= 12)
}

/** Names of the headers that carry an identity's credential. */
function carriers(policy: Policy, config: unknown): readonly string[] {
  return [...(policy.upstreamHeaders?.(config) ?? []), ...(policy.consumedHeaders?.(config) ?? [])]
}

/** The case with the canary in every header of the request, as any of them may carry a secret. */
function withCanary(one: PolicyCase): PolicyCase {
  const headers = Object.fromEntries(
    ['authorization', 'cookie', ...Object.keys(one.request.headers)].map((name) => [name, canary]),
  )
  return { ...one, request: { ...one.request, path: `/${canary}`, headers } }
}

async function keepsSecret(policy: Policy, one: PolicyCase, secret: string): Promise<void> {
  const { verdict, exchange, response } = await runCase(policy, one)
  const shown: { verdict: unknown; facts: unknown; noted: unknown; response: HeaderLines | null } = {
    verdict,
    facts: exchange.facts,
    noted: exchange.noted,
    response,
  }
  assert.ok(!JSON.stringify(shown).includes(secret), `a credential came out in case "${one.name}"`)
}
