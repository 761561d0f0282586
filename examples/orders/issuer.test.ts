import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { ClientFile } from './issuer-files.ts'
import { startIssuer } from './issuer-process.ts'

const root = mkdtempSync(join(tmpdir(), 'issuer-'))
const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true })
})

test('it is an OpenID provider with key set, client credentials and three token files', async () => {
  const folder = join(root, 'provider')
  const issuer = await start(folder, 600)
  const { address } = issuer
  const metadata = await getJson(`${address}/.well-known/openid-configuration`)
  assert.equal(metadata['issuer'], address)
  assert.equal(metadata['jwks_uri'], `${address}/jwks`)
  assert.equal(readFileSync(join(folder, 'issuer'), 'utf8'), `${address}\n`)

  const { keys } = (await getJson(`${address}/jwks`)) as { keys: Record<string, unknown>[] }
  assert.deepEqual(
    keys.map(({ kty, crv, alg, use, d }) => ({ kty, crv, alg, use, d })),
    [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', d: undefined }],
  )

  const client = readClient(folder)
  assert.equal(client.tokenEndpoint, metadata['token_endpoint'])
  const own = await verify(address, await grant(client))
  assert.equal(own.sub, client.clientId)
  assert.equal(own['client_id'], client.clientId)
  assert.equal(own['scope'], 'orders:read orders:write', 'all scopes unless some are asked for')
  assert.equal(own['roles'], undefined)
  assert.equal(own.exp! - own.iat!, 600)
  assert.equal((await verify(address, await grant(client, { scope: 'orders:read' })))['scope'], 'orders:read')

  const wrong = await post(client.tokenEndpoint, { ...client, clientSecret: 'x' }, grantType)
  assert.equal(wrong.status, 401)
  const elsewhere = await post(client.tokenEndpoint, client, { ...grantType, resource: 'urn:orders:other' })
  assert.equal(((await elsewhere.json()) as { error: string }).error, 'invalid_target')

  const seen = new Set<string>()
  for (const name of ['ada', 'bob', 'manager']) {
    const claims = await verify(address, readToken(folder, name))
    assert.equal(claims.sub, name)
    assert.equal(claims['scope'], 'orders:read orders:write')
    assert.deepEqual(claims['roles'], name === 'manager' ? ['manager'] : undefined)
    assert.equal(claims.exp! - claims.iat!, 600)
    seen.add(claims.jti!)
  }
  assert.equal(seen.size, 3)

  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(folder, 'tokens')).mode & 0o777, 0o700)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  assert.deepEqual(files.map((file) => file.name).sort(), [
    'ada.jwt',
    'bob.jwt',
    'browser-client-secret',
    'client.json',
    'issuer',
    'issuer.key',
    'manager.jwt',
  ])
  for (const file of files)
    assert.equal(statSync(join(file.parentPath, file.name)).mode & 0o777, 0o600, file.name)
  assert.equal(await issuer.end(), '', 'it prints nothing')
})

test('opaque tokens are introspected and revoked, signed ones are refused there', async () => {
  const folder = join(root, 'introspection')
  const { address, end } = await start(folder, 600)
  const client = readClient(folder)
  const introspect = async (token: string): Promise<Record<string, unknown>> => {
    const response = await post(`${address}/token/introspection`, client, { token })
    return (await response.json()) as Record<string, unknown>
  }
  const token = await grant(client, { resource: 'urn:orders:opaque', scope: 'orders:read' })
  assert.doesNotMatch(token, /\./)
  const { active, aud, scope, client_id, iss } = await introspect(token)
  assert.deepEqual(
    [active, aud, scope, client_id, iss],
    [true, 'orders', 'orders:read', client.clientId, address],
  )

  assert.equal((await post(`${address}/token/revocation`, client, { token })).status, 200)
  assert.deepEqual(await introspect(token), { active: false })
  assert.deepEqual(await introspect('nonsense'), { active: false })
  assert.equal((await introspect(readToken(folder, 'ada')))['error'], 'unsupported_token_type')
  const stranger = await post(`${address}/token/introspection`, { ...client, clientSecret: 'x' }, { token })
  assert.equal(stranger.status, 401)
  assert.equal(await end(), '', 'it prints nothing')
})

test('a restart keeps the key and the secrets and makes the tokens anew', async () => {
  const folder = join(root, 'restart')
  const first = await start(folder, 600)
  const old = { client: readClient(folder), secret: readSecret(folder), token: readToken(folder, 'ada') }
  await first.end()
  const { address, end } = await start(folder, 600, first.port)
  assert.deepEqual(readClient(folder), old.client)
  assert.equal(readSecret(folder), old.secret)
  assert.notEqual(readToken(folder, 'ada'), old.token)
  assert.equal((await verify(address, old.token)).sub, 'ada', 'a token of the first run is still good')
  await end()
})

test('tokens are made anew when they are half spent', async () => {
  const folder = join(root, 'renewal')
  const { address, end } = await start(folder, 4)
  const names = ['ada', 'bob', 'manager']
  const old = names.map((name) => readToken(folder, name))
  const before = await Promise.all(old.map((token) => verify(address, token)))
  const deadline = Date.now() + 3500
  while (names.some((name, index) => readToken(folder, name) === old[index])) {
    assert.ok(Date.now() < deadline, 'the tokens were not renewed in time')
    await sleep(50)
    for (const name of names) await verify(address, readToken(folder, name))
  }
  for (const [index, name] of names.entries()) {
    const renewed = await verify(address, readToken(folder, name))
    assert.notEqual(renewed.jti, before[index]!.jti)
    assert.ok(renewed.iat! - before[index]!.iat! >= 2)
  }
  await end()
})

test('a taken port is one sentence, and the files of whoever holds it stay', async () => {
  const folder = join(root, 'taken')
  const { port, end } = await start(folder, 600)
  const [client, token] = [readClient(folder), readToken(folder, 'ada')]
  await assert.rejects(startIssuer(folder, port), {
    message: `The demo's identity provider cannot go on: port ${port} is taken: end what listens there.`,
  })
  assert.deepEqual([readClient(folder), readToken(folder, 'ada')], [client, token])
  await end()
})

test('it ends with its parent, also when that is killed, and while it still starts', async () => {
  const program = `
    const { startIssuer } = await import(process.argv[1])
    console.log('starting')
    await startIssuer(process.argv[2], Number(process.argv[3]))
    console.log('started')
    setInterval(() => {}, 1000)`
  const module = join(import.meta.dirname, 'issuer-process.ts')
  for (const moment of ['starting', 'started']) {
    const [folder, port] = [join(root, `killed-${moment}`), await freePort()]
    const parent = spawn(
      process.execPath,
      ['--input-type=module', '-e', program, module, folder, String(port)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.add(parent)
    for await (const text of parent.stdout.setEncoding('utf8')) {
      if (String(text).includes(`${moment}\n`)) break
    }
    if (moment === 'started') assert.ok((await fetch(`http://127.0.0.1:${port}/jwks`)).ok)
    // Time to fork, and less than the provider needs to load.
    else await sleep(60)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await sleep(moment === 'started' ? 200 : 600)
    await assert.rejects(fetch(`http://127.0.0.1:${port}/jwks`), `nothing listens: killed when ${moment}`)
  }
})

interface Running {
  readonly address: string
  readonly port: number
  /** Ends it as the demo does. Gives all that it printed. */
  end(): Promise<string>
}

async function start(folder: string, life: number, port?: number): Promise<Running> {
  port ??= await freePort()
  const child = fork(join(import.meta.dirname, 'issuer.ts'), [folder, String(port), String(life)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  })
  children.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const [message] = (await once(child, 'message')) as [unknown]
  assert.equal(message, 'listening')
  return {
    address: `http://127.0.0.1:${port}`,
    port,
    end: async () => {
      const closed = [child.stdout, child.stderr].map((stream) => once(stream!, 'close'))
      child.disconnect()
      await Promise.all([once(child, 'exit'), ...closed])
      return printed
    },
  }
}

const grantType = { grant_type: 'client_credentials' }

/** An access token by client credentials. */
async function grant(client: ClientFile, parameters: Record<string, string> = {}): Promise<string> {
  const response = await post(client.tokenEndpoint, client, { ...grantType, ...parameters })
  assert.equal(response.status, 200)
  const body = (await response.json()) as { access_token: string; token_type: string; expires_in: number }
  assert.deepEqual([body.token_type, body.expires_in], ['Bearer', 600])
  return body.access_token
}

async function post(url: string, client: ClientFile, body: Record<string, string>): Promise<Response> {
  const credentials = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
  return await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams(body),
  })
}

/** The claims of a signed access token for the order API. */
async function verify(address: string, token: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${address}/jwks`)), {
    issuer: address,
    audience: 'orders',
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['sub', 'jti', 'iat', 'exp', 'client_id'],
  })
  assert.equal(payload.aud, 'orders', 'a plain string')
  return payload
}

async function getJson(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>
}

function readClient(folder: string): ClientFile {
  return JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8')) as ClientFile
}

function readSecret(folder: string): string {
  const text = readFileSync(join(folder, 'browser-client-secret'), 'utf8')
  assert.match(text, /^[\w-]{43}\n$/)
  return text.trim()
}

function readToken(folder: string, name: string): string {
  const text = readFileSync(join(folder, 'tokens', `${name}.jwt`), 'utf8')
  assert.match(text, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  return text.trim()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
