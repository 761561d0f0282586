import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { openStore } from '../../src/store/store.ts'
import { get, type Reply } from './client.ts'
import { sallyport } from './command.ts'
import { GatewayProcess, type ProcessOptions } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

async function started(context: TestContext, options: ProcessOptions = {}): Promise<GatewayProcess> {
  const upstream = await startUpstream(context)
  return GatewayProcess.start(context, upstream.port, options)
}

/** What of a gateway these tests need. */
type Running = Pick<GatewayProcess, 'folder' | 'file' | 'port' | 'ca'>

/** Starts it anew on the same folder, after it was killed. */
async function restarted(context: TestContext, { folder, file, port, ca }: GatewayProcess): Promise<Running> {
  const main = join(import.meta.dirname, '../../src/main.ts')
  const child = spawn(process.execPath, [main, 'start', '-c', file], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  context.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  for await (const text of child.stderr) if (/ operations?\b/.test(String(text))) break
  return { folder, file, port, ca }
}

/** Runs a command on the gateway's own configuration; it must succeed. */
async function run(gateway: Running, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sallyport(gateway.folder, [...args, '-c', gateway.file])
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

interface Key {
  readonly id: string
  readonly key: string
}

async function newKey(gateway: Running, identity = 'partners'): Promise<Key> {
  return JSON.parse(await run(gateway, 'keys', 'create', identity, '--owner', 'Ada', '--json')) as Key
}

const ask = (gateway: Running, key: string): Promise<Reply> =>
  get({ port: gateway.port, ca: gateway.ca }, '/private', false, { 'X-API-Key': key })

/** Waits until the key gets this status, from every thread: the kernel spreads fresh connections. */
async function all(gateway: Running, key: string, status: number, ms: number): Promise<void> {
  const end = performance.now() + ms
  for (let same = 0; same < 16; ) {
    same = (await ask(gateway, key)).status === status ? same + 1 : 0
    if (same === 0) {
      assert.ok(performance.now() < end, `not ${status} within ${ms} ms`)
      await sleep(10)
    }
  }
}

function post(gateway: GatewayProcess, path: string, body: unknown, headers: object): Promise<Response> {
  return fetch(`http://127.0.0.1:${gateway.adminPort}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

function tokenOf(gateway: GatewayProcess): { authorization: string } {
  return { authorization: `Bearer ${readFileSync(join(gateway.data, 'admin-token'), 'utf8').trim()}` }
}

test('a revocation holds on all threads within a second, by command and by the API, and over a kill', async (context) => {
  const gateway = await started(context)
  const one = await newKey(gateway)
  const two = await newKey(gateway)
  await all(gateway, one.key, 200, 2000)
  const revocation = await run(
    gateway,
    'revoke',
    'subject',
    one.id,
    '--identity',
    'partners',
    '--reason',
    'test',
  )
  await all(gateway, one.key, 401, 1000)
  await all(gateway, two.key, 200, 1000)
  const added = await post(gateway, '/revocations', { kind: 'subject', value: two.id }, tokenOf(gateway))
  assert.equal(added.status, 201)
  await all(gateway, two.key, 401, 1000)
  gateway.child.kill('SIGKILL')
  await gateway.exited
  const again = await restarted(context, gateway)
  await all(again, one.key, 401, 1000)
  await all(again, two.key, 401, 1000)
  await run(again, 'revocations', 'remove', revocation)
  await all(again, one.key, 200, 1000)
  await all(again, two.key, 401, 1000)
})

test('admin tokens and callers of an identity work by their roles, and the log tells who did what', async (context) => {
  const gateway = await started(context)
  const ada = await newKey(gateway)
  const bob = await newKey(gateway)
  await all(gateway, bob.key, 200, 2000)
  gateway.configure({
    admin: {
      address: `127.0.0.1:${gateway.adminPort}`,
      callers: [{ identity: 'partners', role: 'operator', callers: [ada.id] }],
    },
  })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  const asAda = { 'x-api-key': ada.key }
  const whoami = await fetch(`http://127.0.0.1:${gateway.adminPort}/whoami`, { headers: asAda })
  const { name, role } = (await whoami.json()) as Record<string, unknown>
  assert.deepEqual([name, role], [`partners/${ada.id}`, 'operator'])
  const status = async (path: string, headers: Record<string, string>): Promise<number> =>
    (await fetch(`http://127.0.0.1:${gateway.adminPort}${path}`, { headers })).status
  assert.equal(await status('/status', asAda), 200)
  assert.equal(await status('/audit', asAda), 403)
  assert.equal(await status('/status', { 'x-api-key': bob.key }), 403)
  assert.equal(await status('/status', { 'x-api-key': `${ada.key}x` }), 401)
  assert.equal(await status('/status', { 'x-api-key': ada.key, 'x-forwarded-for': '10.0.0.1' }), 200)
  assert.equal((await post(gateway, '/reload', {}, { ...asAda, origin: 'http://127.0.0.1' })).status, 403)
  assert.equal((await post(gateway, '/reload', {}, asAda)).status, 200)
  // What is revoked for traffic is revoked here.
  assert.equal((await post(gateway, '/revocations', { kind: 'subject', value: ada.id }, asAda)).status, 201)
  assert.equal(await status('/status', asAda), 401)

  const token = await run(gateway, 'admin-token', 'create', 'ci', '--role', 'viewer')
  const asCi = { authorization: `Bearer ${token}` }
  assert.equal(await status('/status', asCi), 200)
  assert.equal((await post(gateway, '/reload', {}, asCi)).status, 403)
  const [, id] = /(adm_\S+) /.exec(await run(gateway, 'admin-token', 'list'))!
  await run(gateway, 'admin-token', 'revoke', id!)
  assert.equal(await status('/status', asCi), 401)

  gateway.configure({ nonsense: 1 })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 422)
  gateway.configure({ nonsense: undefined })
  gateway.child.kill('SIGHUP')
  await gateway.says('by SIGHUP')
  assert.deepEqual(await gateway.end(), { code: 0, signal: null })

  const store = openStore(gateway.data)
  context.after(() => store.close())
  assert.equal(store.audit.verify().ok, true)
  const entries = [...store.audit.entries()].map((entry) => {
    const { actor, action, detail } = entry!
    return [action, actor, detail['outcome'] ?? detail['attempts'] ?? null]
  })
  const user = `command line (user ${process.getuid?.()})`
  assert.deepEqual(entries, [
    ['admin-tokens.replace', 'gateway', null],
    ['gateway.start', 'gateway', null],
    ['keys.create', user, null],
    ['keys.create', user, null],
    ['gateway.reload', 'admin token admin', 'applied'],
    ['admin.refused', `partners/${ada.id}`, 1],
    ['gateway.reload', `partners/${ada.id}`, 'applied'],
    ['revocations.add', `partners/${ada.id}`, null],
    ['admin-tokens.create', user, null],
    ['admin-tokens.revoke', user, null],
    ['gateway.reload', 'admin token admin', 'refused'],
    ['gateway.reload', 'gateway', 'applied'],
    ['admin.refused', 'unknown', 5],
    ['gateway.stop', 'gateway', null],
  ])
  const log = readFileSync(store.audit.path, 'utf8') + gateway.stderr + gateway.stdout
  for (const secret of [ada.key, bob.key, token, tokenOf(gateway).authorization.slice(7)])
    assert.ok(!log.includes(secret))
})

test('administrators log in with tokens of an issuer, by role, scope and name', async (context) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
  const gateway = await started(context)
  const issuer = 'https://id.example.com'
  gateway.configure({
    identities: {
      ...(gateway.configuration['identities'] as object),
      staff: {
        type: 'jwt',
        issuer,
        audience: 'gateway',
        algorithms: ['ES256'],
        keys: { inline: { keys: [key] } },
      },
    },
    admin: {
      address: `127.0.0.1:${gateway.adminPort}`,
      callers: [
        { identity: 'staff', role: 'admin', callers: ['root'] },
        { identity: 'staff', role: 'operator', roles: ['platform-ops'] },
        { identity: 'staff', role: 'viewer', scopes: ['gateway:read'] },
      ],
    },
  })
  assert.equal((await gateway.admin('/reload', 'POST')).status, 200)
  const tokenWith = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ sub: 'ada', jti: 'j1', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(String(claims['aud'] ?? 'gateway'))
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
  const whoami = async (token: string): Promise<[number, unknown, unknown]> => {
    const reply = await fetch(`http://127.0.0.1:${gateway.adminPort}/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { name, role } = (await reply.json()) as Record<string, unknown>
    return [reply.status, name, role]
  }
  const ops = await tokenWith({ roles: ['platform-ops', 'x'], scope: 'gateway:read' })
  assert.deepEqual(await whoami(ops), [200, 'staff/ada', 'operator'])
  assert.deepEqual(await whoami(await tokenWith({ sub: 'root' })), [200, 'staff/root', 'admin'])
  assert.deepEqual(await whoami(await tokenWith({ scope: 'gateway:read' })), [200, 'staff/ada', 'viewer'])
  for (const claims of [{}, { roles: ['admin'] }, { scope: 'gateway:readx' }, { role: 'operator' }])
    assert.deepEqual((await whoami(await tokenWith(claims)))[0], 403, JSON.stringify(claims))
  assert.equal((await whoami(`${ops.slice(0, -4)}AAAA`))[0], 401)
  await run(gateway, 'revoke', 'token', 'j1', '--identity', 'staff')
  await sleep(300)
  assert.equal((await whoami(ops))[0], 401)
  // Clients learn the code alone; the audit log and the log of the process have who it was, and why.
  assert.equal((await whoami(await tokenWith({ aud: 'orders', jti: 'j2' })))[0], 401)
  await gateway.end()
  const store = openStore(gateway.data)
  context.after(() => store.close())
  const [first, others] = [...store.audit.entries()].filter((entry) => entry?.action === 'admin.refused')
  assert.deepEqual(
    [first?.actor, first?.detail['reason']],
    ['staff/ada', 'no rule of `admin.callers` gives a role'],
  )
  for (const reason of [
    /^no rule of `admin\.callers` gives a role \(3\); /,
    /TOKEN_INVALID: The claim "aud" is "orders"/,
    /TOKEN_INVALID: .*signature/,
    /TOKEN_REVOKED: the token was revoked/,
  ])
    assert.match(String(others?.detail['reason']), reason)
  assert.match(gateway.stderr, /admin-refused.*staff\/ada/)
})

test('a rule for an identity that is not there is refused with the nearest word', async (context) => {
  const gateway = await started(context)
  for (const [rule, message] of [
    [{ identity: 'partner', role: 'viewer', roles: ['x'] }, /no identity named `partner`[\s\S]*`partners`/],
    [{ identity: 'partners', role: 'wiever', roles: ['x'] }, /viewer/],
    [{ identity: 'partners', role: 'viewer' }, /says of no caller whom it means/],
    [{ identity: 'partners', role: 'viewer', roles: ['x'], callers: ['y'] }, /says twice whom it means/],
    [{ identity: 'partners', role: 'viewer', roles: [] }, /the list is empty/],
  ] as const) {
    gateway.configure({ admin: { address: `127.0.0.1:${gateway.adminPort}`, callers: [rule] } })
    const reply = await gateway.admin('/reload', 'POST')
    assert.equal(reply.status, 422, JSON.stringify(rule))
    assert.match(JSON.stringify(await reply.json()).replaceAll('\\n', ' '), message)
  }
  assert.equal((await gateway.admin('/status')).status, 200)
})
