/**
 * `node bench/access/decisions.ts`: how long authorization takes on a data thread: one scope, one role, and 1,000 rules
 * of `access` of which none, or the last, allows. One line of JSON, in microseconds.
 */
import type { Authentication } from '../../src/config/spec.ts'
import type { Policy, PolicyInstance } from '../../src/gateway/policy.ts'
import { access } from '../../src/policies/access/access.ts'
import { roles } from '../../src/policies/roles/roles.ts'
import { scopes } from '../../src/policies/scopes/scopes.ts'
import { CaseExchange } from '../../src/testing/case-exchange.ts'
import { setUp } from '../../src/testing/run-case.ts'

const rounds = 20_000
const rules = 1000

const request = {
  method: 'GET',
  path: '/orders/1001',
  headers: {},
  clientAddress: '192.0.2.7',
  facts: {
    caller: {
      id: 'ada',
      identity: 'staff',
      scopes: ['orders:read', 'orders:write'],
      roles: ['reader', 'clerk'],
      claims: { org: { unit: 'sales' } },
    },
  },
}
const authentication: Authentication = {
  kind: 'required',
  anyOf: [['staff']],
  scopes: [],
  source: { file: '', line: 0, column: 0 },
}

function instanceOf(policy: Policy, config: unknown): PolicyInstance {
  const expect = { verdict: 'pass' as const, headers: {}, upstream: {}, response: {} }
  const { instance } = setUp(policy, { name: '', config, keys: [], revocations: [], request, expect })
  instance.needs?.({
    api: 'orders',
    name: 'getOrder',
    method: 'GET',
    template: '/orders/{id}',
    bodyDeclared: false,
    authentication,
  })
  return instance
}

const many = (rule: (index: number) => object): object[] =>
  Array.from({ length: rules }, (_, index) => rule(index))

const shapes: Readonly<Record<string, PolicyInstance>> = {
  scope: instanceOf(scopes as Policy, ['orders:read']),
  role: instanceOf(roles as Policy, ['manager', 'clerk']),
  roleRule: instanceOf(access as Policy, { allow: [{ methods: ['GET'], roles: ['clerk'] }] }),
  // No rule allows: each is asked for its role.
  thousandRoles: instanceOf(access as Policy, { allow: many((index) => ({ roles: [`role-${index}`] })) }),
  // Every rule gets to its last condition.
  thousandConditions: instanceOf(access as Policy, {
    allow: many((index) => ({
      roles: ['clerk'],
      claims: { 'org.unit': ['sales'] },
      networks: ['192.0.2.0/24'],
      paths: [`/orders/${index}`],
    })),
    deny: many((index) => ({ callers: [`staff/eve-${index}`] })),
  }),
}

const result: Record<string, { readonly p50: number; readonly p99: number }> = {}
const nothing = (): void => undefined
for (const [name, instance] of Object.entries(shapes)) {
  const exchange = new CaseExchange(request)
  const times = new Float64Array(rounds)
  // The first half warms up.
  for (let round = 0; round < rounds * 2; round++) {
    const began = performance.now()
    void instance.request!(exchange, nothing)
    times[round % rounds] = (performance.now() - began) * 1000
  }
  times.sort()
  const at = (share: number): number => Math.round(times[Math.floor(rounds * share)]! * 100) / 100
  result[name] = { p50: at(0.5), p99: at(0.99) }
}
process.stdout.write(`${JSON.stringify({ id: 'P1', rules, microseconds: result })}\n`)
