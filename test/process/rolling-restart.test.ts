import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueAuthority, issueLeaf } from '../../src/process/authority/certificate-issuer.ts'
import { keepAlive, Load } from './client.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

const probeMs = 50

/** A balancer of TCP connections, as a node of Kubernetes is one: new connections go where `/readyz` says 200. */
class Balancer {
  readonly #ready = new Set<GatewayProcess>()
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true })
  readonly #timer: NodeJS.Timeout
  readonly all = new Set<GatewayProcess>()
  #turn = 0

  private constructor() {
    this.#server.on('connection', (client) => {
      const ready = [...this.#ready]
      const target = ready[this.#turn++ % ready.length]!
      const service = connect({ host: '127.0.0.1', port: target.port, allowHalfOpen: true, noDelay: true })
      client.pipe(service).pipe(client)
      client.on('error', () => service.destroy())
      service.on('error', () => client.resetAndDestroy())
    })
    this.#timer = setInterval(() => {
      for (const gateway of this.all) void this.#probe(gateway)
    }, probeMs)
  }

  static async start(context: TestContext): Promise<Balancer> {
    const balancer = new Balancer()
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    context.after(() => {
      clearInterval(balancer.#timer)
      balancer.#server.close()
    })
    return balancer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }
  get ready(): number {
    return this.#ready.size
  }

  async #probe(gateway: GatewayProcess): Promise<void> {
    const reply = await fetch(`http://127.0.0.1:${gateway.opsPort}/readyz`).catch(() => null)
    if (reply?.status === 200) this.#ready.add(gateway)
    else this.#ready.delete(gateway)
  }
}

test('a rolling restart behind a balancer that follows /readyz fails no request', async (context) => {
  const upstream = await startUpstream(context)
  const folder = mkdtempSync(join(tmpdir(), 'rolling-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const authority = issueAuthority(['localhost'])
  const leaf = issueLeaf(authority, ['localhost'])
  const [cert, key] = [join(folder, 'api.crt'), join(folder, 'api.key')]
  writeFileSync(cert, leaf.cert)
  writeFileSync(key, leaf.key)
  const startOne = async (): Promise<GatewayProcess> => {
    const gateway = await GatewayProcess.start(context, upstream.port, {
      configuration: { readinessLead: '400ms', dataThreads: 1 },
      tls: { certificates: [{ cert, key }] },
    })
    balancer.all.add(gateway)
    return gateway
  }
  const balancer = await Balancer.start(context)
  const old = [await startOne(), await startOne()]
  while (balancer.ready < 2) await sleep(10)
  const load = new Load({ port: balancer.port, ca: authority.cert }, 300, '/ok', keepAlive(10))
  let served = 0
  const next: GatewayProcess[] = []
  for (const gateway of old) {
    next.push(await startOne())
    while (balancer.ready < 3) await sleep(10)
    assert.equal((await gateway.end()).code, 0)
    assert.match(gateway.stderr, /every request was answered/)
    balancer.all.delete(gateway)
    served += gateway.records().length
  }
  await load.stop()
  context.diagnostic(`${load.sent} requests, ${load.failures.length} failed`)
  assert.deepEqual(load.failures, [])
  for (const gateway of next) served += (await gateway.recordsOf(0)).length
  assert.equal(served, load.sent)
})
