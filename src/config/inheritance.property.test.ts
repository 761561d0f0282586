import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { definePolicy, type Policy } from '../gateway/policy.ts'
import { pass } from '../gateway/verdict.ts'
import { type LoadResult, loadConfiguration } from './load.ts'
import { renderProblems } from './render.ts'
import type { StepSpec } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-inheritance-'))
after(() => rmSync(folder, { recursive: true }))

const common = { facing: 'untrusted-client', onError: 'deny', reads: [], writes: [], denials: [] } as const
const requirement = (name: string): Policy<number> =>
  definePolicy({
    ...common,
    name,
    place: 'requirement',
    phases: ['screen'],
    config: z.int(),
    setup: () => ({ request: () => pass }),
  })
const identity = definePolicy({
  ...common,
  name: 'badge',
  place: 'identity',
  phases: ['authenticate'],
  config: z.strictObject({}),
  setup: () => ({ request: () => pass }),
})
const policies: readonly Policy[] = [
  requirement('first'),
  requirement('second'),
  identity,
] as readonly Policy[]

/** One block: its requirements, and what it says about authentication. */
interface Block {
  readonly require?: { readonly first?: number; readonly second?: number }
  readonly anonymous?: string
  readonly authenticate?: readonly (string | { readonly all: readonly string[] })[]
}

const requirements = fc.record({ first: fc.nat(3), second: fc.nat(3) }, { requiredKeys: [] })
const group = fc.oneof(fc.constantFrom('a', 'b'), fc.constant({ all: ['a', 'b'] }))
const decision = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.record({ authenticate: fc.array(group, { minLength: 1, maxLength: 3 }) }),
  fc.record({ anonymous: fc.constantFrom('a reason', 'another') }),
)
const block: fc.Arbitrary<Block> = fc
  .tuple(fc.option(requirements, { nil: undefined }), decision)
  .map(([require, decided]) => (require === undefined ? decided : { require, ...decided }))
const security = fc.option(fc.array(fc.subarray(['ka', 'kb']), { maxLength: 3 }), { nil: undefined })

const gateway = fc.record({
  top: fc.option(requirements, { nil: undefined }),
  api: block,
  tag: fc.option(block, { nil: undefined }),
  operations: fc.array(
    fc.record({ own: fc.option(block, { nil: undefined }), tagged: fc.boolean(), security }),
    { minLength: 1, maxLength: 4 },
  ),
  root: security,
})
type Gateway = typeof gateway extends fc.Arbitrary<infer T> ? T : never

const alternatives = (list: readonly (readonly string[])[] | undefined): object =>
  list === undefined
    ? {}
    : { security: list.map((names) => Object.fromEntries(names.map((name) => [name, []]))) }

async function load({ top, api, tag, operations, root }: Gateway): Promise<LoadResult> {
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    ...alternatives(root),
    components: {
      securitySchemes: Object.fromEntries(
        ['ka', 'kb'].map((name) => [name, { type: 'apiKey', in: 'header', name }]),
      ),
    },
    paths: Object.fromEntries(
      operations.map((one, index) => [
        `/o${index}`,
        {
          get: {
            operationId: `o${index}`,
            tags: one.tagged ? ['t'] : [],
            ...alternatives(one.security),
            responses: {},
          },
        },
      ]),
    ),
  }
  const rules = Object.fromEntries(
    operations.flatMap(({ own }, index) => (own === undefined ? [] : [[`o${index}`, own]])),
  )
  const configuration = {
    listeners: { p: { address: ':1', tls: { local: ['localhost'] } } },
    services: { s: { targets: ['http://s'] } },
    identities: { a: { type: 'badge' }, b: { type: 'badge' } },
    ...(top === undefined ? {} : { require: top }),
    apis: {
      api: {
        openapi: './document.json',
        service: 's',
        securitySchemes: { ka: 'a', kb: 'b' },
        authorize: 'any-authenticated-caller',
        ...api,
        operations: {
          ...rules,
          ...(tag !== undefined && operations.some(({ tagged }) => tagged) ? { 'tag:t': tag } : {}),
        },
      },
    },
  }
  writeFileSync(join(folder, 'document.json'), JSON.stringify(document))
  writeFileSync(join(folder, 'sallyport.json'), JSON.stringify(configuration))
  return loadConfiguration(['sallyport.json'], { env: {}, cwd: folder, policies })
}

test('what an outer block demands, every inner one demands too', async () => {
  // Nothing here is about authentication: it is decided once, for all, so that every configuration loads.
  const decided = gateway.map((one) => ({
    ...one,
    root: undefined,
    api: { ...onlyRequire(one.api), authenticate: ['a'], authorize: 'any-authenticated-caller' },
    tag: one.tag === undefined ? undefined : onlyRequire(one.tag),
    operations: one.operations.map((operation) => ({
      ...operation,
      security: undefined,
      own: operation.own === undefined ? undefined : onlyRequire(operation.own),
    })),
  }))
  await fc.assert(
    fc.asyncProperty(decided, async (one) => {
      const result = await load(one)
      assert.ok(result.ok, result.ok ? '' : renderProblems(result.problems, { color: false }))
      for (const [index, operation] of result.spec.operations.entries()) {
        const { own, tagged } = one.operations[index]!
        const levels = [one.top, one.api.require, tagged ? one.tag?.require : undefined, own?.require]
        const expected = levels.flatMap((level) => ['first', 'second'].flatMap((name) => wanted(name, level)))
        const steps: readonly StepSpec[] = operation.steps.map((step) => result.spec.steps[step]!)
        assert.deepEqual(
          steps.map(({ policy, settings }) => `${policy} ${settings}`),
          expected,
        )
        assert.ok(steps.every(({ mode }) => mode === 'enforce'))
      }
    }),
    { numRuns: 150 },
  )
})

function onlyRequire({ require }: Block): Block {
  return require === undefined ? {} : { require }
}

function wanted(name: string, level: Block['require']): string[] {
  const value = level?.[name as 'first' | 'second']
  return value === undefined ? [] : [`${name} ${value}`]
}

test('what loads has a decision for every operation, and none is wider than the document and a written reason allow', async () => {
  let loaded = 0
  await fc.assert(
    fc.asyncProperty(gateway, async (one) => {
      const result = await load(one)
      if (!result.ok) {
        assert.notEqual(result.problems.length, 0)
        return
      }
      loaded++
      assert.equal(result.spec.operations.length, one.operations.length)
      for (const [index, { authentication }] of result.spec.operations.entries()) {
        const { own, tagged, security: ownSecurity } = one.operations[index]!
        const reasons = [own, tagged ? one.tag : undefined, one.api].map((level) => level?.anonymous)
        if (authentication.kind === 'anonymous') {
          assert.ok(reasons.includes(authentication.reason), 'open without a written reason')
        } else {
          assert.ok(authentication.anyOf.length > 0)
          for (const names of authentication.anyOf)
            assert.ok(names.length > 0 && names.every((name) => 'ab'.includes(name)))
        }
        const demanded = ownSecurity ?? one.root
        if (demanded === undefined || demanded.length === 0) continue
        const accepted = authentication.kind === 'anonymous' ? [[]] : authentication.anyOf
        for (const names of accepted) {
          const fits = demanded.some((schemes) => schemes.every((scheme) => names.includes(scheme.slice(1))))
          assert.ok(fits, 'wider than the document')
        }
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(loaded > 40, `only ${loaded} configurations loaded: the property says little`)
})
