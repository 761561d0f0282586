import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/store/store.ts'
import { sallyport } from '../process/command.ts'
import { type BrowserJar, navigation } from '../support/browser-jar.ts'
import { type OidcRig, oidcRig } from './oidc-rig.ts'

const sameOrigin = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }

const statusOf = async (rig: OidcRig, jar: BrowserJar): Promise<number> =>
  (await jar.send(`${rig.origin}/orders`, { headers: sameOrigin })).status

/** Milliseconds until the session of the browser is over. */
async function overAfter(rig: OidcRig, jar: BrowserJar): Promise<number> {
  const began = performance.now()
  while ((await statusOf(rig, jar)) !== 401) {
    assert.ok(performance.now() - began < 5000, 'it is still alive')
    await sleep(20)
  }
  return performance.now() - began
}

test('tokens are renewed once for all who wait, a refusal ends the session, an outage does not', async (context) => {
  const rig = await oidcRig(context, { life: 2 })
  const { provider } = rig
  const renewals = (): string[] => provider.grants.filter((grant) => grant.startsWith('refresh_token'))
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  for (const round of [1, 2]) {
    await sleep(2050)
    const all = await Promise.all(Array.from({ length: 10 }, () => statusOf(rig, jar)))
    assert.deepEqual(new Set(all), new Set([200]))
    assert.equal(renewals().length, round, 'each rotated token is used once')
  }
  provider.broken = 503
  await sleep(2050)
  assert.equal(await statusOf(rig, jar), 200, 'a provider in trouble ends no session')
  provider.broken = null

  const other = rig.jar()
  await rig.logIn(other, 'bob')
  await provider.refreshToken!.destroy()
  await sleep(2050)
  assert.equal(await statusOf(rig, other), 401)
  assert.equal(renewals().at(-1), 'refresh_token refused')
})

test('a log-out at the provider ends the session here, by its back channel', async (context) => {
  const rig = await oidcRig(context)
  const { provider, origin } = rig
  const [jar, other] = [rig.jar(), rig.jar()]
  await rig.logIn(jar, 'ada')
  await rig.logIn(other, 'ada')
  const ask = await jar.send(`${provider.issuer}/session/end?client_id=${provider.clientId}`, {
    headers: navigation,
  })
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(ask.body)?.[1]
  assert.ok(xsrf !== undefined)
  await jar.send(`${provider.issuer}/session/end/confirm`, {
    method: 'POST',
    body: `xsrf=${xsrf}&logout=yes`,
  })
  const ms = await overAfter(rig, jar)
  assert.ok(ms < 1000, `${ms} ms`)
  assert.equal(await statusOf(rig, other), 200, 'the same person elsewhere stays logged in')
  assert.equal((await jar.send(`${origin}/orders`, { headers: navigation })).status, 303)
})

test('a log-out token counts once, and only by all rules of Back-Channel Logout §2.6', async (context) => {
  const rig = await oidcRig(context)
  const { provider, origin } = rig
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const now = Math.floor(Date.now() / 1000)
  const right = { sub: 'ada', jti: 'one', events }
  const tell = async (token: string): Promise<number> =>
    (
      await jar.send(`${origin}/.sallyport/staff/backchannel-logout`, {
        method: 'POST',
        body: `logout_token=${token}`,
      })
    ).status
  const typ = 'logout+jwt'
  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>])[] =
    [
      [{ ...right, nonce: 'n' }, { typ }],
      [{ ...right, events: undefined }, { typ }],
      [{ ...right, events: {} }, { typ }],
      [{ ...right, events: [Object.keys(events)[0]] }, { typ }],
      [
        { ...right, events: { ...events, 'http://schemas.openid.net/event/backchannel-logout': 'x' } },
        { typ },
      ],
      [{ ...right, aud: 'another' }, { typ }],
      [{ ...right, iss: 'https://evil.example' }, { typ }],
      [{ ...right, iat: now - 7200, exp: now - 3600 }, { typ }],
      [{ ...right, iat: now + 3600, exp: now + 3700 }, { typ }],
      [{ ...right, exp: now + 86_400 }, { typ }],
      [{ ...right, iat: undefined }, { typ }],
      [{ ...right, jti: undefined }, { typ }],
      [{ ...right, sub: undefined }, { typ }],
      [{ ...right, sub: undefined, sid: 7 }, { typ }],
      [right, { typ: 'at+jwt' }],
      [right, { typ: 'dpop+jwt' }],
    ]
  for (const [claims, header] of wrong)
    assert.equal(await tell(await provider.sign(claims, header)), 400, JSON.stringify([claims, header]))
  const token = await provider.sign(right, { typ })
  const cut = token.slice(0, -6)
  for (const text of ['', 'x', cut, `${cut}AAAAAA`, token.replace(/\.[^.]*$/, '.')])
    assert.equal(await tell(text), 400, text)
  assert.equal(await tell(`${token}&logout_token=${token}`), 400)
  assert.equal(await statusOf(rig, jar), 200, 'none of them ended anything')

  assert.equal(await tell(await provider.sign({ ...right, jti: 'two', sub: 'bob' }, { typ })), 200)
  assert.equal(await statusOf(rig, jar), 200, 'that of another person neither')
  assert.equal(await tell(token), 200)
  assert.ok((await overAfter(rig, jar)) < 1000)
  await rig.logIn(jar, 'ada')
  assert.equal(await tell(token), 400, 'a replay')
  assert.equal(await statusOf(rig, jar), 200)
})

test('a front-channel log-out ends the session that it names, and no other', async (context) => {
  const rig = await oidcRig(context)
  const { provider, origin } = rig
  const [jar, leaving] = [rig.jar(), rig.jar()]
  await rig.logIn(jar, 'ada')
  await rig.logIn(leaving, 'ada')
  const sid = await providerSession(rig, leaving)
  await rig.logIn(leaving, 'ada')
  const page = `${origin}/.sallyport/staff/frontchannel-logout`
  const stranger = rig.jar()
  const iss = encodeURIComponent(provider.issuer)
  for (const query of [
    '',
    `?iss=${iss}`,
    `?sid=${sid}`,
    `?iss=https://evil.example&sid=${sid}`,
    `?iss=${iss}&sid=${sid}&sid=x`,
  ])
    assert.equal((await stranger.send(`${page}${query}`)).status, 400, query)
  assert.equal((await stranger.send(`${page}?iss=${iss}&sid=another`)).status, 200)
  assert.equal(await statusOf(rig, leaving), 200)
  const framed = await stranger.send(`${page}?iss=${iss}&sid=${sid}`)
  assert.equal(
    framed.headers['content-security-policy'],
    `default-src 'none'; frame-ancestors ${provider.issuer}`,
  )
  assert.ok((await overAfter(rig, leaving)) < 1000)
  assert.equal(await statusOf(rig, jar), 200)
})

/** The provider's name of the browser's session there, from the hint of a log-out. */
async function providerSession(rig: OidcRig, jar: BrowserJar): Promise<string> {
  const out = await jar.send(`${rig.origin}/.sallyport/staff/logout`, {
    method: 'POST',
    body: '',
    headers: sameOrigin,
  })
  const hint = new URL(String(out.headers['location'])).searchParams.get('id_token_hint') ?? ''
  const claims = JSON.parse(Buffer.from(hint.split('.')[1]!, 'base64url').toString()) as { sid: string }
  return claims.sid
}

test('whoever was revoked is out within a second, and does not come back in, nor go in circles', async (context) => {
  const rig = await oidcRig(context)
  const [jar, other] = [rig.jar(), rig.jar()]
  await rig.logIn(jar, 'ada')
  await rig.logIn(other, 'bob')
  assert.equal(await statusOf(rig, jar), 200)
  const store = openStore(join(rig.gateway.folder, 'data'))
  store.revocations.add(
    { name: 'a test', from: null },
    { kind: 'subject', value: 'ada', identity: 'staff', before: Math.floor(Date.now() / 1000) + 3600 },
  )
  store.close()
  const ms = await overAfter(rig, jar)
  assert.ok(ms < 1000, `${ms} ms`)
  assert.equal(await statusOf(rig, other), 200)
  const back = await rig.logIn(jar, 'ada')
  assert.equal(back.status, 403)
  assert.match(back.body, /LOGIN_REFUSED/)
})

test('services get the access token only where that is asked for, and never the one of the client', async (context) => {
  for (const forwardToken of [false, true]) {
    const rig = await oidcRig(context, { settings: { forwardToken } })
    const jar = rig.jar()
    await rig.logIn(jar, 'ada')
    rig.recorder.take()
    await jar.send(`${rig.origin}/orders`, { headers: { ...sameOrigin, authorization: 'Bearer forged' } })
    const [request] = rig.recorder.take().requests
    const sent = request?.fields
      .filter(([name]) => name.toLowerCase() === 'authorization')
      .map(([, value]) => value)
    if (forwardToken) assert.match(String(sent), /^Bearer [\w.-]{20,}$/)
    else
      assert.deepEqual(
        sent,
        ['Bearer forged'],
        'no credential of this identity, so the affair of the service',
      )
    assert.notEqual(forwardToken && String(sent), 'Bearer forged')
  }
})

test('people choose between several providers, and a left-over session at one does not lock them out of the other', async (context) => {
  const rig = await oidcRig(context, { identities: ['staff', 'customers'] })
  const { origin } = rig
  const jar = rig.jar()
  const choice = await jar.send(`${origin}/orders?a=%22b`, { headers: navigation })
  assert.equal(choice.status, 200)
  assert.equal(
    choice.headers['content-security-policy'],
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  )
  const links = [...choice.body.matchAll(/href="([^"]+)">(\w+)</g)].map(([, href, name]) => [name, href])
  const to = encodeURIComponent('/orders?a=%22b')
  assert.deepEqual(links, [
    ['staff', `/.sallyport/staff/login?return=${to}`],
    ['customers', `/.sallyport/customers/login?return=${to}`],
  ])
  assert.equal((await rig.logIn(jar, 'ada', '/.sallyport/staff/login?return=/orders')).status, 200)
  await providerSession(rig, jar)
  jar.of('localhost').set('__Host-sallyport-staff', 'x'.repeat(64))
  assert.equal(await statusOf(rig, jar), 401)
  assert.equal((await rig.logIn(jar, 'ada', '/.sallyport/customers/login?return=/orders')).status, 200)
  assert.equal(await statusOf(rig, jar), 200)
})

test('a public client logs in by PKCE alone', async (context) => {
  const rig = await oidcRig(context, {
    client: { token_endpoint_auth_method: 'none', client_secret: undefined },
    settings: { clientSecret: undefined },
  })
  assert.equal((await rig.logIn(rig.jar(), 'ada')).status, 200)
})

test('without the provider nobody logs in, and once it is back everybody does', async (context) => {
  const rig = await oidcRig(context)
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  rig.provider.broken = 500
  await rig.restart()
  const page = await rig.jar().send(`${rig.origin}/.sallyport/staff/login`, { headers: navigation })
  assert.equal(page.status, 503)
  assert.match(page.body, /PROVIDER_UNAVAILABLE/)
  assert.equal(await statusOf(rig, jar), 200, 'who is in stays in')
  rig.provider.broken = null
  await sleep(2500)
  assert.equal((await rig.logIn(rig.jar(), 'bob')).status, 200)
})

test('an end is known to all data threads within a second', async (context) => {
  const rig = await oidcRig(context, { gateway: { dataThreads: 2 } })
  const jar = rig.jar()
  await rig.logIn(jar, 'ada')
  const cookie = jar.of('localhost').get('__Host-sallyport-staff')!
  const jars = Array.from({ length: 12 }, () => rig.jar())
  for (const one of jars) one.of('localhost').set('__Host-sallyport-staff', cookie)
  assert.deepEqual(new Set(await Promise.all(jars.map((one) => statusOf(rig, one)))), new Set([200]))
  await providerSession(rig, jar)
  const times = await Promise.all(jars.map((one) => overAfter(rig, one)))
  assert.ok(Math.max(...times) < 1000, `${Math.max(...times)} ms`)
  context.diagnostic(`the last thread knew after ${Math.round(Math.max(...times))} ms`)
})

test('whoami judges a session without using it up, and tells no token', async (context) => {
  const rig = await oidcRig(context, { life: 2 })
  const { provider, gateway } = rig
  const jar = rig.jar()
  await rig.logIn(jar, 'manager')
  const cookie = jar.of('localhost').get('__Host-sallyport-staff')!
  const judge = async (value: string): ReturnType<typeof sallyport> =>
    await sallyport(gateway.folder, [
      'whoami',
      '--config',
      'sallyport.json',
      '--data',
      join(gateway.folder, 'data'),
      '--identity',
      'staff',
      '-H',
      `Cookie: __Host-sallyport-staff=${value}`,
    ])
  await sleep(2050)
  const proven = await judge(cookie)
  assert.equal(proven.code, 0, proven.stderr + proven.stdout)
  assert.match(proven.stdout, /proven/)
  assert.match(proven.stdout, /caller staff\/manager/)
  assert.ok(!provider.grants.includes('refresh_token'), 'looking renews nothing')
  assert.ok(!`${proven.stdout}${proven.stderr}`.includes(cookie.slice(0, 20)))
  const unknown = await judge('x'.repeat(64))
  assert.equal(unknown.code, 1)
  assert.match(unknown.stdout, /SESSION_ENDED[\s\S]*The cookie was not made by this gateway/)
  assert.equal(await statusOf(rig, jar), 200, 'the session goes on')
})
