import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { accessToken, ask, oidcDouble, rightHash } from './oidc-double.ts'
import { signingKey, type TokenParts } from './token-maker.ts'

const now = Math.floor(Date.now() / 1000)

/** Changes of a right ID token, and what the record says of them. */
const wrong: readonly (readonly [TokenParts, RegExp])[] = [
  [{ claims: { nonce: undefined } }, /"nonce"/],
  [{ claims: { nonce: 'another' } }, /"nonce"/],
  [{ claims: { nonce: ['n'] } }, /"nonce"/],
  [{ claims: { iss: undefined } }, /"iss" is absent/],
  [{ claims: { iss: 'https://evil.example' } }, /"iss" is "https:\/\/evil.example"/],
  [{ claims: { aud: undefined } }, /"aud" is absent/],
  [{ claims: { aud: 'another' } }, /"aud" is "another"/],
  [{ claims: { aud: [] } }, /"aud"/],
  [{ claims: { aud: ['another', 'third'] } }, /"aud"/],
  [{ claims: { aud: ['orders-web', 'another'] } }, /"azp"/],
  [{ claims: { aud: ['orders-web', 'another'], azp: 'another' } }, /"azp"/],
  [{ claims: { azp: 'another' } }, /"azp"/],
  [{ claims: { azp: 7 } }, /"azp"/],
  [{ claims: { sub: undefined } }, /"sub" is absent/],
  [{ claims: { sub: '' } }, /"sub"/],
  [{ claims: { sub: 7 } }, /"sub"/],
  [{ claims: { sub: 'a'.repeat(256) } }, /"sub" is too long/],
  [{ claims: { exp: undefined } }, /"exp" is absent/],
  [{ claims: { exp: now - 60 } }, /"exp" lies/],
  [{ claims: { exp: '9999999999' } }, /"exp"/],
  [{ claims: { iat: undefined } }, /"iat" is absent/],
  [{ claims: { iat: now + 600, exp: now + 900 } }, /"iat" lies/],
  [{ claims: { nbf: now + 600 } }, /"nbf" lies/],
  [{ claims: { at_hash: 'another' } }, /"at_hash"/],
  [{ claims: { at_hash: null } }, /"at_hash"/],
  [{ header: { alg: 'none' } }, /"alg" is "none"/],
  [{ header: { alg: 'HS256' } }, /"alg" is "HS256"/],
  [{ header: { typ: 'at+jwt' } }, /another purpose/],
  [{ header: { typ: 'logout+jwt' } }, /another purpose/],
  [{ header: { kid: 'two' } }, /"kid" "two"/],
  [{ header: { crit: ['x'], x: 1 } }, /extension|"crit"/],
]

test('an ID token is taken by all rules of OpenID Connect Core §3.1.3.7, and by no fewer', async (context) => {
  const double = await oidcDouble(context)
  for (const [parts, reason] of wrong) {
    const answer = await double.logIn({ id_token: double.idToken(parts) })
    assert.equal(answer.kind, 'refused', JSON.stringify(parts))
    assert.match(answer.kind === 'refused' ? answer.reason : '', reason, JSON.stringify(parts))
  }
  const forged = await double.logIn({ id_token: double.idToken({}, signingKey('one')) })
  assert.equal(forged.kind, 'refused')
  const right: readonly TokenParts[] = [
    {},
    { claims: { aud: ['orders-web'] } },
    { claims: { aud: ['orders-web', 'another'], azp: 'orders-web' } },
    { claims: { at_hash: rightHash } },
    { header: { typ: undefined } },
    { claims: { exp: now - 10 } },
  ]
  for (const parts of right) {
    const answer = await double.logIn({ id_token: double.idToken(parts) })
    assert.equal(answer.kind, 'in', JSON.stringify([parts, answer]))
  }
})

test('an answer of the token endpoint that is none by RFC 6749 gives no session', async (context) => {
  const double = await oidcDouble(context)
  const bad: readonly Readonly<Record<string, unknown>>[] = [
    { id_token: undefined },
    { id_token: '' },
    { id_token: 7 },
    { id_token: 'a b' },
    { access_token: undefined },
    { access_token: 'a\nb' },
    { token_type: undefined },
    { token_type: 'mac' },
    { refresh_token: { a: 1 } },
  ]
  for (const change of bad) assert.notEqual((await double.logIn(change)).kind, 'in', JSON.stringify(change))
  const statuses: readonly (readonly [number, unknown, string])[] = [
    [400, { error: 'invalid_grant' }, 'refused'],
    [401, { error: 'invalid_client' }, 'unavailable'],
    [400, {}, 'unavailable'],
    [500, 'x', 'unavailable'],
    [302, {}, 'unavailable'],
    [200, [], 'unavailable'],
    [200, 'x', 'unavailable'],
  ]
  for (const [index, [status, body, kind]] of statuses.entries()) {
    double.answer = { status, body }
    const answer = await ask(double, null, `a state of its own ${index}`)
    assert.equal(answer.kind, kind, JSON.stringify([status, body]))
  }
})

test('the code goes with its verifier, and the secret of the client as the provider takes it', async (context) => {
  const basic = await oidcDouble(context)
  await basic.logIn()
  const { authorization, ...form } = basic.asked.at(-1)!
  assert.deepEqual(form, {
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: 'https://api.example.com/.sallyport/staff/callback',
    code_verifier: 'the-verifier',
  })
  const [name, secret] = Buffer.from(authorization!.slice(6), 'base64').toString().split(':')
  assert.deepEqual([name, secret], ['orders-web', 'a%2Bb%25c'])

  const post = await oidcDouble(
    context,
    {},
    { token_endpoint_auth_methods_supported: ['client_secret_post'] },
  )
  await post.logIn()
  const { client_id, client_secret, authorization: none } = post.asked.at(-1)!
  assert.deepEqual([client_id, client_secret, none], ['orders-web', 'a+b%c', undefined])

  const open = await oidcDouble(context, { clientSecret: undefined })
  await open.logIn()
  const { client_id: id, client_secret: noSecret } = open.asked.at(-1)!
  assert.deepEqual([id, noSecret], ['orders-web', undefined])
})

test('metadata that name another issuer, or lead into clear text, are not used', async (context) => {
  for (const metadata of [
    { issuer: 'https://evil.example' },
    { token_endpoint: 'ftp://x' },
    { authorization_endpoint: 7 },
  ]) {
    const double = await oidcDouble(context, {}, metadata)
    assert.equal(double.published.at(-1)?.provider, null, JSON.stringify(metadata))
    assert.equal((await double.logIn()).kind, 'unavailable')
  }
})

test('a state counts once, and the eleventh log-in of a person within a minute is a loop', async (context) => {
  const double = await oidcDouble(context)
  await double.logIn()
  assert.equal((await ask(double, null, 'state 1')).kind, 'refused')
  for (let count = 2; count <= 10; count++) assert.equal((await double.logIn()).kind, 'in', String(count))
  assert.equal((await double.logIn()).kind, 'loop')
  const other = await double.logIn({ id_token: double.idToken({ claims: { sub: 'bob' } }) })
  assert.equal(other.kind, 'in')
})

test('a session ends when it is not used, and at its absolute end however much it is', async (context) => {
  const double = await oidcDouble(context, { session: { idle: '10m', absolute: '1h' } })
  const [idle, used] = [await double.logIn(), await double.logIn()]
  assert.ok(idle.kind === 'in' && used.kind === 'in')
  const began = Date.now()
  mock.timers.enable({ apis: ['Date'], now: began })
  context.after(() => mock.timers.reset())
  for (let minutes = 0; minutes < 59; minutes += 5) {
    mock.timers.setTime(began + minutes * 60_000)
    const found = await double.session(used.secret)
    assert.ok(found.kind === 'session' && found.holdsUntil <= began + 3600_000, String(minutes))
    if (minutes === 10) assert.equal((await double.session(idle.secret)).kind, 'none')
  }
  mock.timers.setTime(began + 3600_000 + 1000)
  assert.equal((await double.session(used.secret)).kind, 'none')
  const ended = double.published.at(-1)!.ended.length
  await sleep(120)
  assert.ok(double.published.at(-1)!.ended.length >= ended)
  assert.deepEqual(
    new Set(double.published.at(-1)!.ended),
    new Set([idle.session.id, used.session.id]),
    'the data halves are told',
  )
})

test('a renewal may not turn one person into another, and a new ID token changes the roles', async (context) => {
  for (const [claims, kind] of [
    [{ sub: 'ada', roles: ['manager'] }, 'session'],
    [{ sub: 'bob' }, 'none'],
    [{ sub: 'ada', aud: 'another' }, 'none'],
  ] as const) {
    const double = await oidcDouble(context)
    const begun = await double.logIn({ refresh_token: 'first', expires_in: 1 })
    assert.ok(begun.kind === 'in')
    await sleep(1100)
    double.answer = {
      body: {
        access_token: accessToken,
        token_type: 'Bearer',
        refresh_token: 'second',
        expires_in: 600,
        id_token: double.idToken({ claims: { nonce: undefined, ...claims } }),
      },
    }
    const found = await double.session(begun.secret)
    assert.equal(found.kind, kind, JSON.stringify(claims))
    assert.equal(double.asked.at(-1)!['refresh_token'], 'first')
    if (found.kind === 'session') assert.deepEqual(JSON.parse(found.claims).roles, ['manager'])
  }
})

test('logging in ends the session that the browser had, and no secret is told', async (context) => {
  const double = await oidcDouble(context)
  const first = await double.logIn()
  assert.ok(first.kind === 'in')
  const second = await double.logIn({}, first.secret)
  assert.ok(second.kind === 'in' && second.secret !== first.secret)
  assert.equal((await double.session(first.secret)).kind, 'none')
  assert.equal((await double.session(second.secret)).kind, 'session')
  await sleep(80)
  assert.deepEqual(double.published.at(-1)!.ended, [first.session.id])
  const told = JSON.stringify([double.control.status(), double.published])
  for (const secret of [first.secret, second.secret, accessToken, 'a+b%c']) assert.ok(!told.includes(secret))
})

test('as long as the tokens count, nobody waits for new ones, and many who ask make one call', async (context) => {
  const double = await oidcDouble(context)
  const begun = await double.logIn({ refresh_token: 'first', expires_in: 100 })
  assert.ok(begun.kind === 'in')
  const before = double.asked.length
  double.answer = {
    body: { access_token: accessToken, token_type: 'Bearer', refresh_token: 'second', expires_in: 100 },
  }
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 79_000 })
  context.after(() => mock.timers.reset())
  assert.equal((await double.session(begun.secret)).kind, 'session')
  assert.equal(double.asked.length, before, 'it is not time yet')
  mock.timers.tick(3000)
  const all = await Promise.all(Array.from({ length: 20 }, () => double.session(begun.secret)))
  assert.ok(all.every(({ kind }) => kind === 'session'))
  assert.equal(double.asked.length, before, 'answered before the call was')
  for (let tries = 0; double.asked.length === before && tries < 100; tries++) await sleep(10)
  await sleep(50)
  assert.equal(double.asked.length, before + 1)
  mock.timers.tick(50_000)
  assert.equal((await double.session(begun.secret)).kind, 'session')
  assert.equal(double.asked.length, before + 1, 'the new ones last')

  double.answer = { status: 400, body: { error: 'invalid_grant' } }
  mock.timers.tick(60_000)
  assert.equal((await double.session(begun.secret)).kind, 'none')
  assert.equal(double.asked.at(-1)!['refresh_token'], 'second')
})
