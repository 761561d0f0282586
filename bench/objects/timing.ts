/**
 * `node bench/objects/timing.ts [pairs]`: whether another's object can be told from one that does not exist by the time
 * of the answer. Interleaved pairs over one connection, in front of a service that answers at once. One line of JSON.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../../src/process/start.ts'
import { openStore } from '../../src/store/store.ts'

const pairs = Number(process.argv[2] ?? 10_000)
const folder = mkdtempSync(join(tmpdir(), 'timing-'))
const service = createServer((asked, response) => {
  const found = asked.url?.endsWith('/1') === true
  response.statusCode = found ? 200 : 404
  response.setHeader('content-type', 'application/json')
  response.end(
    found ? '{"id":"1","customer":"bob","note":"Please ring twice."}' : '{"error":"no such order"}',
  )
}).listen(0, '127.0.0.1')
await once(service, 'listening')
const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address() as AddressInfo
probe.close()
await once(probe, 'close')

const data = join(folder, 'data')
const store = openStore(data)
const { key } = store.keys.create({ name: 'bench', from: null }, { identity: 'keys', owner: 'ada' })
store.close()
const readBy = { read: { by: 'GET /orders/{id}', at: 'customer' } }
writeFileSync(
  join(folder, 'sallyport.json'),
  JSON.stringify({
    listeners: { public: { address: `127.0.0.1:${port}`, tls: { local: ['localhost', '127.0.0.1'] } } },
    admin: 'off',
    dataThreads: 1,
    log: ['file:./access.log'],
    services: { orders: { targets: [`http://127.0.0.1:${(service.address() as AddressInfo).port}`] } },
    identities: { keys: { type: 'api-key' } },
    apis: {
      orders: {
        service: 'orders',
        authenticate: ['keys'],
        authorize: 'any-authenticated-caller',
        objects: {
          claim: 'owner',
          operations: { 'GET /orders/{id}': { answer: 'customer' }, 'DELETE /orders/{id}': readBy },
        },
        routes: { 'GET /orders/{id}': {}, 'DELETE /orders/{id}': {} },
      },
    },
  }),
)
const gateway = await start({
  files: [join(folder, 'sallyport.json')],
  dataFolder: data,
  cwd: folder,
  env: {},
})
const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(join(data, 'ca.crt')) })

function ask(method: string, id: string): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    request(
      {
        agent,
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        method,
        path: `/orders/${id}`,
        headers: { 'x-api-key': key },
      },
      (response) => {
        if (response.statusCode !== 404) reject(new Error(`answered ${response.statusCode}`))
        response.resume().on('end', () => resolve((performance.now() - began) * 1000))
      },
    )
      .on('error', reject)
      .end()
  })
}

const result: Record<string, unknown> = {}
for (const method of ['GET', 'DELETE']) {
  const [others, none]: [number[], number[]] = [[], []]
  for (let warm = 0; warm < 500; warm++) await ask(method, warm % 2 === 0 ? '1' : '2')
  for (let pair = 0; pair < pairs; pair++) {
    // Which of the two comes first alternates: what the one leaves behind would be the other's.
    const first = pair % 2 === 0
    if (first) others.push(await ask(method, '1'))
    none.push(await ask(method, '2'))
    if (!first) others.push(await ask(method, '1'))
  }
  const [another, missing] = [median(others), median(none)]
  result[method] = {
    another: Math.round(another),
    missing: Math.round(missing),
    differencePercent: Math.round((Math.abs(another - missing) / missing) * 10_000) / 100,
  }
}
process.stdout.write(`${JSON.stringify({ id: 'OBJECT-TIMING', pairs, medianMicroseconds: result })}\n`)
agent.destroy()
await gateway.stop()
service.closeAllConnections()
service.close()
rmSync(folder, { recursive: true })

function median(times: number[]): number {
  return times.sort((one, other) => one - other)[times.length >> 1]!
}
