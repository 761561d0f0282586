import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { definePolicy, type Policy } from '../gateway/policy.ts'
import { pass } from '../gateway/verdict.ts'
import { type LoadResult, loadConfiguration } from './load.ts'
import { renderOpens, renderProblems } from './render.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-load-'))
after(() => rmSync(folder, { recursive: true }))

const common = { facing: 'untrusted-client', onError: 'deny', reads: [], writes: [], denials: [] } as const
const instance = { request: () => pass }

const badge = definePolicy<{ colour: string }>({
  ...common,
  name: 'badge',
  place: 'identity',
  phases: ['authenticate'],
  config: z.strictObject({ colour: z.string().default('red') }),
  setup: () => instance,
})
const hours = definePolicy<{ from: number }>({
  ...common,
  name: 'hours',
  place: 'requirement',
  phases: ['screen'],
  config: z.strictObject({ from: z.int().min(0).max(23) }),
  setup: () => instance,
})
const banner = definePolicy<string>({
  ...common,
  name: 'banner',
  place: 'setting',
  phases: ['respond'],
  implicit: 'closed',
  opens: (_outer, inner) => (inner === 'open' ? 'the banner is open' : null),
  config: z.enum(['closed', 'open', 'quiet']),
  setup: () => instance,
})
const policies: readonly Policy[] = [badge, hours, banner] as readonly Policy[]

const listeners = { public: { address: ':8443', tls: { local: ['localhost'] } } }
const services = { s: { targets: ['http://s'] } }

async function load(configuration: unknown, env: NodeJS.ProcessEnv = {}): Promise<LoadResult> {
  const file = join(folder, 'sallyport.json')
  writeFileSync(file, JSON.stringify(configuration))
  return loadConfiguration([file], { env, cwd: folder, policies })
}

function problemsOf(result: LoadResult): string {
  return result.ok ? '' : renderProblems(result.problems, { color: false, cwd: folder })
}

test('mode is known to the core, and no policy sees it', async () => {
  const result = await load({
    listeners,
    services,
    require: { hours: { from: 8, mode: 'observe' } },
    apis: { a: { service: 's', anonymous: 'test', routes: { 'GET /a': null } } },
  })
  assert.ok(result.ok, problemsOf(result))
  const [step] = result.spec.steps
  assert.deepEqual(
    [step?.policy, step?.mode, step?.settings, step?.where],
    ['hours', 'observe', { from: 8 }, 'require.hours'],
  )
  assert.match(
    renderOpens(result.spec.opens, { color: false, cwd: folder }),
    /require\.hours is observed, not enforced/,
  )
})

test('a mode that does not exist is refused with the nearest one', async () => {
  const result = await load({ listeners, services, require: { hours: { from: 8, mode: 'observed' } } })
  assert.match(problemsOf(result), /Did you mean `observe`\?/)
})

test('an identity cannot be merely observed', async () => {
  const result = await load({ listeners, identities: { i: { type: 'badge', mode: 'observe' } } })
  assert.match(problemsOf(result), /an identity is always enforced/)
})

test('a policy keeps its own schema: unknown keys and wrong types have their place', async () => {
  const result = await load({
    listeners,
    identities: { i: { type: 'badge', color: 'red' } },
    require: { hours: { from: 24 } },
  })
  const text = problemsOf(result)
  assert.match(text, /unknown key `color`\n {2}Did you mean `colour`\?/)
  assert.match(text, /the number is out of range\n {2}Write at most 23\./)
})

test('the innermost setting holds, and one that opens is listed once', async () => {
  const result = await load({
    listeners,
    services,
    banner: 'quiet',
    apis: {
      a: {
        service: 's',
        anonymous: 'test',
        banner: 'open',
        routes: { 'GET /a': null, 'GET /b': null, 'GET /c': { banner: 'closed' } },
      },
      b: { service: 's', anonymous: 'test', prefix: '/b', routes: { 'GET /a': null } },
    },
  })
  assert.ok(result.ok, problemsOf(result))
  const { steps, operations, opens } = result.spec
  const banners = operations.map((one) => one.steps.map((index) => steps[index]!.settings))
  assert.deepEqual(banners, [['open'], ['open'], ['closed'], ['quiet']])
  assert.equal(opens.filter(({ what }) => what.includes('banner is open')).length, 1)
})

test('steps that no operation uses are not set up', async () => {
  const result = await load({ listeners, services, banner: 'open', require: { hours: { from: 1 } } })
  assert.ok(result.ok, problemsOf(result))
  assert.deepEqual(result.spec.steps, [])
})

test('text of a reference becomes the number that is asked for, also in the block of a policy', async () => {
  const reference = '$' + '{env:FROM}'
  const configuration = {
    listeners,
    services,
    require: { hours: { from: reference, mode: 'observe' } },
    apis: { a: { service: 's', anonymous: 'test', routes: { 'GET /a': null } } },
  }
  const result = await load(configuration, { FROM: '7' })
  assert.ok(result.ok, problemsOf(result))
  assert.deepEqual(result.spec.steps[0]?.settings, { from: 7 })
  assert.match(
    problemsOf(await load({ ...configuration, require: { hours: { from: '7' } } })),
    /expected a number, found text/,
  )
})

test('a secret in a wrong place is not shown', async () => {
  const canary = 'canary-value-9'
  const secret = '$' + '{env:SECRET}'
  const result = await load(
    {
      listeners: { [`p`]: { address: secret, tls: { local: [secret] } } },
      services: {
        s: { targets: [secret, `http://${secret}:x`], timeouts: { total: secret }, hostHeader: secret },
      },
      identities: { i: { type: secret } },
      trustedProxies: [secret],
      log: [secret],
      apis: {
        a: {
          service: secret,
          authenticate: [secret],
          authorize: 'any-authenticated-caller',
          routes: { 'GET /a': null },
        },
      },
    },
    { SECRET: canary },
  )
  assert.equal(result.ok, false)
  assert.ok(!problemsOf(result).includes(canary))
})

test('a service of cloud metadata is listed where it was allowed', async () => {
  const result = await load({
    listeners,
    services: { s: { targets: ['http://169.254.169.254'], allowMetadataAddress: true } },
  })
  assert.ok(result.ok, problemsOf(result))
  assert.match(
    renderOpens(result.spec.opens, { color: false, cwd: folder }),
    /services\.s reaches the metadata address/,
  )
})

test('the folder for data: the option, the key, the default', async () => {
  const file = join(folder, 'data.json')
  const read = async (configuration: object, dataFolder?: string): Promise<string> => {
    writeFileSync(file, JSON.stringify({ listeners, ...configuration }))
    const result = await loadConfiguration([file], {
      env: {},
      cwd: '/',
      policies,
      ...(dataFolder === undefined ? {} : { dataFolder }),
    })
    assert.ok(result.ok, problemsOf(result))
    return result.spec.dataFolder
  }
  assert.equal(await read({}), join(folder, '.sallyport'))
  assert.equal(await read({ data: './here' }), join(folder, 'here'))
  assert.equal(await read({ data: './here' }, 'there'), '/there')
})

test('a file that is missing, of no known kind, or of no configuration', async () => {
  const read = (name: string): Promise<LoadResult> =>
    loadConfiguration([name], { env: {}, cwd: folder, policies })
  writeFileSync(join(folder, 'list.yaml'), '- a\n')
  writeFileSync(join(folder, 'empty.yaml'), '')
  writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]))
  assert.match(problemsOf(await read('nowhere.yaml')), /no such file/)
  assert.match(problemsOf(await read('main.toml')), /not a kind of file/)
  assert.match(problemsOf(await read('list.yaml')), /holds no configuration/)
  assert.match(problemsOf(await read('empty.yaml')), /holds no configuration/)
  assert.match(problemsOf(await read('latin.yaml')), /not UTF-8/)
  assert.match(
    problemsOf(await loadConfiguration([], { env: {}, cwd: folder, policies })),
    /no configuration file/,
  )
})

test('a mistake repeated ten thousand times is told fifty times', async () => {
  const routes = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`GET /${index}`, { anonymus: 'x' }]),
  )
  const result = await load({ listeners, services, apis: { a: { service: 's', routes } } })
  assert.ok(!result.ok)
  assert.equal(result.problems.length, 50)
})
