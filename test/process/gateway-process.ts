import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionRecord } from '../../src/observe/decision-record.ts'
import { freePort } from '../support/test-gateway.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** How a gateway process is started. */
export interface ProcessOptions {
  /** Added to the standard configuration, key by key. */
  readonly configuration?: Readonly<Record<string, unknown>>
  /** TLS of the listener `public`. Default: a local certificate. */
  readonly tls?: Readonly<Record<string, unknown>>
  /** Module to run instead of the command line. It gets `start -c FILE` too. */
  readonly module?: string
  readonly env?: Readonly<Record<string, string>>
}

/** What a process ended with. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** A gateway as a child process, on ports of its own, with a folder of its own. Decision records go to a file. */
export class GatewayProcess {
  readonly folder: string
  readonly port: number
  readonly opsPort: number
  readonly adminPort: number
  readonly child: ChildProcess
  readonly exited: Promise<Exit>
  /** The process's own log. */
  stderr = ''
  stdout = ''
  #configuration: Record<string, unknown>

  private constructor(
    folder: string,
    ports: readonly [number, number, number],
    configuration: Record<string, unknown>,
    options: ProcessOptions,
  ) {
    this.folder = folder
    const [port, opsPort, adminPort] = ports
    this.port = port
    this.opsPort = opsPort
    this.adminPort = adminPort
    this.#configuration = configuration
    this.configure({})
    const args = [options.module ?? main, 'start', '-c', this.file]
    this.child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.exited = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }) as Exit)
  }

  /** Starts it and waits until it serves, or throws with what it said. */
  static async start(
    context: TestContext,
    upstreamPort: number,
    options: ProcessOptions = {},
  ): Promise<GatewayProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'process-'))
    const ports = [await freePort(), await freePort(), await freePort()] as const
    const configuration = {
      ...standardConfiguration(ports, upstreamPort, options.tls),
      ...options.configuration,
    }
    const gateway = new GatewayProcess(folder, ports, configuration, options)
    context.after(async () => {
      gateway.child.kill('SIGKILL')
      await gateway.exited
      rmSync(folder, { recursive: true, force: true })
    })
    while (!/ operations?\b/.test(gateway.stderr)) {
      if (gateway.child.exitCode !== null)
        throw new Error(`it ended with ${gateway.child.exitCode}: ${gateway.stderr}`)
      await sleep(10)
    }
    return gateway
  }

  get file(): string {
    return join(this.folder, 'sallyport.json')
  }
  get data(): string {
    return join(this.folder, '.sallyport')
  }
  get ca(): string {
    return readFileSync(join(this.data, 'ca.crt'), 'utf8')
  }
  get configuration(): Readonly<Record<string, unknown>> {
    return this.#configuration
  }

  /** Writes the configuration anew, with these keys changed. The gateway is not told. */
  configure(changes: Readonly<Record<string, unknown>>): void {
    this.#configuration = { ...this.#configuration, ...changes }
    writeFileSync(this.file, JSON.stringify(this.#configuration, undefined, 2))
  }

  /** Waits until the process's log says this, in what it wrote from `from` on. */
  async says(text: string | RegExp, ms = 10_000, from = 0): Promise<string> {
    const end = performance.now() + ms
    for (;;) {
      const log = this.stderr.slice(from)
      if (typeof text === 'string' ? log.includes(text) : text.test(log)) return log
      if (performance.now() > end) throw new Error(`${text} is not in: ${log}`)
      await sleep(10)
    }
  }

  /** Asks the admin API with its token. */
  admin(path: string, method = 'GET'): Promise<Response> {
    const token = readFileSync(join(this.data, 'admin-token'), 'utf8').trim()
    return fetch(`http://127.0.0.1:${this.adminPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    })
  }

  /** How many data threads serve. */
  async serving(): Promise<number> {
    return ((await (await this.admin('/status')).json()) as { serving: number }).serving
  }

  /** Value of a metric, by its name with labels. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`http://127.0.0.1:${this.opsPort}/metrics`)).text()
    const line = page.split('\n').find((one) => one.startsWith(`${name} `))
    return line === undefined ? 0 : Number(line.slice(name.length + 1))
  }

  /** The decision records so far. */
  records(file = 'access.log'): DecisionRecord[] {
    return readFileSync(join(this.folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DecisionRecord)
  }

  /** Waits for so many records, and a while longer for one too many. */
  async recordsOf(count: number): Promise<DecisionRecord[]> {
    for (let tries = 0; tries < 200 && this.records().length < count; tries++) await sleep(20)
    await sleep(100)
    return this.records()
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.child.kill(signal)
    return this.exited
  }
}

function standardConfiguration(
  [port, opsPort, adminPort]: readonly [number, number, number],
  upstreamPort: number,
  tls: ProcessOptions['tls'],
): Record<string, unknown> {
  return {
    listeners: {
      public: { address: `127.0.0.1:${port}`, tls: tls ?? { local: ['localhost', '127.0.0.1'] } },
      ops: { address: `127.0.0.1:${opsPort}`, serve: ['health', 'metrics'] },
    },
    admin: { address: `127.0.0.1:${adminPort}` },
    dataThreads: 2,
    drainTimeout: '5s',
    log: ['file:./access.log'],
    services: { upstream: { targets: [`http://127.0.0.1:${upstreamPort}`] } },
    identities: { partners: { type: 'api-key', header: 'X-API-Key' } },
    apis: { test: testApi() },
  }
}

/** The API of these tests: everything is open but `/private`. */
export function testApi(
  extraRoutes: Readonly<Record<string, unknown>> = {},
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    service: 'upstream',
    anonymous: 'a test',
    routes: {
      'GET /ok': {},
      'POST /ok': {},
      'GET /slow': {},
      'GET /private': { authenticate: ['partners'], authorize: 'any-authenticated-caller' },
      ...extraRoutes,
    },
    ...extra,
  }
}
