import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codes } from '../codes.ts'
import { type AdminRole, adminRoles } from '../store/admin-roles.ts'
import { admin, call, type Headers, post, store, tokenOf } from './harness.test.ts'
import { permissionsOf } from './permissions.ts'
import { routes } from './routes.ts'

/** Written out, so that no change of a table opens a route unseen. Each role may what stands here and nothing else. */
const allowed: Readonly<Record<AdminRole, readonly string[]>> = {
  viewer: [
    'GET /explain',
    'GET /grants',
    'GET /keys',
    'GET /metrics',
    'GET /revocations',
    'GET /status',
    'GET /undeclared',
    'GET /whoami',
  ],
  operator: [
    'GET /explain',
    'GET /grants',
    'GET /keys',
    'GET /metrics',
    'GET /revocations',
    'GET /status',
    'GET /undeclared',
    'GET /whoami',
    'POST /reload',
    'POST /revocations',
    'POST /revocations/remove',
  ],
  'key-manager': [
    'GET /keys',
    'GET /revocations',
    'GET /whoami',
    'POST /keys',
    'POST /keys/leaked',
    'POST /keys/revoke',
    'POST /keys/rotate',
    'POST /revocations',
    'POST /revocations/remove',
  ],
  admin: routes.filter(({ needs }) => needs !== 'open').map(({ method, path }) => `${method} ${path}`),
}

test('each role passes the guard of exactly its routes, over the whole table (T17, T52–T56)', async (context) => {
  const { server, seen } = await admin(context)
  let refused = 0
  for (const role of adminRoles) {
    const passed: string[] = []
    for (const { method, path } of routes) {
      const reply = await call(server, method, path, { authorization: `Bearer ${tokenOf[role]}` })
      assert.notEqual(reply.status, 401, `${role} ${path}`)
      if (reply.status !== 403) passed.push(`${method} ${path}`)
      else {
        refused++
        assert.match(reply.body, /"code":"ADMIN_NOT_ALLOWED"/)
      }
    }
    const mine = passed.filter((one) => !/\/(healthz|readyz|jwks\.json)$/.test(one))
    assert.deepEqual(mine.toSorted(), allowed[role].toSorted(), role)
  }
  assert.equal(seen.refusals, refused)
  assert.equal(seen.reloads, 2)
  assert.deepEqual(Object.keys(permissionsOf).toSorted(), adminRoles.toSorted())
})

test('whoami says who asks', async (context) => {
  const { server } = await admin(context)
  const headers: Headers = { authorization: `Bearer ${tokenOf['key-manager']}` }
  const reply = await call(server, 'GET', '/whoami', headers)
  assert.deepEqual(JSON.parse(reply.body), {
    name: 'admin token key-manager',
    role: 'key-manager',
    permissions: permissionsOf['key-manager'],
  })
})

test('a caller of an identity gets the role of its rule, 403 without one, 401 when wrong', async (context) => {
  const { server, seen } = await admin(context)
  seen.identified = { kind: 'caller', name: 'staff/ada', role: 'operator' }
  assert.match((await call(server, 'GET', '/whoami')).body, /"name":"staff\/ada","role":"operator"/)
  assert.equal((await call(server, 'POST', '/reload')).status, 200)
  assert.equal((await call(server, 'GET', '/audit')).status, 403)
  seen.identified = { kind: 'caller', name: 'staff/bob', role: null }
  for (const path of ['/whoami', '/status', '/metrics', '/none']) {
    const reply = await call(server, 'GET', path)
    assert.deepEqual([reply.status, /ADMIN_NOT_ALLOWED/.test(reply.body)], [403, true], path)
    assert.equal(seen.refusal?.caller, 'staff/bob')
  }
  const reason = 'TOKEN_INVALID: The audience is "another".'
  seen.identified = { kind: 'wrong', reason }
  const wrong = await call(server, 'GET', '/status')
  assert.deepEqual(
    [wrong.status, wrong.body.includes('audience')],
    [401, false],
    'clients learn the code alone',
  )
  assert.deepEqual(seen.refusal, { address: '127.0.0.1', caller: null, reason })
  seen.identified = { kind: 'refused', code: codes.POLICY_FAILED, reason: 'it broke' }
  assert.equal((await call(server, 'GET', '/status')).status, 500)
  assert.equal(seen.refusal?.reason, 'it broke')
  // A right admin token is judged by itself.
  seen.identified = { kind: 'wrong', reason }
  const headers: Headers = { authorization: `Bearer ${tokenOf.viewer}` }
  assert.equal((await call(server, 'GET', '/status', headers)).status, 200)
})

test('an admin token is issued, holds at once, and ends at once; it is told once', async (context) => {
  const { server } = await admin(context)
  const made = await post(server, '/admin-tokens', { name: 'ci', role: 'viewer', expires: '1d' })
  assert.equal(made.status, 201)
  const { id, token } = JSON.parse(made.body) as { id: string; token: string }
  const headers: Headers = { authorization: `Bearer ${token}` }
  assert.equal((await call(server, 'GET', '/status', headers)).status, 200)
  const listed = await call(server, 'GET', '/admin-tokens', { authorization: `Bearer ${tokenOf.admin}` })
  const one = (JSON.parse(listed.body) as { adminTokens: Record<string, unknown>[] }).adminTokens.find(
    (each) => each['id'] === id,
  )
  assert.deepEqual([one?.['name'], one?.['role'], one?.['revoked']], ['ci', 'viewer', null])
  assert.ok(one?.['lastUsed'] !== null && one?.['expires'] !== null)
  assert.ok(!listed.body.includes(token))
  assert.equal((await post(server, '/admin-tokens/revoke', { id })).status, 200)
  assert.equal((await call(server, 'GET', '/status', headers)).status, 401)
  assert.equal((await post(server, '/admin-tokens/revoke', { id })).status, 404)
  const audit = await call(server, 'GET', '/audit?limit=2', { authorization: `Bearer ${tokenOf.admin}` })
  const { entries } = JSON.parse(audit.body) as { entries: Record<string, unknown>[] }
  assert.deepEqual(
    entries.map(({ actor, from, action, target }) => [actor, from, action, target]),
    [
      ['admin token admin', '127.0.0.1', 'admin-tokens.revoke', id],
      ['admin token admin', '127.0.0.1', 'admin-tokens.create', id],
    ],
  )
  assert.ok(!audit.body.includes(token))
  for (const body of [
    { name: 'x', role: 'root' },
    { name: 'x', role: 'ADMIN' },
    { name: 'x', role: '%61dmin' },
    { name: 'x', role: ['admin'] },
    { name: '', role: 'viewer' },
    { name: 'x', role: 'viewer', expires: '0s' },
    { name: 'x', role: 'viewer', expires: 90 },
    { name: 'x', role: 'viewer', expires: '9999d' },
    { name: 'x', role: 'viewer', expires: '2020-01-01' },
  ])
    assert.equal((await post(server, '/admin-tokens', body)).status, 400, JSON.stringify(body))
})

test('an expired admin token is refused', async (context) => {
  const { server } = await admin(context)
  const expires = new Date(Date.now() + 60)
  const { token } = store.adminTokens.create(
    { name: 'test', from: null },
    { name: 'x', role: 'viewer', expires },
  )
  const headers: Headers = { authorization: `Bearer ${token}` }
  assert.equal((await call(server, 'GET', '/status', headers)).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 80))
  assert.equal((await call(server, 'GET', '/status', headers)).status, 401)
})
