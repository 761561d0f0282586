import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admin, call, type Headers, raw, token, withToken } from './harness.test.ts'
import { routes } from './routes.ts'

test('every route of the table but the health checks and public keys answers 401 without its token (T52, T55)', async (context) => {
  const { server, seen } = await admin(context)
  const credentials: Headers[] = [
    {},
    { authorization: 'Bearer ' },
    { authorization: 'Bearer wrong' },
    { authorization: token },
    { authorization: `Basic ${Buffer.from(`admin:${token}`).toString('base64')}` },
    { authorization: `Bearer ${token} x` },
    { authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    {
      cookie: `token=${token}`,
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1',
    },
  ]
  assert.ok(routes.length >= 18)
  const walk = async (route: (typeof routes)[number]): Promise<void> => {
    const replies = await Promise.all(
      credentials.map((headers) => call(server, route.method, route.path, headers)),
    )
    for (const reply of replies) {
      assert.equal(reply.status, route.needs === 'open' ? 200 : 401, route.path)
      if (route.needs === 'open') continue
      assert.equal(reply.headers['www-authenticate'], 'Bearer realm="sallyport admin"')
      assert.equal((JSON.parse(reply.body) as { code: string }).code, 'ADMIN_TOKEN_REQUIRED')
    }
  }
  // Three at a time: one address holds 32 connections at most.
  for (let at = 0; at < routes.length; at += 3) await Promise.all(routes.slice(at, at + 3).map(walk))
  assert.deepEqual(
    routes.filter(({ needs }) => needs === 'open').map(({ path }) => path),
    ['/healthz', '/readyz', '/.well-known/jwks.json'],
  )
  assert.equal(seen.refusals, (routes.length - 3) * credentials.length)
  assert.equal(seen.reloads, 0)
  assert.equal((await call(server, 'GET', `/status?access_token=${token}`)).status, 401)
})

test('what is not in the table is 401 without the token, 404 or 405 with it', async (context) => {
  const { server } = await admin(context, { openMetricsTo: ['127.0.0.0/8'] })
  const undeclared: [string, string][] = [
    ['GET', '/'],
    ['GET', '/status/'],
    ['GET', '/metrics/../status'],
    ['GET', '/metrics/'],
    ['GET', '//metrics'],
    ['GET', '/metrics%2f..%2fstatus'],
    ['GET', '/%73tatus'],
    ['GET', '/STATUS'],
    ['GET', '/healthz/../status'],
    ['GET', '/status;x'],
    ['GET', '/metrics\\..\\status'],
    ['OPTIONS', '*'],
    ['GET', 'http://127.0.0.1/healthz'],
  ]
  for (const [method, path] of undeclared) {
    assert.equal((await call(server, method, path)).status, 401, path)
    assert.equal((await call(server, method, path, withToken)).status, 404, path)
  }
  assert.equal((await call(server, 'GET', '/reload')).status, 401)
  const wrong = await call(server, 'GET', '/reload', withToken)
  assert.equal(wrong.status, 405)
  assert.equal(wrong.headers['allow'], 'POST')
  assert.equal((await call(server, 'DELETE', '/status', withToken)).headers['allow'], 'GET, HEAD')
  assert.equal((await call(server, 'POST', '/healthz')).status, 401)
})

test('metrics are open to listed networks by the address of the socket only', async (context) => {
  const elsewhere = await admin(context, { openMetricsTo: ['192.0.2.0/24'] })
  for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-client-ip', 'true-client-ip']) {
    const value = header === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1'
    assert.equal((await call(elsewhere.server, 'GET', '/metrics', { [header]: value })).status, 401)
  }
  assert.equal((await call(elsewhere.server, 'GET', '/metrics', withToken)).body, '# HELP a b\n')
  const here = await admin(context, { openMetricsTo: ['127.0.0.1'] })
  const reply = await call(here.server, 'GET', '/metrics')
  assert.equal(reply.status, 200)
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal((await call(here.server, 'GET', '/status')).status, 401)
})

test('the Host decides: loopback, the address asked and the configured one, nothing else (DNS rebinding)', async (context) => {
  const { server } = await admin(context)
  const port = server.address.port
  for (const host of [
    'localhost',
    `localhost:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port}`,
    '127.9.9.9',
    '[::1]:9901',
    'LOCALHOST',
  ]) {
    assert.equal((await call(server, 'GET', '/status', { ...withToken, host })).status, 200, host)
  }
  const foreign = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    'localhost.',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '127.1',
    '2130706433',
    '0x7f.1',
    '[::2]',
    '127.0.0.1@evil',
    '127.0.0.1:80:80',
    ' ',
    'localhost:x',
  ]
  for (const host of foreign) {
    for (const path of ['/status', '/healthz', '/metrics']) {
      const reply = await call(server, 'GET', path, { ...withToken, host })
      assert.equal(reply.status, 421, host)
      assert.equal((JSON.parse(reply.body) as { code: string }).code, 'ADMIN_HOST_REFUSED')
    }
  }
  assert.match(await raw(server, 'GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 421 /)
  assert.match(
    await raw(server, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n'),
    /^HTTP\/1\.1 4(00|21) /,
  )
  const named = await admin(context, { address: { host: 'localhost', port: 0 } })
  assert.equal((await call(named.server, 'GET', '/healthz')).status, 200)
})

test('a wrong token waits, so that guessing is slow; a right one does not', async (context) => {
  const { server } = await admin(context)
  const timed = async (headers: Headers): Promise<number> => {
    const start = performance.now()
    await call(server, 'GET', '/status', headers)
    return performance.now() - start
  }
  assert.ok((await timed({ authorization: 'Bearer guess' })) >= 190)
  const right = [await timed(withToken), await timed(withToken), await timed(withToken)]
  assert.ok(Math.min(...right) < 190)
})
