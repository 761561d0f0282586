import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admin, call, type Headers, post, store, tokenOf } from './harness.test.ts'
import { routes } from './routes.ts'

const json: Headers = { authorization: `Bearer ${tokenOf.admin}`, 'content-type': 'application/json' }

test('a change is strict JSON, of its type, and never from a web page', async (context) => {
  const { server } = await admin(context)
  const { entries } = store.audit.verify()
  const bodies = routes.filter(({ takesBody }) => takesBody)
  assert.ok(bodies.length >= 8)
  for (const { path } of bodies) {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      '',
    ]) {
      const headers = { ...json, 'content-type': type }
      assert.equal((await call(server, 'POST', path, headers, '{}')).status, 400, `${path} ${type}`)
    }
    for (const body of ['', '{', '[]', 'null', '1', '{"unknown":1}', '{"id":"x","unknown":1}']) {
      const reply = await call(server, 'POST', path, json, body)
      assert.equal(reply.status, 400, `${path} ${body}`)
      assert.equal(typeof (JSON.parse(reply.body) as { detail: unknown }).detail, 'string')
    }
    const large = JSON.stringify({ text: 'x'.repeat(70_000) })
    assert.equal((await call(server, 'POST', path, json, large)).status, 413, path)
  }
  for (const { path } of routes.filter(({ method }) => method === 'POST')) {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:9901']) {
      const reply = await call(server, 'POST', path, { ...json, origin }, '{}')
      assert.deepEqual(
        [reply.status, /ADMIN_ORIGIN_REFUSED/.test(reply.body)],
        [403, true],
        `${path} ${origin}`,
      )
    }
  }
  assert.equal(store.audit.verify().entries, entries, 'nothing was changed')
})

test('a revocation is added, listed in pages, and taken back', async (context) => {
  const { server } = await admin(context)
  const asked = { kind: 'subject', value: 'ada', identity: 'partners', for: '30d', reason: 'left' }
  const added = await post(server, '/revocations', asked, 'operator')
  assert.equal(added.status, 201)
  const one = JSON.parse(added.body) as Record<string, unknown>
  assert.deepEqual([one['kind'], one['value'], one['reason']], ['subject', 'ada', 'left'])
  assert.ok(Math.abs(Date.parse(String(one['expires'])) - Date.now() - 30 * 86_400_000) < 10_000)
  for (let i = 0; i < 3; i++)
    assert.equal(
      (await post(server, '/revocations', { kind: 'token', value: `t${i}` }, 'operator')).status,
      201,
    )
  const headers: Headers = { authorization: `Bearer ${tokenOf.viewer}` }
  const page = JSON.parse((await call(server, 'GET', '/revocations?limit=3', headers)).body) as {
    revocations: { value: string }[]
    next: number
  }
  assert.deepEqual(
    page.revocations.map(({ value }) => value),
    ['t2', 't1', 't0'],
  )
  const rest = await call(server, 'GET', `/revocations?limit=3&before=${page.next}`, headers)
  assert.match(rest.body, /"value":"ada".*"next":null/)
  const { id } = one
  assert.equal((await post(server, '/revocations/remove', { id }, 'operator')).status, 200)
  assert.equal((await post(server, '/revocations/remove', { id }, 'operator')).status, 404)
  for (const body of [
    { ...asked, kind: 'everything' },
    { ...asked, identity: 'partner' },
    { ...asked, value: 'a\nb' },
    { ...asked, for: '-1d' },
    { ...asked, before: 'now' },
  ]) {
    const reply = await post(server, '/revocations', body, 'operator')
    assert.equal(reply.status, 400, JSON.stringify(body))
    if (body.identity === 'partner') assert.match(reply.body, /Did you mean `partners`/)
  }
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'before=x', 'limit=1&limit=2', 'x=1'])
    assert.equal((await call(server, 'GET', `/revocations?${query}`, headers)).status, 400, query)
})

test('who manages keys revokes tokens, and nothing wider', async (context) => {
  const { server } = await admin(context)
  const token = await post(server, '/revocations', { kind: 'token', value: 'leaked' }, 'key-manager')
  assert.equal(token.status, 201)
  for (const kind of ['subject', 'session', 'key']) {
    const reply = await post(server, '/revocations', { kind, value: 'wide' }, 'key-manager')
    assert.deepEqual([reply.status, /ADMIN_NOT_ALLOWED/.test(reply.body)], [403, true], kind)
  }
  const wide = JSON.parse(
    (await post(server, '/revocations', { kind: 'key', value: 'kid' }, 'operator')).body,
  )
  const remove = (id: unknown) => post(server, '/revocations/remove', { id }, 'key-manager')
  assert.equal((await remove((wide as { id: string }).id)).status, 403)
  assert.equal((await remove((JSON.parse(token.body) as { id: string }).id)).status, 200)
})

test('keys are issued for identities that are there', async (context) => {
  const { server } = await admin(context)
  const asked = { identity: 'partners', owner: 'Ada' }
  const made = await post(server, '/keys', asked, 'key-manager')
  assert.equal(made.status, 201)
  const { id } = JSON.parse(made.body) as { id: string }
  const wrong = await post(server, '/keys', { ...asked, identity: 'partner' }, 'key-manager')
  assert.deepEqual([wrong.status, /Did you mean `partners`/.test(wrong.body)], [400, true])
  assert.equal((await post(server, '/keys/revoke', { id }, 'key-manager')).status, 200)
  const [entry] = store.audit.page(1, null).entries
  assert.deepEqual(
    [entry?.actor, entry?.from, entry?.action, entry?.target],
    ['admin token key-manager', '127.0.0.1', 'keys.revoke', id],
  )
})

test('who manages keys makes no administrator of itself', async (context) => {
  const { server } = await admin(context)
  const asked = { identity: 'robots', owner: 'me', scopes: ['gateway:admin'] }
  const refused = await post(server, '/keys', asked, 'key-manager')
  assert.deepEqual([refused.status, /ADMIN_NOT_ALLOWED/.test(refused.body)], [403, true])
  const made = await post(server, '/keys', asked)
  assert.equal(made.status, 201)
  const { id } = JSON.parse(made.body) as { id: string }
  assert.equal((await post(server, '/keys/rotate', { id }, 'key-manager')).status, 403)
  assert.equal((await post(server, '/keys/revoke', { id }, 'key-manager')).status, 200)
})
