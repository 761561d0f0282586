import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BrowserJar, navigation } from '../support/browser-jar.ts'
import { type OidcRig, oidcRig } from './oidc-rig.ts'

const sameOrigin = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }

test('a person logs in, comes back to the page, keeps the session over a restart, and logs out', async (context) => {
  const rig = await oidcRig(context, { settings: { afterLogout: '/bye' } })
  const { origin, recorder, provider } = rig
  const jar = rig.jar()
  const page = await rig.logIn(jar, 'ada', '/orders?page=2')
  assert.equal(page.url, `${origin}/orders?page=2`)
  assert.equal(page.status, 200)
  assert.deepEqual([...jar.of('localhost').keys()], ['__Host-sallyport-staff'])
  const [request] = recorder.take().requests
  assert.equal(request?.target, '/orders?page=2')
  assert.ok(!JSON.stringify(request.fields).includes('__Host-sallyport'), 'the cookie stays at the gateway')

  assert.equal((await jar.send(`${origin}/orders`, { headers: sameOrigin })).status, 200)
  await rig.restart()
  assert.equal((await jar.send(`${origin}/orders`, { headers: sameOrigin })).status, 200)

  const cookie = jar.of('localhost').get('__Host-sallyport-staff')!
  const out = await jar.send(`${origin}/.sallyport/staff/logout`, {
    method: 'POST',
    body: '',
    headers: sameOrigin,
  })
  assert.equal(out.status, 303)
  const end = new URL(String(out.headers['location']))
  assert.equal(`${end.origin}${end.pathname}`, `${provider.issuer}/session/end`)
  assert.equal(end.searchParams.get('post_logout_redirect_uri'), `${origin}/bye`)
  assert.ok((end.searchParams.get('id_token_hint') ?? '').split('.').length === 3)
  assert.equal(jar.of('localhost').size, 0)
  jar.of('localhost').set('__Host-sallyport-staff', cookie)
  assert.equal((await jar.send(`${origin}/orders`, { headers: sameOrigin })).status, 401)

  const records = JSON.stringify(await rig.gateway.records(8))
  for (const secret of [cookie, ...provider.grants.filter((grant) => grant.length > 40)])
    assert.ok(!records.includes(secret), 'no credential is in a record')
})

test('programs are told 401 and where people log in, people are sent there', async (context) => {
  const rig = await oidcRig(context)
  const { origin } = rig
  const jar = rig.jar()
  const login = '/.sallyport/staff/login'
  const cases: readonly (readonly [number, Readonly<Record<string, string>>])[] = [
    [401, {}],
    [401, { accept: 'application/json' }],
    [401, { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }],
    [401, { accept: 'text/html', 'sec-fetch-mode': 'cors' }],
    [401, { accept: 'text/html', 'sec-fetch-mode': 'no-cors' }],
    [303, { accept: 'text/html' }],
    [303, navigation],
  ]
  for (const [status, headers] of cases) {
    const answer = await jar.send(`${origin}/orders?a=%26b`, { headers })
    assert.equal(answer.status, status, JSON.stringify(headers))
    if (status === 401)
      assert.equal(
        [answer.headers['www-authenticate'] ?? ''].flat()[0],
        `Session realm="api", login="${login}"`,
      )
    else assert.equal(answer.headers['location'], `${login}?return=%2Forders%3Fa%3D%2526b`)
  }
  assert.equal((await jar.send(`${origin}/orders`, { method: 'POST', headers: navigation })).status, 401)
  assert.equal(jar.of('localhost').size, 0, 'no cookie before the log-in itself')
})

test('no page of the identity leads to another host', async (context) => {
  const rig = await oidcRig(context)
  for (const to of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/%09/evil.example',
    '/%0d%0aset-cookie:a=b',
  ]) {
    const jar = rig.jar()
    const page = await rig.logIn(jar, 'ada', `/.sallyport/staff/login?return=${encodeURIComponent(to)}`)
    assert.equal(new URL(page.url).origin, rig.origin, to)
  }
})

test('T37: a callback without state, with another state or twice the same parameter is refused and harms nothing', async (context) => {
  const rig = await oidcRig(context)
  const { origin } = rig
  const callback = `${origin}/.sallyport/staff/callback`
  const jar = rig.jar()
  for (const query of [
    '',
    '?',
    '?code=x',
    '?state=',
    '?code=x&state=y',
    '?state=a&state=b',
    '?error=x&state=%25ff',
  ]) {
    const answer = await jar.send(`${callback}${query}`, { headers: navigation })
    assert.equal(answer.status, 400, query)
    assert.match(String(answer.headers['content-type']), /^text\/html/)
    assert.match(answer.body, /LOGIN_INVALID/)
  }
  const page = await rig.logIn(jar, 'ada')
  assert.equal(page.status, 200)
})

/** Begins a log-in and gives the address that the provider sends the browser back to, not followed. */
async function callbackFor(rig: OidcRig, jar: BrowserJar, account: string): Promise<string> {
  const asked = await jar.send(`${rig.origin}/orders`, { headers: navigation, follow: true })
  const picked = await jar.send(`${asked.url}?login=${account}`, { method: 'POST', body: '' })
  const resumed = await jar.send(new URL(String(picked.headers['location']), asked.url).href)
  return String(resumed.headers['location'])
}

test('log-in CSRF: the callback of one browser is nothing in another, and a replayed one is none', async (context) => {
  const rig = await oidcRig(context)
  const [attacker, victim] = [rig.jar(), rig.jar()]
  const callback = await callbackFor(rig, attacker, 'bob')
  assert.equal((await victim.send(callback, { headers: navigation })).status, 400)
  await callbackFor(rig, victim, 'ada')
  assert.equal(
    (await victim.send(callback, { headers: navigation })).status,
    400,
    'also beside a log-in of its own',
  )
  assert.equal(victim.of('localhost').has('__Host-sallyport-staff'), false)

  const before = new Map(attacker.of('localhost'))
  const first = await attacker.send(callback, { headers: navigation })
  assert.equal(first.status, 303)
  const session = attacker.of('localhost').get('__Host-sallyport-staff')
  attacker.cookies.set('localhost', before)
  const replayed = await attacker.send(callback, { headers: navigation })
  assert.equal(replayed.status, 403)
  assert.match(replayed.body, /LOGIN_REFUSED/)
  assert.notEqual(session, undefined)
})

test('log-ins in three tabs of one browser do not disturb each other, and a fourth takes the place of the oldest', async (context) => {
  const rig = await oidcRig(context)
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  const begin = async (): Promise<string> => {
    const started = await jar.send(`${rig.origin}/.sallyport/staff/login?return=/orders`)
    const answered = await jar.send(String(started.headers['location']))
    return String(answered.headers['location'])
  }
  const finish = async (callback: string): Promise<number> =>
    (await jar.send(callback, { headers: navigation })).status
  const tabs = [await begin(), await begin(), await begin()]
  assert.equal(jar.of('localhost').size, 4)
  for (const callback of tabs.toReversed()) assert.equal(await finish(callback), 303)
  assert.deepEqual([...jar.of('localhost').keys()], ['__Host-sallyport-staff'])

  const [oldest, ...others] = [await begin(), await begin(), await begin(), await begin()]
  assert.equal(jar.of('localhost').size, 4)
  for (const callback of others) assert.equal(await finish(callback), 303)
  assert.equal(await finish(oldest!), 400)
  assert.equal((await jar.send(`${rig.origin}/orders`, { headers: sameOrigin })).status, 200)
})

test('session fixation: a log-in makes another session, and ends the one that was there', async (context) => {
  const rig = await oidcRig(context)
  const { origin } = rig
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  const planted = jar.of('localhost').get('__Host-sallyport-staff')!
  const again = rig.jar()
  again.of('localhost').set('__Host-sallyport-staff', planted)
  const page = await rig.logIn(again, 'bob', '/.sallyport/staff/login?return=/orders')
  assert.equal(page.status, 200)
  assert.notEqual(again.of('localhost').get('__Host-sallyport-staff'), planted)
  assert.equal((await jar.send(`${origin}/orders`, { headers: sameOrigin })).status, 401)
})

test('T35, T36, T38, T41: forged, cut, foreign and doubled cookies prove nobody, and the next log-in works', async (context) => {
  const rig = await oidcRig(context, { identities: ['staff', 'people'] })
  const { origin } = rig
  const jar = rig.jar()
  await rig.logIn(jar, 'ada', '/.sallyport/staff/login?return=/orders')
  const name = '__Host-sallyport-staff'
  const real = jar.of('localhost').get(name)!
  const header = Buffer.from('{"alg":"none"}').toString('base64url')
  const forged = [
    '',
    'x',
    real.slice(0, -1),
    real.slice(0, 43),
    `${real}A`,
    `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`,
    'A'.repeat(64),
    `${header}.${Buffer.from('{"sub":"ada"}').toString('base64url')}.`,
    'x'.repeat(4000),
    '"%00;',
  ]
  const other = rig.jar()
  const ask = async (cookie: string, headers = sameOrigin): Promise<number> =>
    (await other.send(`${origin}/orders`, { headers: { ...headers, cookie } })).status
  for (const value of forged) assert.equal(await ask(`${name}=${value}`), 401, value)
  assert.equal(await ask(`${name}=${real}; ${name}=${real}`), 401, 'doubled')
  assert.equal(await ask(`${name}=${real}; ${name}=x`), 401, 'doubled, one of them forged')
  assert.equal(await ask(`__Host-sallyport-people=${real}`), 401, 'the cookie of another identity')
  assert.equal(await ask(`x${name}=${real}`), 401)
  assert.equal(await ask(`a=b; ${name}=${real}; c=d`), 200)
  // Left-over cookies lead to a new log-in, never to a lock-out.
  for (const [index, value] of forged.entries()) {
    const fresh = rig.jar()
    const own = fresh.of('localhost')
    own.set(name, value)
    for (const slot of [1, 2, 3]) own.set(`${name}~${slot}`, value)
    const account = ['ada', 'bob', 'manager'][index % 3]!
    const page = await rig.logIn(fresh, account, '/.sallyport/staff/login?return=/orders')
    assert.equal(page.status, 200, value)
  }
})

test('csrf: what another site makes a browser send in the name of its visitor is refused', async (context) => {
  const rig = await oidcRig(context)
  const { origin, recorder } = rig
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  recorder.take()
  const post = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await jar.send(`${origin}/orders`, { method: 'POST', body: 'a=b', headers })).status
  const refused: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'anything', origin },
    { 'sec-fetch-site': 'cross-site', origin },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://localhost' },
    { origin: origin.replace('https', 'http') },
    { origin: `${origin}.evil.example` },
    { referer: 'https://evil.example/' },
    { referer: `https://evil.example/?${origin}/` },
    { 'x-csrf-token': 'x' },
  ]
  for (const headers of refused) assert.equal(await post(headers), 403, JSON.stringify(headers))
  assert.deepEqual(recorder.take().requests, [], 'nothing reached the service')
  const passed = [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin },
    { referer: `${origin}/a` },
  ]
  for (const headers of passed) assert.equal(await post(headers), 200, JSON.stringify(headers))
  assert.equal(
    (await jar.send(`${origin}/orders`, { headers: { 'sec-fetch-site': 'cross-site' } })).status,
    200,
  )

  const given = await jar.send(`${origin}/orders`, { headers: { 'x-csrf-token': 'fetch' } })
  const token = String(given.headers['x-csrf-token'])
  assert.match(token, /^[\w-]{43}$/)
  assert.equal(given.headers['cache-control'], 'no-store')
  assert.equal(await post({ 'x-csrf-token': token }), 200)
  assert.equal(await post({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' }), 403)
  const bob = rig.jar()
  await rig.logIn(bob, 'bob')
  const ofBob = String(
    (await bob.send(`${origin}/orders`, { headers: { 'x-csrf-token': 'fetch' } })).headers['x-csrf-token'],
  )
  assert.notEqual(ofBob, token)
  assert.equal(await post({ 'x-csrf-token': ofBob }), 403)
})
