import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

// P2: whatever the path, the host, the method or a header is made to look like, a caller without the role reaches no
// operation that asks for it, by roles, by rules, by a resource policy, and by scopes.

let recorder: StrictRecorder
let gateway: TestGateway
const keys = new Map<string, string>()

/** What guards `/admin` of an API, in the place of the role that `boss` has and `ada` has not. */
const guards: Readonly<Record<string, object>> = {
  roles: { roles: ['manager'] },
  access: {
    access: {
      allow: 'any-authenticated-caller',
      deny: [{ paths: ['/access/admin/**'], claims: { owner: ['ada'] } }],
    },
  },
  policy: {
    'resource-policy': {
      policy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'execute-api:Invoke',
            Resource: 'execute-api:/*/*/policy/admin/*',
            Condition: { StringEquals: { 'sallyport:Claim/owner': 'ada' } },
          },
        ],
      },
    },
  },
  scopes: { scopes: ['admin'] },
}

before(async () => {
  recorder = await StrictRecorder.start()
  const api = (name: string, guard: object): object => ({
    service: 'upstream',
    prefix: `/${name}`,
    authenticate: ['keys'],
    authorize: 'any-authenticated-caller',
    routes: {
      'GET /public/{name}': {},
      'GET /{name}': {},
      'GET /admin/{name}': { require: guard },
      'DELETE /admin/{name}': { require: guard },
    },
  })
  gateway = await startGateway(
    {
      services: upstreamOn(recorder.port),
      identities: { keys: { type: 'api-key' } },
      roles: { manager: { when: [{ identity: 'keys', claim: 'owner', anyOf: ['boss'] }] } },
      apis: Object.fromEntries(Object.entries(guards).map(([name, guard]) => [name, api(name, guard)])),
    },
    (data) => {
      const store = openStore(data)
      for (const owner of ['ada', 'boss']) {
        const scopes = owner === 'boss' ? ['admin'] : []
        keys.set(
          owner,
          store.keys.create({ name: 'test', from: null }, { identity: 'keys', owner, scopes }).key,
        )
      }
      store.close()
    },
  )
})

after(async () => {
  await gateway.stop()
  await recorder.stop()
})

async function status(caller: string, line: string, lines: readonly string[] = []): Promise<number> {
  const client = await RawClient.open(gateway.tls)
  const key = caller === '' ? [] : [`X-API-Key: ${keys.get(caller)}`]
  const host = lines.some((one) => /^host:/i.test(one)) ? [] : ['Host: localhost']
  client.send(`${[`${line} HTTP/1.1`, ...host, ...key, ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`)
  const { final } = await client.answers(1, [line.split(' ')[0] ?? 'GET'])
  client.destroy()
  return final[0]?.status ?? 0
}

/** Requests that a service somewhere takes for `/admin/x`, by the case that they come from. */
const variants: Readonly<Record<string, readonly string[]>> = {
  T1: ['/public/../admin/x', '/public/./../admin/x', '/public/%2e%2e/admin/x', '/./admin/x'],
  T2: [
    '/public/..%2Fadmin/x',
    '/public%2F..%2Fadmin%2Fx',
    '/public/..%5Cadmin%5Cx',
    '/admin%2Fx',
    '/admin%5Cx',
  ],
  T3: ['/admin/x#foo', '/admin#/x', '/public/x#/../../admin/x'],
  T5: ['/admin;x=1/a', '/admin/x;y', '/a;x/../admin/x', '/public;/../admin/x', '/admin/;/x'],
  T6: ['/admin%2Fx', '/%61dmin/x', '/admin%2fx', '/adm%69n/x'],
  T7: ['/public../admin/x', '/public%2e%2e/admin/x', '/..;/admin/x'],
  T9: ['//admin/x', '///admin/x', '/admin//x', '/public//../admin/x'],
  T12: ['/\\admin/x', '/public\\..\\admin\\x', '/public/..\\admin/x'],
  T15: ['/public/..%252fadmin%252fx', '/public/%252e%252e/admin/x', '/admin%252Fx'],
  case: ['/ADMIN/x', '/Admin/X', '/admin/x/', '/admin/X%20', '/admin/x%00', '/admin/x.', '/admin/x?'],
}

test('the one with the role passes, the one without is refused', async () => {
  for (const name of Object.keys(guards)) {
    assert.equal(await status('boss', `GET /${name}/admin/x`), 200, name)
    assert.equal(await status('ada', `GET /${name}/admin/x`), 403, name)
    assert.equal(await status('ada', `DELETE /${name}/admin/x`), 403, name)
    assert.equal(await status('ada', `GET /${name}/public/x`), 200, name)
    assert.equal(await status('', `GET /${name}/admin/x`), 401, name)
  }
})

for (const [id, paths] of Object.entries(variants)) {
  test(`${id}: no spelling of the path goes around the rule`, async () => {
    recorder.take()
    for (const name of Object.keys(guards))
      for (const path of paths) {
        for (const target of [`/${name}${path}`, `http://localhost/${name}${path}`, `//${name}${path}`]) {
          const found = await status('ada', `GET ${target}`)
          assert.ok([400, 403, 404, 405].includes(found), `${target} ${found}`)
        }
      }
    assert.deepEqual(recorder.take().requests, [])
  })
}

test('T16, T21, T22, T24: no header changes which operation it is, or who calls', async () => {
  recorder.take()
  for (const name of Object.keys(guards))
    for (const lines of [
      ['X-Original-URL: /public/x'],
      ['X-Rewrite-URL: /public/x'],
      ['X-Forwarded-Prefix: /public'],
      ['X-Envoy-Original-Path: /public/x'],
      ['X-HTTP-Method-Override: GET'],
      ['X-Role: manager', 'X-Role: admin'],
      ['X-Roles: user,manager'],
      ['X-Forwarded-For: 127.0.0.1', 'X-Forwarded-User: boss'],
      ['Host: localhost', 'X-Forwarded-Host: admin.example.com'],
      ['Host: LOCALHOST:443'],
      ['X-Caller-Token: eyJhbGciOiJub25lIn0.e30.'],
      ['X_API_Key: x'],
      [`X-API-Key: ${keys.get('boss')}`],
    ]) {
      const found = await status('ada', `DELETE /${name}/admin/x`, lines)
      assert.ok([400, 401, 403].includes(found), `${lines.join()} ${found}`)
    }
  assert.deepEqual(recorder.take().requests, [])
})

test('other methods, in whatever form, are not declared', async () => {
  for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS', 'get', 'GeT', 'TRACE', 'CONNECT', 'PROPFIND']) {
    const found = await status('ada', `${method} /roles/admin/x`)
    assert.ok([400, 405].includes(found), `${method} ${found}`)
  }
})
