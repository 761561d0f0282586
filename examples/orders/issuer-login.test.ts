import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { createIssuer } from './issuer.ts'

const client = { id: 'browser', secret: 'a secret of the test alone' }
const issuerServer = createServer()
const application = createServer()
let [address, app] = ['', '']
let logoutToken: Promise<string> | undefined

before(async () => {
  address = await listen(issuerServer)
  app = await listen(application)
  logoutToken = once(application, 'request').then(async ([request, response]) => {
    const body = await text(request)
    response.end()
    return new URLSearchParams(body).get('logout_token') ?? ''
  })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { listener } = createIssuer(address, {
    key: privateKey.export({ format: 'jwk' }),
    life: 600,
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${app}/callback`],
        post_logout_redirect_uris: [`${app}/bye`],
        backchannel_logout_uri: `${app}/backchannel`,
        backchannel_logout_session_required: true,
      },
    ],
  })
  issuerServer.on('request', listener)
})
after(() => {
  for (const server of [issuerServer, application]) server.close().closeAllConnections()
})

test('a browser logs in with code and PKCE, refreshes, and logs out everywhere', async () => {
  const browser = new Browser()
  const verifier = randomBytes(32).toString('base64url')
  const login = await browser.follow(authorization({ code_challenge: challengeOf(verifier) }))
  assert.match(login.html, /<button formaction="\?login=ada">/)
  const unknown = await browser.follow(`${login.url}?login=mallory`, new URLSearchParams())
  assert.match(unknown.html, /formaction="\?login=ada"/, 'whoever is unknown is asked again')
  const back = await browser.follow(`${login.url}?login=manager`, new URLSearchParams())
  assert.ok(back.url.startsWith(`${app}/callback?`), back.url)
  const query = new URL(back.url).searchParams
  assert.deepEqual([query.get('state'), query.get('iss')], ['s1', address])

  const code = { grant_type: 'authorization_code', code: query.get('code')!, redirect_uri: `${app}/callback` }
  const tokens = await tokenRequest({ ...code, code_verifier: verifier })
  const id = await verify(tokens.id_token, client.id)
  assert.deepEqual([id.sub, id['nonce'], id['roles']], ['manager', 'n1', ['manager']])
  const access = await verify(tokens.access_token, 'orders')
  assert.deepEqual(
    [access.sub, access['client_id'], access['scope'], access['roles']],
    ['manager', client.id, 'orders:read', ['manager']],
  )

  const refresh = { grant_type: 'refresh_token' }
  const renewed = await tokenRequest({ ...refresh, refresh_token: tokens.refresh_token })
  assert.equal((await verify(renewed.access_token, 'orders')).sub, 'manager')
  assert.notEqual(renewed.refresh_token, tokens.refresh_token)

  const end = new URL(`${address}/session/end`)
  end.search = String(
    new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${app}/bye`,
      state: 's2',
    }),
  )
  const question = await browser.follow(end.href)
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(question.html) ?? []
  const left = await browser.follow(
    `${address}/session/end/confirm`,
    new URLSearchParams({ xsrf, logout: 'yes' }),
  )
  assert.equal(left.url, `${app}/bye?state=s2`)
  const told = await verify((await logoutToken) ?? '', client.id)
  assert.deepEqual([told.sub, told['sid']], ['manager', id['sid']])
  assert.deepEqual(await refused({ ...refresh, refresh_token: renewed.refresh_token }), 'invalid_grant')

  const again = await browser.follow(authorization({ code_challenge: challengeOf(verifier) }))
  assert.match(again.html, /<button formaction="\?login=ada">/, 'the session at the provider has ended')
})

test('a log-in for `openid` alone gets a token for the userinfo endpoint', async () => {
  const browser = new Browser()
  const login = await browser.follow(
    authorization({ code_challenge: challengeOf('v'.repeat(43)), scope: 'openid' }),
  )
  const back = await browser.follow(`${login.url}?login=bob`, new URLSearchParams())
  const tokens = await tokenRequest({
    grant_type: 'authorization_code',
    code: new URL(back.url).searchParams.get('code')!,
    redirect_uri: `${app}/callback`,
    code_verifier: 'v'.repeat(43),
  })
  const response = await fetch(`${address}/me`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  assert.deepEqual(await response.json(), { sub: 'bob' })
})

test('no code without PKCE, and none by a log-in of another browser', async () => {
  const browser = new Browser()
  const without = await browser.follow(authorization({}))
  assert.equal(new URL(without.url).searchParams.get('error'), 'invalid_request')
  const login = await browser.follow(authorization({ code_challenge: challengeOf('v') }))
  const stolen = await new Browser().follow(`${login.url}?login=ada`, new URLSearchParams())
  assert.match(stolen.html, /This log-in is over/)
})

/** A browser as far as a log-in needs one: cookies and redirects. Stops at the application's addresses. */
class Browser {
  readonly #cookies = new Map<string, string>()

  async follow(url: string, form?: URLSearchParams): Promise<{ url: string; html: string }> {
    for (;;) {
      if (url.startsWith(app)) return { url, html: '' }
      const response = await fetch(url, {
        method: form === undefined ? 'GET' : 'POST',
        headers: { Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        body: form ?? null,
        redirect: 'manual',
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        this.#cookies.set(name, value)
      }
      const location = response.headers.get('location')
      if (location === null) return { url, html: await response.text() }
      url = new URL(location, url).href
      form = undefined
    }
  }
}

interface Tokens {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token: string
}

function authorization(extra: Record<string, string>): string {
  const parameters = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: `${app}/callback`,
    scope: 'openid orders:read',
    state: 's1',
    nonce: 'n1',
    ...(extra['code_challenge'] === undefined ? {} : { code_challenge_method: 'S256' }),
    ...extra,
  }
  return `${address}/auth?${new URLSearchParams(parameters)}`
}

async function tokenRequest(body: Record<string, string>): Promise<Tokens> {
  const response = await post(body)
  assert.equal(response.status, 200, JSON.stringify(await response.clone().json()))
  return (await response.json()) as Tokens
}

async function refused(body: Record<string, string>): Promise<string> {
  const response = await post(body)
  assert.equal(response.status, 400)
  return ((await response.json()) as { error: string }).error
}

async function post(body: Record<string, string>): Promise<Response> {
  const credentials = Buffer.from(`${client.id}:${encodeURIComponent(client.secret)}`).toString('base64')
  return await fetch(`${address}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams(body),
  })
}

async function verify(token: string, audience: string): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${address}/jwks`))
  return (await jwtVerify(token, keys, { issuer: address, audience, algorithms: ['ES256'] })).payload
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  assert.ok(typeof bound === 'object' && bound !== null)
  return `http://127.0.0.1:${bound.port}`
}
