import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/test-gateway.ts'
import { get } from './client.ts'
import { sallyport } from './command.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

const secret = 'canary-value-4711'

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A configuration with a secret in it, one open operation and one closed one. */
async function configured(context: TestContext): Promise<string> {
  const folder = temporary(context)
  const port = await freePort()
  writeFileSync(
    join(folder, 'sallyport.yaml'),
    `listeners:
  public: { address: "127.0.0.1:${port}", tls: { local: [localhost] } }
services:
  orders: { targets: ["http://127.0.0.1:1"] }
identities:
  partners: { type: api-key, header: X-API-Key }
apis:
  orders:
    service: orders
    authenticate: [partners]
    authorize: any-authenticated-caller
    headers: { request: { set: { X-Upstream-Key: "$\{env:UPSTREAM_KEY}" } } }
    routes:
      "GET /orders": {}
      "GET /status": { anonymous: "a status page" }
`,
  )
  return folder
}

const env = { UPSTREAM_KEY: secret }

test('--version, help with examples, and what is not understood', async (context) => {
  const folder = temporary(context)
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  assert.deepEqual(await sallyport(folder, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
  for (const command of ['', 'init', 'start', 'check', 'explain', 'keys', 'completion']) {
    const { code, stdout, stderr } = await sallyport(folder, [
      ...command.split(' ').filter(Boolean),
      '--help',
    ])
    assert.deepEqual([code, stderr], [0, ''], command)
    assert.match(stdout, /\nExamples:\n {2}\S/, command)
  }
  const wrong: readonly [args: string[], sentence: RegExp][] = [
    [['stat'], /unknown command 'stat'.*start/s],
    [['check', '--fromat', 'json'], /unknown option '--fromat'.*--format/s],
    [['check', '--format', 'xml'], /text, json/],
    [['explain', 'GET'], /Write a method and a path/],
    [['keys', 'create', '--owner', 'ada'], /missing required argument 'identity'/],
    [['completion', 'tcsh'], /bash, zsh, fish/],
    [['start', 'extra'], /too many arguments/],
  ]
  for (const [args, sentence] of wrong) {
    const { code, stdout, stderr } = await sallyport(folder, args)
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
    assert.equal(stdout, '', args.join(' '))
    assert.match(stderr, sentence)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

test('check: 0 fine, 1 findings, 2 unusable, as text and as JSON', async (context) => {
  const folder = await configured(context)
  const fine = await sallyport(folder, ['check'], env)
  assert.equal(fine.code, 0, fine.stdout + fine.stderr)
  assert.match(fine.stdout, /^Operations: 2, open to everybody: 1\n/)
  const json = JSON.parse((await sallyport(folder, ['check', '--format', 'json'], env)).stdout) as Record<
    string,
    unknown
  >
  assert.equal(json['usable'], true)
  assert.equal((json['opens'] as unknown[]).length, 2)

  const text = readFileSync(join(folder, 'sallyport.yaml'), 'utf8')
  writeFileSync(
    join(folder, 'sallyport.yaml'),
    text.replace('services:\n', 'services:\n  unused: { targets: ["http://127.0.0.1:2"] }\n'),
  )
  const found = await sallyport(folder, ['check', '--format', 'json'], env)
  assert.equal(found.code, 1)
  assert.equal((JSON.parse(found.stdout) as { findings: unknown[] }).findings.length, 1)

  writeFileSync(join(folder, 'sallyport.yaml'), text.replace('authenticate', 'autenticate'))
  const unusable = await sallyport(folder, ['check'], env)
  assert.equal(unusable.code, 2)
  assert.match(unusable.stderr, /^sallyport\.yaml:\d+:\d+: .*autenticate.*\n.*`authenticate`/)
  const problems = await sallyport(folder, ['check', '--format', 'json'], env)
  assert.equal(problems.code, 2)
  assert.equal((JSON.parse(problems.stdout) as { usable: boolean }).usable, false)
  for (const { stdout, stderr } of [fine, found, unusable, problems])
    assert.ok(!(stdout + stderr).includes(secret))
})

test('explain: from a file, and the secrets stay where they are', async (context) => {
  const folder = await configured(context)
  const open = await sallyport(folder, ['explain', 'GET', '/status'], env)
  assert.equal(open.code, 0, open.stderr)
  assert.match(open.stdout, /orders · GET \/status.*sallyport\.yaml:\d+.*→ allow/s)
  const closed = await sallyport(folder, ['explain', 'GET', '/orders'], env)
  assert.equal(closed.code, 1)
  assert.match(closed.stdout, /→ deny: 401 CREDENTIALS_MISSING/)
  const assumed = await sallyport(
    folder,
    ['explain', 'GET', '/orders', '--as', 'partners/ada', '--format', 'json'],
    env,
  )
  assert.equal(assumed.code, 0)
  assert.equal((JSON.parse(assumed.stdout) as { caller: string }).caller, 'partners/ada')
  assert.equal((await sallyport(folder, ['explain', 'GET', '/nothing'], env)).code, 1)
  assert.equal((await sallyport(folder, ['explain', 'GET', '/orders', '--as', 'nobody/ada'], env)).code, 2)
  assert.equal((await sallyport(folder, ['explain', 'GET', '/orders', '-H', 'no colon'], env)).code, 2)
  // Options take one value each, so that they may stand before the arguments.
  const before = ['explain', '-c', 'sallyport.yaml', '-H', 'X-A: 1', '-H', 'X-B: 2', 'GET', '/status']
  assert.equal((await sallyport(folder, before, env)).code, 0)
  const presented = 'spk_a-key-that-is-presented'
  const withKey = await sallyport(folder, ['explain', 'GET', '/orders', '-H', `X-API-Key: ${presented}`], env)
  assert.equal(withKey.code, 1)
  const defaults = await sallyport(folder, ['explain', '--defaults'], env)
  assert.equal(defaults.code, 0)
  assert.equal((JSON.parse(defaults.stdout) as { drainTimeoutMs: number }).drainTimeoutMs, 30_000)
  for (const { stdout, stderr } of [open, closed, assumed, withKey, defaults]) {
    assert.ok(!(stdout + stderr).includes(secret))
    assert.ok(!(stdout + stderr).includes(presented))
  }
})

test('explain: from a running gateway, with the same exit codes', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const ask = (args: readonly string[]): ReturnType<typeof sallyport> =>
    sallyport(gateway.folder, [
      'explain',
      ...args,
      '--admin',
      `http://127.0.0.1:${gateway.adminPort}`,
      '--token-file',
      '.sallyport/admin-token',
    ])
  const allowed = await ask(['GET', '/ok'])
  assert.equal(allowed.code, 0, allowed.stderr)
  assert.match(allowed.stdout, /test · GET \/ok.*→ allow/s)
  const denied = await ask(['GET', '/private', '--format', 'json'])
  assert.equal(denied.code, 1)
  assert.equal((JSON.parse(denied.stdout) as { code: string }).code, 'CREDENTIALS_MISSING')
  assert.equal((await ask(['GET', '/private', '--as', 'partners/ada'])).code, 0)
  assert.equal((await ask(['GET', '/private', '--as', 'nobody/ada'])).code, 2)
  writeFileSync(join(gateway.folder, 'wrong'), 'spa_wrong')
  const admin = `http://127.0.0.1:${gateway.adminPort}`
  assert.match(
    (await sallyport(gateway.folder, ['explain', 'GET', '/ok', '--admin', admin, '--token-file', 'wrong']))
      .stderr,
    /401/,
  )
  const nobody = `http://127.0.0.1:${await freePort()}`
  const nowhere = await sallyport(gateway.folder, [
    'explain',
    'GET',
    '/ok',
    '--admin',
    nobody,
    '--token-file',
    'wrong',
  ])
  assert.equal(nowhere.code, 2)
  assert.match(
    nowhere.stderr,
    /no gateway answers at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\): check `admin\.address`/,
  )
  assert.equal(
    (
      await sallyport(gateway.folder, [
        'explain',
        'GET',
        '/ok',
        '--admin',
        'nowhere',
        '--token-file',
        'wrong',
      ])
    ).code,
    2,
  )
})

test('keys: a running gateway knows a new one and forgets a revoked one within a second', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const target = { port: gateway.port, ca: gateway.ca }
  const keys = (...args: string[]): ReturnType<typeof sallyport> =>
    sallyport(gateway.folder, ['keys', ...args, '-c', gateway.file])
  const created = await keys('create', 'partners', '--owner', 'Ada Lovelace')
  assert.equal(created.code, 0, created.stderr)
  const key = created.stdout.trim()
  const status = async (): Promise<number> =>
    (await get(target, '/private', false, { 'x-api-key': key })).status
  const turns = async (to: number): Promise<number> => {
    const started = performance.now()
    // In a row: every thread knows.
    for (let same = 0; same < 6; same = (await status()) === to ? same + 1 : 0) await sleep(5)
    return performance.now() - started
  }
  const known = await turns(200)
  const listed = await keys('list', '--json')
  const [{ id, owner, revoked }] = JSON.parse(listed.stdout) as [
    { id: string; owner: string; revoked: string | null },
  ]
  assert.deepEqual([owner, revoked], ['Ada Lovelace', null])
  assert.match(
    (await keys('list')).stdout,
    new RegExp(`^ID .*\n${id} .* live .* Ada Lovelace +- +\\S+ +- +- +-\n$`),
  )
  assert.equal((await keys('revoke', id)).code, 0)
  const forgotten = await turns(401)
  context.diagnostic(`known after ${Math.round(known)} ms, revoked after ${Math.round(forgotten)} ms`)
  assert.ok(known < 1000 && forgotten < 1000)
  assert.equal((await keys('revoke', id)).code, 1)
  const unknown = await keys('create', 'partner', '--owner', 'x')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /no api-key identity named partner\. Did you mean `partners`/)
  const output =
    gateway.stderr + gateway.stdout + listed.stdout + readFileSync(join(gateway.folder, 'access.log'), 'utf8')
  assert.ok(!output.includes(key))
})

test('init, keys create and start in an empty folder: a request passes', async (context) => {
  const folder = temporary(context)
  const upstream = await startUpstream(context)
  const made = await sallyport(folder, ['init', '--upstream', `http://127.0.0.1:${upstream.port}`])
  assert.equal(made.code, 0, made.stdout)
  assert.equal((await sallyport(folder, ['init'])).code, 2, 'the file is not replaced')
  assert.equal((await sallyport(folder, ['check'])).code, 0)
  const key = (await sallyport(folder, ['keys', 'create', 'keys', '--owner', 'me'])).stdout.trim()
  // Its own ports may be taken on this machine: the same file with others.
  const [port, redirect, admin] = [await freePort(), await freePort(), await freePort()]
  const file = join(folder, 'sallyport.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replaceAll(':8443', `:${port}`).replaceAll(':8080', `:${redirect}`).replaceAll(':9901', `:${admin}`),
  )
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'start'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  context.after(() => child.kill('SIGKILL'))
  await once(child.stderr, 'data')
  const target = { port, ca: readFileSync(join(folder, '.sallyport/ca.crt'), 'utf8') }
  assert.equal((await get(target, '/hello', false, { 'x-api-key': key })).status, 200)
  assert.equal((await get(target, '/hello')).status, 401)
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('completion scripts are what their shells read', async (context) => {
  const folder = temporary(context)
  const { code, stdout } = await sallyport(folder, ['completion', 'bash'])
  assert.equal(code, 0)
  execFileSync('bash', ['-n'], { input: stdout })
  for (const shell of ['zsh', 'fish']) assert.equal((await sallyport(folder, ['completion', shell])).code, 0)
})

test('a reader that goes away ends a command quietly', async (context) => {
  const folder = await configured(context)
  const main = join(import.meta.dirname, '../../src/main.ts')
  for (const args of ['--help', 'check', 'explain --defaults', 'completion bash']) {
    const script = `"${process.execPath}" "${main}" ${args} | true; exit "\${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const [code] = (await once(child, 'close')) as [number]
    assert.deepEqual([code, stderr], [0, ''], args)
  }
})

test('no colour in pipes, nor where NO_COLOR asks for none', async (context) => {
  const folder = await configured(context)
  writeFileSync(join(folder, 'sallyport.yaml'), 'listeners: {}\nlistner: {}\n')
  for (const extra of [{}, { NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }]) {
    const { stdout, stderr } = await sallyport(folder, ['check'], { ...env, ...extra })
    assert.doesNotMatch(stdout + stderr, /\u001b/)
  }
})
