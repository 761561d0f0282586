import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Authentication } from '../../config/spec.ts'
import type { PolicyInstance } from '../../gateway/policy.ts'
import { CaseExchange } from '../../testing/case-exchange.ts'
import type { PolicyCase } from '../../testing/policy-case.ts'
import { setUp } from '../../testing/run-case.ts'
import { access } from './access.ts'
import { findingsOf } from './findings.ts'
import type { AccessRule } from './settings.ts'

type Request = PolicyCase['request']

const authentication: Authentication = {
  kind: 'required',
  anyOf: [['staff']],
  scopes: [],
  source: { file: '', line: 0, column: 0 },
}
const operations = ['listOrders', 'getOrder', 'deleteOrder'] as const
const methodOf = { listOrders: 'GET', getOrder: 'GET', deleteOrder: 'DELETE' } as const

function instanceOf(config: unknown): PolicyInstance {
  const { instance } = setUp(access, {
    name: 'x',
    config,
    keys: [],
    revocations: [],
    request: requestOf({}),
    expect: { verdict: 'pass', headers: {}, upstream: {}, response: {} },
  })
  for (const name of [...operations, 'undeclared'] as const)
    instance.needs?.({
      api: 'orders',
      name,
      method: name === 'undeclared' ? '*' : methodOf[name],
      template: '/',
      bodyDeclared: false,
      authentication,
    })
  return instance
}

function requestOf(rest: Partial<Request>): Request {
  return { method: 'GET', path: '/orders/1', headers: {}, clientAddress: '192.0.2.1', facts: {}, ...rest }
}

function allows(instance: PolicyInstance, request: Request): boolean {
  const verdict = instance.request!(new CaseExchange(request), () => undefined)
  assert.ok(!(verdict instanceof Promise))
  return verdict.kind === 'pass'
}

const some = <T>(...values: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
const rule: fc.Arbitrary<AccessRule> = fc
  .record(
    {
      operations: some<string>(...operations),
      methods: some('GET', 'DELETE'),
      identities: some('staff', 'partners'),
      callers: some('staff/ada', 'partners/ada', 'staff/bob'),
      roles: some('clerk', 'manager', 'Clerk', 'constructor'),
      scopes: some('read', 'write'),
      claims: fc.dictionary(fc.constantFrom('unit', 'org.unit'), some('sales', '7', 'ops'), { minKeys: 1 }),
      networks: some('192.0.2.0/24', '198.51.100.7', '2001:db8::/32'),
      paths: some('/orders/*', '/orders/**', '/orders/1', '/files/Secret'),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0) as fc.Arbitrary<AccessRule>
const request: fc.Arbitrary<Request> = fc
  .record({
    operation: fc.constantFrom(...operations),
    path: fc.constantFrom('/orders/1', '/orders/2', '/orders/1/events', '/orders', '/files/secret'),
    clientAddress: fc.constantFrom('192.0.2.1', '198.51.100.7', '203.0.113.1', '2001:db8::1'),
    identity: fc.constantFrom('staff', 'partners'),
    id: fc.constantFrom('ada', 'bob'),
    roles: fc.subarray(['clerk', 'manager', 'guest']),
    scopes: fc.subarray(['read', 'write']),
    claims: fc.constantFrom<Record<string, unknown>>(
      {},
      { unit: 'sales' },
      { unit: ['ops', 7] },
      { org: { unit: 7 } },
      { org: { unit: 'ops' }, unit: null },
    ),
  })
  .map(({ operation, path, clientAddress, identity, id, roles, scopes, claims }) =>
    requestOf({
      operation,
      method: methodOf[operation],
      path,
      clientAddress,
      facts: { caller: { identity, id, roles, scopes, claims } },
    }),
  )

/** What a rule means, said as naively as can be. */
function naive(
  one: AccessRule,
  { operation, method, path, clientAddress, facts }: Request,
  denies: boolean,
): boolean {
  const { identity, id, roles = [], scopes = [], claims = {} } = facts.caller!
  const any = (list: readonly string[] | undefined, held: readonly unknown[]): boolean =>
    list === undefined || list.some((name) => held.includes(name))
  const inNetwork = (network: string): boolean =>
    network === '192.0.2.0/24'
      ? clientAddress.startsWith('192.0.2.')
      : network === '2001:db8::/32'
        ? clientAddress.startsWith('2001:db8:')
        : clientAddress === network
  const onPath = (pattern: string): boolean => {
    const expression = pattern.replace(/\/\*\*$/, '(/.*)?').replace(/\/\*/, '/[^/]*')
    return new RegExp(`^${expression}$`, denies ? 'i' : '').test(path)
  }
  const claim = (name: string): unknown[] => {
    const value = name
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], claims)
    return (Array.isArray(value) ? value : [value]).map((item) =>
      typeof item === 'number' ? `${item}` : item,
    )
  }
  return (
    any(one.operations, [operation]) &&
    any(one.methods, [method]) &&
    any(one.identities, [identity]) &&
    any(one.callers, [`${identity}/${id}`]) &&
    any(one.roles, roles) &&
    any(one.scopes, scopes) &&
    (one.networks === undefined || one.networks.some(inNetwork)) &&
    (one.paths === undefined || one.paths.some(onPath)) &&
    Object.entries(one.claims ?? {}).every(([name, values]) => any(values, claim(name)))
  )
}

const rules = fc.record({
  allow: fc.array(rule, { minLength: 1, maxLength: 4 }),
  deny: fc.array(rule, { maxLength: 3 }),
})

test('decides as the naive reading of its rules, on random rules and requests', () => {
  let [allowed, denied] = [0, 0]
  fc.assert(
    fc.property(rules, fc.array(request, { minLength: 1, maxLength: 8 }), (config, requests) => {
      const instance = instanceOf(config)
      for (const one of requests) {
        const expected =
          config.allow.some((allow) => naive(allow, one, false)) &&
          !config.deny.some((deny) => naive(deny, one, true))
        assert.equal(allows(instance, one), expected)
        if (expected) allowed++
        else denied++
      }
    }),
    { numRuns: 2000 },
  )
  assert.ok(allowed > 500 && denied > 500, `${allowed} allowed, ${denied} denied`)
})

test('a denial more, or a rule less, never allows more', () => {
  fc.assert(
    fc.property(rules, rule, request, fc.nat(), (config, extra, one, at) => {
      const before = allows(instanceOf(config), one)
      const stricter = allows(instanceOf({ ...config, deny: [...config.deny, extra] }), one)
      assert.ok(before || !stricter)
      const left = config.allow.filter((_, index) => index !== at % config.allow.length)
      if (left.length > 0) assert.ok(before || !allows(instanceOf({ ...config, allow: left }), one))
    }),
    { numRuns: 1000 },
  )
})

const ada = { caller: { id: 'ada', identity: 'staff', roles: ['clerk'] } }

test('an operation of any method is decided by the method of the request', () => {
  const of = (config: unknown, method: string): boolean =>
    allows(instanceOf(config), requestOf({ operation: 'undeclared', method, facts: ada }))
  const writes = [{ methods: ['DELETE', 'PUT'] }]
  assert.equal(of({ allow: 'any-authenticated-caller', deny: writes }, 'DELETE'), false)
  assert.equal(of({ allow: 'any-authenticated-caller', deny: writes }, 'GET'), true)
  assert.equal(of({ allow: [{ methods: ['GET'], roles: ['clerk'] }] }, 'GET'), true)
  assert.equal(of({ allow: [{ methods: ['GET'], roles: ['clerk'] }] }, 'DELETE'), false)
})

test('a denied path is denied however a service may read it, and an allowed one is exactly that', () => {
  const denying = instanceOf({ allow: 'any-authenticated-caller', deny: [{ paths: ['/admin/*/keys/**'] }] })
  const allowing = instanceOf({ allow: [{ paths: ['/admin/*/keys/**'] }] })
  for (const path of [
    '/admin/x/keys/',
    '/Admin/x/KEYS',
    '/admin;v=1/x/keys;a=b',
    '/admin/x/keys;a=%2Fy',
    '//admin//x/keys',
    '/admin%2Fx%2Fkeys',
    '/admin%252Fx%252fkeys/y',
    '/%61dmin/x/%2561dmin/../keys',
    '/other%2f..%2fadmin/x/keys',
    '/admin%5Cx%5Ckeys',
    '/admin%2Fx%2Fkeys%2F%FF',
  ]) {
    assert.equal(allows(denying, requestOf({ path, facts: ada })), false, path)
    if (path !== '/admin/x/keys/')
      assert.equal(allows(allowing, requestOf({ path, facts: ada })), false, path)
  }
  for (const path of ['/admin/keys', '/admins/x/keys', '/admin/x/y/keys'])
    assert.equal(allows(denying, requestOf({ path, facts: ada })), true, path)
  assert.equal(allows(allowing, requestOf({ path: '/admin/x/keys/1', facts: ada })), true)
  // A star in the request is a segment like any other (T4).
  assert.equal(allows(denying, requestOf({ path: '/admin/*/keys', facts: ada })), false)
  const cafe = instanceOf({ allow: [{ paths: ['/café'] }] })
  assert.equal(allows(cafe, requestOf({ path: '/caf%C3%A9', facts: ada })), true)
})

test('claims: numbers and booleans by what they are written as, names and letters exactly', () => {
  const denied = (claim: string, value: unknown): boolean => {
    const instance = instanceOf({
      allow: 'any-authenticated-caller',
      deny: [{ claims: { [claim]: ['true', '7', 'clerks'] } }],
    })
    const caller = { id: 'ada', identity: 'staff', claims: { [claim]: value } }
    return !allows(instance, requestOf({ facts: { caller } }))
  }
  for (const value of [true, 'true', 7, '7', ['x', true], ['clerks']])
    assert.ok(denied('state', value), `${value}`)
  for (const value of [false, 7.5, 'Clerks', 'clerks,admin', 'ｃlerks', null, {}, [['clerks']]])
    assert.ok(!denied('state', value), JSON.stringify(value))
  const born = instanceOf({ allow: [{ claims: { constructor: ['x'], toString: ['x'] } }] })
  assert.equal(allows(born, requestOf({ facts: ada })), false)
})

test('hours by the clock of a place, over midnight and over the change of the hour', () => {
  const at = (time: object, moment: string): boolean =>
    allows(instanceOf({ allow: [{ time }] }), requestOf({ facts: ada, at: moment }))
  const berlin = { days: ['mon-fri'], from: '08:00', to: '18:00', zone: 'Europe/Berlin' }
  assert.equal(at(berlin, '2026-01-05T07:00:00Z'), true)
  assert.equal(at(berlin, '2026-07-06T06:00:00Z'), true)
  assert.equal(at(berlin, '2026-01-05T06:59:59Z'), false)
  assert.equal(at(berlin, '2026-01-05T17:00:00Z'), false)
  assert.equal(at(berlin, '2026-01-04T12:00:00Z'), false)
  const friday = { days: ['fri'], from: '22:00', to: '06:00' }
  assert.equal(at(friday, '2026-01-03T05:59:00Z'), true)
  assert.equal(at(friday, '2026-01-02T05:59:00Z'), false)
  const once = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-02-01T00:00:00+01:00' }
  assert.equal(at(once, '2026-01-31T22:59:59Z'), true)
  assert.equal(at(once, '2026-01-31T23:00:00Z'), false)
})

test('why not: the rule with the fewest changes, or the denial in the way', () => {
  const config = {
    allow: [
      { name: 'managers', roles: ['manager'], networks: ['10.0.0.0/8'] },
      { name: 'clerks', roles: ['clerk'] },
    ],
    deny: [{ name: 'bob', callers: ['staff/bob'] }],
  }
  const why = (id: string): string =>
    instanceOf(config).whyNot?.(
      new CaseExchange(requestOf({ facts: { caller: { id, identity: 'staff' } } })),
    ) ?? ''
  assert.match(why('ada'), /^`clerks` of .*\(sallyport\.yaml:allow\.1\) would allow with role clerk$/)
  assert.match(why('bob'), /^nothing allows what is denied by `bob`/)
})

test('rules that can never matter are told', () => {
  const clerks = { roles: ['clerk'] }
  const found = (allow: readonly AccessRule[], deny: readonly AccessRule[] = []): number =>
    findingsOf({ allow, deny }).length
  assert.equal(found([clerks, { roles: ['manager'] }]), 0)
  assert.equal(found([clerks, { roles: ['clerk'], methods: ['GET'] }]), 1)
  assert.equal(found([{ roles: ['clerk'], methods: ['GET'] }, clerks]), 0)
  assert.equal(found([{ roles: ['clerk'], methods: ['GET'] }], [{ methods: ['GET', 'PUT'] }]), 1)
  assert.equal(found([{ roles: ['clerk'] }], [{ roles: ['clerk'], networks: ['10.0.0.0/8'] }]), 0)
})

test('names that are not there, and rules that say nothing, are refused', () => {
  for (const settings of [
    {},
    { allow: [] },
    { allow: [{}] },
    { allow: [{ name: 'x' }] },
    { allow: 'everybody' },
    { allow: [{ roles: [] }] },
    { allow: [{ time: {} }] },
    { allow: [{ time: { zone: 'UTC' } }] },
    { allow: [{ time: { from: '08:00' } }] },
    { allow: [{ time: { days: ['someday'] } }] },
    { allow: [{ time: { from: '08:00', to: '08:00' } }] },
    { allow: [{ time: { notBefore: '2027-01-01T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' } }] },
    { allow: [{ time: { days: ['mon'], zone: 'Europe/Nowhere' } }] },
    { allow: [{ paths: ['orders'] }] },
    { allow: [{ paths: ['/orders/**/x'] }] },
    { allow: [{ paths: ['/or*'] }] },
    { allow: [{ claims: {} }] },
    { allow: [{ callers: ['ada'] }] },
    { allow: [{ methods: ['get'] }] },
  ])
    assert.equal(access.config.safeParse(settings).success, false, JSON.stringify(settings))
  const instance = instanceOf({ allow: [{ operations: ['getOrders'] }] })
  assert.throws(() => instance.ready?.(), /no operation getOrders/)
})
