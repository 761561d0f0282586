import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { loadConfiguration } from '../../config/load.ts'
import type { Host, PolicyInstance } from '../../gateway/policy.ts'
import type { Verdict } from '../../gateway/verdict.ts'
import { RevocationIndex } from '../../store/revocations/revocation-index.ts'
import { CaseExchange } from '../../testing/case-exchange.ts'
import { policies } from '../registry.ts'
import { resourcePolicy } from './resource-policy.ts'

const host: Host = {
  where: 'apis.orders.require.resource-policy',
  instance: 'resource-policy',
  findKey: () => undefined,
  revocations: new RevocationIndex(),
  sourceOf: (at) => `sallyport.yaml:${at.join('.')}`,
  control: { state: undefined, ask: () => Promise.reject(new Error('nobody is asked')) },
}

/** Sets it up as a load does, with these files. */
function setUp(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  written: unknown,
): PolicyInstance {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policies-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const config = resourcePolicy.files!(resourcePolicy.config.parse(written), (_, file) => join(folder, file))
  return resourcePolicy.setup(structuredClone(config), host)
}

function ask(instance: PolicyInstance, method: string, path: string, more: object = {}): Verdict {
  const request = { method, path, headers: {}, clientAddress: '192.0.2.1', api: 'orders', facts: {}, ...more }
  return instance.request!(new CaseExchange(request), () => undefined) as Verdict
}

const ofCaller = (id: string, roles: readonly string[] = []) => ({
  facts: { caller: { id, identity: 'staff', roles } },
})

const orders = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Sid": "read", "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
      "Resource": "execute-api:/*/GET/orders" },
    {
      "Effect": "Deny",
      "Principal": { "Sallyport": "caller/staff/mallory" },
      "Action": "*",
      "Resource": "*"
    }
  ]
}`
const manager = `{ "Version": "2012-10-17", "Statement": [
  { "Sid": "all", "Effect": "Allow", "Action": "*", "Resource": "*" } ] }`

test('verdicts name the statement with file and line', (context) => {
  const instance = setUp(context, { 'orders.json': orders }, { policy: './orders.json' })
  const passed = ask(instance, 'GET', '/orders', ofCaller('ada'))
  assert.deepEqual(passed, { kind: 'pass', by: 'statement "read" (./orders.json:4)' })
  assert.equal(passed, ask(instance, 'GET', '/orders', ofCaller('ada')), 'one verdict serves all')
  assert.equal(ask(instance, 'GET', '/orders').kind, 'pass')
  const denied = ask(instance, 'GET', '/orders', ofCaller('mallory'))
  assert.equal(denied.kind === 'deny' && denied.detail.reason, 'statement 2 (./orders.json:6) denies')
  const silent = ask(instance, 'POST', '/orders', ofCaller('ada'))
  assert.match(
    (silent.kind === 'deny' && silent.detail.reason) || '',
    /^no statement of the resource policies/,
  )
})

test('both kinds must allow, unless one is said to be enough', (context) => {
  const files = { 'orders.json': orders, 'manager.json': manager }
  const written = { policy: ['./orders.json'], attach: [{ role: 'manager', policy: ['./manager.json'] }] }
  const both = setUp(context, files, written)
  const either = setUp(context, files, { ...written, evaluate: 'either' })
  const outcome = (instance: PolicyInstance, method: string, roles: readonly string[]): string =>
    ask(instance, method, '/orders', ofCaller('ada', roles)).kind
  assert.deepEqual(
    [
      outcome(both, 'GET', ['manager']),
      outcome(both, 'GET', []),
      outcome(both, 'POST', ['manager']),
      outcome(either, 'GET', []),
      outcome(either, 'POST', ['manager']),
      outcome(either, 'POST', []),
    ],
    ['pass', 'deny', 'deny', 'pass', 'pass', 'deny'],
  )
  const passed = ask(both, 'GET', '/orders', ofCaller('ada', ['manager']))
  assert.equal(
    passed.kind === 'pass' && passed.by,
    'statement "read" (./orders.json:4) and statement "all" (./manager.json:2)',
  )
})

test('why not: the nearest statement, and what it lacks', (context) => {
  const instance = setUp(context, { 'orders.json': orders }, { policy: './orders.json' })
  const whyNot = (method: string, more: object = {}): string | null =>
    instance.whyNot!(
      new CaseExchange({
        method,
        path: '/orders',
        headers: {},
        clientAddress: '192.0.2.1',
        facts: {},
        ...more,
      }),
    )
  assert.equal(whyNot('GET'), null)
  assert.equal(whyNot('POST'), 'statement "read" (./orders.json:4) would allow but for the resource')
  assert.equal(
    whyNot('GET', ofCaller('mallory')),
    'statement 2 (./orders.json:6) denies; no allowance outweighs it',
  )
})

test('faults of files are told with file, line, cause and remedy', (context) => {
  const text = (statement: string): string => `{ "Version": "2012-10-17",\n "Statement": ${statement} }`
  const base = '"Effect": "Deny", "Principal": "*", "Action": "*"'
  const rows: readonly (readonly [string, RegExp])[] = [
    ['stand-in', /p\.json:1: this is not JSON\. Write/],
    [
      text(`{ ${base}, "Resource": "*", "Effect": "Allow" }`),
      /p\.json:2: Statement\.Effect: "Effect" stands twice/,
    ],
    [
      text(`{ ${base}, "Resource": "*",\n "Condition": { "StringEquals": { "aws:SourceVpce": "v" } } }`),
      /p\.json:3: .*`aws:SourceVpce` is not supported\. Keys/,
    ],
    [
      text(`{ ${base}, "Resource": "execute-api:/prod/*" }`),
      /p\.json:2: statement 1: .*the stage `prod`: write `stage`/,
    ],
    [text(`{ ${base}, "Resource": "arn:aws:execute-api:eu:*:*/*" }`), /names a region: write `region`/],
    [
      text(`{ ${base}, "Resource": "arn:aws:execute-api:*:111111111111:*" }`),
      /names an account: write `account`/,
    ],
    [text(`{ ${base}, "Resource": "arn:aws-cn:execute-api:*:*:*" }`), /partition/],
    [
      text(`{ ${base}, "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/*" }`),
      /write `apiIds: \{ NAME: a1b2c3d4e5 \}`/,
    ],
  ]
  for (const [content, expected] of rows)
    assert.throws(() => setUp(context, { 'p.json': content }, { policy: './p.json' }), expected)
  assert.throws(() => setUp(context, {}, { policy: './absent.json' }), /absent\.json: it cannot be read/)
})

test('without its files read, nothing is decided', () => {
  assert.throws(
    () => resourcePolicy.setup(resourcePolicy.config.parse({ policy: './a.json' }), host),
    /cannot be read/,
  )
})

test('settings that could be read in two ways are refused', () => {
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  for (const written of [
    {},
    { policy: [] },
    { attach: [] },
    { policy: '' },
    { policy },
    { attach: [{ policy }] },
    { attach: [{ role: 'a', caller: 'b/c', policy }] },
    { attach: [{ caller: 'acme', policy }] },
    { attach: [{ role: '*', policy }] },
    { attach: [{ role: 'a', policy: { ...policy, Statement: { ...policy.Statement, Principal: '*' } } }] },
    { attach: [{ role: 'a', policy }], account: '1' },
    { attach: [{ role: 'a', policy }], stage: 'a/b' },
    { attach: [{ role: 'a', policy }], principals: { x: 'manager' } },
    { attach: [{ role: 'a', policy }], evaluate: 'any' },
  ])
    assert.equal(resourcePolicy.config.safeParse(written).success, false, JSON.stringify(written))
  assert.equal(resourcePolicy.config.safeParse({ attach: [{ role: 'a', policy }] }).success, true)
})

test('a fault of a policy that stands in the configuration has its line there', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policies-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'sallyport.yaml')
  writeFileSync(
    file,
    `listeners:
  public: { address: "127.0.0.1:8443", tls: { local: [localhost] } }
services:
  orders: { targets: ["http://127.0.0.1:3000"] }
identities:
  partners: { type: api-key }
apis:
  orders:
    service: orders
    authenticate: [partners]
    require:
      resource-policy:
        policy:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: "*"
              Action: execute-api:Invoke
              Resource: "*"
              Condition:
                StringEquals:
                  aws:SourceVpce: vpce-1
    routes:
      "GET /orders": {}
`,
  )
  const loaded = await loadConfiguration([file], { env: {}, cwd: folder, policies })
  assert.ok(!loaded.ok)
  const fault = loaded.problems.find(({ message }) => message.includes('aws:SourceVpce'))
  assert.equal(fault?.source.line, 22, JSON.stringify(loaded.problems))
  assert.match(fault.remedy, /^Keys with a meaning here are aws:SourceIp/)
})

test('identities that are attached to, or that principals stand for, are told by name', () => {
  const config = resourcePolicy.config.parse({
    attach: [
      { identity: 'staff', policy: inert },
      { role: 'clerk', policy: inert },
      { caller: 'partners/acme', policy: inert },
    ],
    principals: { 'arn:aws:iam::111111111111:user/ada': 'caller/people/ada' },
  })
  assert.deepEqual(
    resourcePolicy.identities?.(config).map(({ name }) => name),
    ['staff', 'partners', 'people'],
  )
})

const inert = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } }
