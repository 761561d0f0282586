import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { get } from './client.ts'
import { sallyport } from './command.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

/** A connection each, so that the kernel spreads them over all data threads. */
const triesInARow = 12

test('keys of a running gateway: expiry, networks, rotation, leaks and last use, on all threads', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const target = { port: gateway.port, ca: gateway.ca }
  const shown: string[] = []
  const secrets: string[] = []
  const keys = async (...args: string[]): Promise<Awaited<ReturnType<typeof sallyport>>> => {
    const done = await sallyport(gateway.folder, ['keys', ...args, '-c', gateway.file])
    shown.push(done.stderr, args[0] === 'create' || args[0] === 'rotate' ? '' : done.stdout)
    return done
  }
  const issued = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await keys(...args)
    assert.match(stdout, /^spk_\S+\n$/, stderr)
    secrets.push(stdout.trim())
    return stdout.trim()
  }
  const status = async (key: string): Promise<number> =>
    (await get(target, '/private', false, { 'x-api-key': key })).status
  /** How long it takes until every thread answers so. */
  const turns = async (key: string, to: number): Promise<number> => {
    const started = performance.now()
    for (let same = 0; same < triesInARow; same = (await status(key)) === to ? same + 1 : 0) {
      assert.ok(performance.now() - started < 10_000, `never ${to}`)
      await sleep(2)
    }
    return performance.now() - started
  }
  const idOf = async (owner: string): Promise<string> => {
    const { stdout } = await keys('list', '--owner', owner, '--json')
    return (JSON.parse(stdout) as { id: string }[])[0]!.id
  }

  const [rotated, elsewhere, short] = [
    await issued('create', 'partners', '--owner', 'Ada', '--network', '127.0.0.0/8', '--label', 'team=shop'),
    await issued('create', 'partners', '--owner', 'Bob', '--network', '192.0.2.0/24'),
    await issued('create', 'partners', '--owner', 'Cleo', '--expires', '4s'),
  ]
  await turns(rotated, 200)
  await turns(elsewhere, 401)
  // Nothing is sent to the threads when its time has come.
  await turns(short, 200)
  await turns(short, 401)

  const successor = await issued('rotate', await idOf('Ada'), '--overlap', '3s')
  await turns(successor, 200)
  assert.equal(await status(rotated), 200, 'both count during the overlap')
  await turns(rotated, 401)

  const log = join(gateway.folder, 'pasted.txt')
  writeFileSync(log, `curl -H "X-API-Key: ${successor}"\n`)
  assert.equal((await keys('leaked', log)).code, 1)
  const forgotten = await turns(successor, 401)
  context.diagnostic(`revoked on all threads after ${Math.round(forgotten)} ms`)
  assert.ok(forgotten < 1000)

  assert.deepEqual(await gateway.end(), { code: 0, signal: null })
  const reasons = new Set(gateway.records().map(({ reason }) => reason))
  assert.ok(reasons.has('the key may not be used from this address'), [...reasons].join('\n'))
  assert.ok([...reasons].some((reason) => /^the key expired on 20\S+Z$/.test(reason ?? '')))
  const { stdout } = await keys('list', '--json')
  const uses = (JSON.parse(stdout) as { owner: string; lastUsed: string | null }[]).map(
    ({ owner, lastUsed }) => [owner, lastUsed !== null],
  )
  assert.deepEqual(uses, [
    ['Ada', true],
    ['Bob', false],
    ['Cleo', true],
    ['Ada', true],
  ])
  // Those that were shown once are nowhere but in the file that leaked one.
  const files = globSync('**/*', { cwd: gateway.folder })
    .concat(globSync('.sallyport/*', { cwd: gateway.folder }))
    .map((file) => join(gateway.folder, file))
    .filter((file) => file !== log && statSync(file).isFile())
  assert.ok(files.some((file) => file.endsWith('store.db')))
  const everything = [
    gateway.stderr,
    gateway.stdout,
    ...shown,
    ...files.map((file) => readFileSync(file, 'latin1')),
  ]
  for (const secret of secrets) assert.ok(everything.every((text) => !text.includes(secret)))
})
