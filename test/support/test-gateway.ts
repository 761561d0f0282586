import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecisionRecord } from '../../src/observe/decision-record.ts'
import { type Gateway, start } from '../../src/process/start.ts'
import type { Door } from './raw-client.ts'

/** A gateway in this process, on ports of its own, with a data folder of its own. */
export interface TestGateway {
  /** TLS, certificate for `localhost` and `127.0.0.1`. */
  readonly tls: Door
  /** Clear text, as a balancer on loopback speaks to it: requests carry `X-Forwarded-Proto: https`. */
  readonly clear: Door
  /** Folder of the configuration and of the data. */
  readonly folder: string
  readonly gateway: Gateway
  /** The decision records so far; waits until there are at least `count`. */
  records(count: number): Promise<DecisionRecord[]>
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Starts a gateway with this configuration; listeners, admin, log and threads are given by default. `prepare` gets the
 * data folder before the start.
 */
export async function startGateway(
  configuration: Readonly<Record<string, unknown>>,
  prepare: (dataFolder: string) => void = () => undefined,
): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  const [port, clear] = [await freePort(), await freePort()]
  const whole = {
    listeners: {
      public: { address: `127.0.0.1:${port}`, tls: { local: ['localhost', '127.0.0.1'] } },
      balanced: { address: `127.0.0.1:${clear}`, clearTextFrom: ['127.0.0.0/8'] },
    },
    admin: 'off',
    dataThreads: 0,
    drainTimeout: '1s',
    log: ['file:./access.log'],
    ...configuration,
  }
  const file = join(folder, 'sallyport.json')
  writeFileSync(file, JSON.stringify(whole, undefined, 2))
  const data = join(folder, 'data')
  prepare(data)
  const gateway = await start({ files: [file], dataFolder: data, cwd: folder, env: {} })
  const readRecords = (): DecisionRecord[] =>
    readFileSync(join(folder, 'access.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DecisionRecord)
  return {
    tls: { port, ca: readFileSync(join(data, 'ca.crt'), 'utf8') },
    clear: { port: clear },
    folder,
    gateway,
    records: async (count) => {
      for (let tries = 0; tries < 100; tries++) {
        const records = readRecords()
        if (records.length >= count) return records
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return readRecords()
    },
    stop: async () => {
      await gateway.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const templates = ['/', '/{a}', '/{a}/{b}', '/{a}/{b}/{c}']

/** An API that is open to everybody for everything: what is refused in front of it is refused by the wire alone. */
export function openApi(extra: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const routes = Object.fromEntries(
    templates.flatMap((template) => methods.map((method) => [`${method} ${template}`, {}])),
  )
  return { service: 'upstream', anonymous: 'a test', routes, ...extra }
}

/** The service `upstream` on a port of loopback. */
export function upstreamOn(
  port: number,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { upstream: { targets: [`http://127.0.0.1:${port}`], ...extra } }
}
