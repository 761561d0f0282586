import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = mkdtempSync(join(tmpdir(), 'demo-'))
let running: ChildProcess | undefined
let count = 0

after(() => rmSync(root, { recursive: true }))
afterEach(() => running?.kill('SIGKILL'))

interface Demo {
  readonly process: ChildProcess
  readonly folder: string
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
  /** Standard output so far: the access log. */
  log(): string
  /** The tour, once it is printed. */
  readonly tour: Promise<string>
}

function startDemo(folder = join(root, String(count++))): Demo {
  mkdirSync(folder, { recursive: true })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts')], { cwd: folder })
  running = child
  let [log, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const tour = new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the demo ended before its tour: ${errors}`)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
      if (errors.includes('One line for each request')) resolve(errors)
    })
  })
  tour.catch(() => undefined) // those that wait for the end alone look at that
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, errors }))
  return { process: child, folder, ended, log: () => log, tour }
}

/** Asks the gateway of the demo by curl, as a user would. */
async function ask(
  folder: string,
  as: string,
  method: string,
  path: string,
  json = '',
): Promise<{ status: number; body: string }> {
  const data = join(folder, '.sallyport', 'demo')
  const read = (file: string): string => readFileSync(join(data, file), 'utf8').trim()
  const credential =
    as === 'key' ? `X-API-Key: ${read('api-key')}` : `Authorization: Bearer ${read(`tokens/${as}.jwt`)}`
  const body = json === '' ? [] : ['--json', json]
  const { stdout } = await run('curl', [
    '-s',
    ...['--cacert', join(data, 'ca.crt'), '-w', '\n%{http_code}', '-m', '5', '-X', method, '-H', credential],
    ...body,
    `https://127.0.0.1:8443${path}`,
  ])
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) }
}

test('customers see and change their own orders, the manager and the key all', async () => {
  const { folder, tour, process: child, ended } = startDemo()
  await tour
  const status = async (
    ...request: [as: string, method: string, path: string, json?: string]
  ): Promise<number> => (await ask(folder, ...request)).status
  const customers = async (as: string, path: string): Promise<string[]> => {
    const { orders } = JSON.parse((await ask(folder, as, 'GET', path)).body) as {
      orders: { customer: string }[]
    }
    return orders.map(({ customer }) => customer)
  }
  assert.equal(await status('ada', 'GET', '/orders/1001'), 200)
  assert.equal(await status('bob', 'GET', '/orders/2001'), 200)
  for (const [as, id] of [
    ['ada', '2001'],
    ['bob', '1001'],
  ] as const) {
    for (const [method, path, json] of [
      ['GET', `/orders/${id}`, ''],
      ['PATCH', `/orders/${id}`, '{"note":"mine now"}'],
      ['GET', `/orders/${id}/events`, ''],
      ['PUT', `/orders/${id}/attachment`, '{}'],
    ] as const)
      assert.equal(await status(as, method, path, json), 404, `${as} ${method} ${path}`)
    assert.equal(await status(as, 'DELETE', `/orders/${id}`), 403)
  }
  assert.equal(await status('ada', 'DELETE', '/orders/1001'), 403)
  assert.deepEqual(await customers('ada', '/orders'), ['ada', 'ada'])
  assert.deepEqual(await customers('bob', '/orders/slow'), ['bob'])
  assert.deepEqual(await customers('ada', '/orders/search?q=bob'), [])
  for (const as of ['manager', 'key']) assert.equal((await customers(as, '/orders')).length, 3)
  const order = (customer: string): string =>
    JSON.stringify({ customer, items: [{ sku: 'oar', quantity: 1 }] })
  assert.equal(await status('ada', 'POST', '/orders', order('bob')), 403)
  assert.equal(await status('ada', 'POST', '/orders', order('ada')), 201)
  assert.equal(await status('key', 'POST', '/orders', order('carol')), 201)
  assert.equal(await status('ada', 'PATCH', '/orders/1001', '{"customer":"bob"}'), 403)
  assert.equal(await status('ada', 'PATCH', '/orders/1001', '{"note":"ring once"}'), 200)
  assert.equal(await status('ada', 'GET', '/orders/9999'), 404)
  for (const id of ['3001', '3002']) assert.equal(await status('manager', 'DELETE', `/orders/${id}`), 204)
  child.kill('SIGINT')
  await ended
})

test('the demo serves, its lines work as pasted, and it ends cleanly', async () => {
  const started = performance.now()
  const demo = startDemo()
  const tour = await demo.tour
  assert.ok(performance.now() - started < 4000)
  const lines = tour.split('\n').filter((line) => line.startsWith('  curl '))
  const [refused, allowed, asAda, explained] = await Promise.all(
    lines.map(async (line) => {
      const { stdout } = await run('bash', ['-c', `${line.replace('curl', 'curl -s')}`], { cwd: demo.folder })
      return stdout
    }),
  )
  assert.equal((JSON.parse(refused ?? '') as { code: string }).code, 'CREDENTIALS_MISSING')
  const listed = (answer = ''): number => (JSON.parse(answer) as { orders: unknown[] }).orders.length
  // The key sees all orders, ada her own.
  assert.deepEqual([listed(allowed), listed(asAda)], [3, 2])
  assert.match(explained ?? '', /^GET \/orders\n {2}orders · listOrders .*\n {2}authenticate +partners/)

  const data = join(demo.folder, '.sallyport', 'demo')
  assert.equal(statSync(data).mode & 0o777, 0o700)
  for (const file of [
    'api-key',
    'admin-token',
    'ca.key',
    'tls.key',
    'store.db',
    'pepper',
    'issuer.key',
    'client.json',
    'browser-client-secret',
    'tokens/ada.jwt',
  ])
    assert.equal(statSync(join(data, file)).mode & 0o077, 0, file)
  const key = readFileSync(join(data, 'api-key'), 'utf8').trim()
  assert.equal(readFileSync(join(data, 'gateway.pid'), 'utf8').trim(), String(demo.process.pid))

  demo.process.kill('SIGTERM')
  const { code, errors } = await demo.ended
  assert.equal(code, 0)
  const records = demo
    .log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: number })
  assert.deepEqual(records.map((record) => record.status).sort(), [200, 200, 401])
  assert.ok(!`${demo.log()}${errors}`.includes(key), 'the key is printed nowhere')

  const again = startDemo(demo.folder)
  await again.tour
  assert.equal(readFileSync(join(data, 'api-key'), 'utf8').trim(), key, 'a second start keeps the key')
  again.process.kill('SIGINT')
  assert.equal((await again.ended).code, 0)
  await assert.rejects(fetch('http://127.0.0.1:9300/orders/status'), 'the example API ends with the demo')
})

test('a request in flight is answered while the demo ends', async () => {
  const demo = startDemo()
  await demo.tour
  const data = join(demo.folder, '.sallyport', 'demo')
  const key = readFileSync(join(data, 'api-key'), 'utf8').trim()
  const url = 'https://localhost:8443/orders/slow'
  const slow = run('curl', ['-sf', '--cacert', join(data, 'ca.crt'), '-H', `X-API-Key: ${key}`, url])
  await new Promise((resolve) => setTimeout(resolve, 400))
  demo.process.kill('SIGINT')
  assert.match((await slow).stdout, /"id":"1001"/)
  assert.equal((await demo.ended).code, 0)
})

test('a taken port is one sentence with the remedy', async () => {
  for (const port of [9300, 9400, 8443, 8080, 9901]) {
    const taken = createServer().listen(port, '127.0.0.1')
    await once(taken, 'listening')
    const { code, errors } = await startDemo().ended
    taken.close()
    assert.equal(code, 2, errors)
    assert.match(errors, new RegExp(`\\b${port}\\b`))
    assert.doesNotMatch(errors, /\n\s+at /, 'no stack')
  }
})

test('a folder that cannot be written is one sentence with the remedy', async () => {
  const folder = join(root, 'blocked')
  mkdirSync(folder)
  writeFileSync(join(folder, '.sallyport'), 'a file where the folder should be')
  const { code, errors } = await startDemo(folder).ended
  assert.equal(code, 2)
  assert.equal(errors.trim().split('\n').length, 1, errors)
  assert.match(errors, /data folder/)
  assert.ok(existsSync(folder))
})
