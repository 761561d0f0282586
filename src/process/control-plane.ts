import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewaySpec } from '../config/spec.ts'
import { closeAll } from '../gateway/compile.ts'
import type { Plan } from '../gateway/plan.ts'
import { Counters } from '../observe/counters.ts'
import type { Log } from '../observe/log.ts'
import { type Generation, MetricsRegistry } from '../observe/metrics.ts'
import { openSinks, type Sinks } from '../observe/sinks/sinks.ts'
import { UndeclaredList } from '../observe/undeclared.ts'
import { RemoteClient } from '../remote/remote-client.ts'
import type { Actor } from '../store/change.ts'
import type { StoredGrant } from '../store/grants/grants.ts'
import { openStore, type Store } from '../store/store.ts'
import { compileIdentities } from './admin-callers.ts'
import { AuditTrail, gatewayActor } from './audit-trail.ts'
import { ClientTrustWatch } from './client-trust-watch.ts'
import { type Configuration, type ConfigurationSource, readConfiguration } from './configuration.ts'
import { FileWatch } from './file-watch.ts'
import { ControlHalves } from './halves/control-halves.ts'
import { keptTexts } from './halves/kept-texts.ts'
import { grantInForce, LiveLookups } from './halves/live-lookups.ts'
import { explain } from './judging/explain.ts'
import { OpsListeners } from './ops-listeners.ts'
import { PidFile } from './pid-file.ts'
import { addressesOf, addressText, probeAll } from './ports.ts'
import type { Program } from './program.ts'
import { StartError } from './start-error.ts'
import { asStartError } from './start-failure.ts'
import { ConnectionTables } from './threads/connection-admission.ts'
import { DataThreads, threadCount } from './threads/data-threads.ts'
import type { LostRequest } from './threads/in-flight.ts'
import { lostRecord } from './threads/lost-record.ts'
import type { NewPlan, SharedMemory } from './threads/messages.ts'
import { newPlan } from './threads/new-plan.ts'
import { tlsEndpoints, withLocalCertificates } from './tls-endpoints.ts'
import { version } from './version.ts'
import { watchedFiles } from './watched-files.ts'

const ticketKeysBytes = 48
/** Session tickets are sealed anew with other keys after this long: a stolen key opens little. */
const ticketRotationMs = 8 * 3600_000

/** The main thread: configuration, store, admin, metrics, logs, and the data threads. */
export class ControlPlane {
  readonly #source: ConfigurationSource
  readonly #program: Program
  readonly #log: Log
  readonly #store: Store
  readonly #audit: AuditTrail
  readonly #lookups: LiveLookups
  /** Emergencies that the log has told of. */
  readonly #told = new Set<string>()
  readonly #remote = new RemoteClient()
  readonly #halves: ControlHalves
  readonly #sinks: Sinks
  readonly #undeclared = new UndeclaredList()
  /** Some API is in `undeclared: observe`: only then are records looked through for it. */
  #hasUndeclared = false
  readonly #metrics: MetricsRegistry
  readonly #threads: DataThreads
  readonly #ops: OpsListeners
  #configuration: Configuration
  /** Judges administrators. */
  #identities: Plan
  #generation = 1
  #generations: Generation[] = []
  #ticketKeys = randomBytes(ticketKeysBytes)
  #ready = false
  #stopping = false
  #reloading: Promise<void> = Promise.resolve()
  readonly #watch: FileWatch
  readonly #trustWatch: ClientTrustWatch
  readonly #rotation: NodeJS.Timeout
  #pidFile: PidFile | null = null

  private constructor(
    source: ConfigurationSource,
    program: Program,
    log: Log,
    configuration: Configuration,
    store: Store,
    lookups: LiveLookups,
    onHopeless: () => void,
  ) {
    this.#source = source
    this.#program = program
    this.#log = log
    this.#configuration = configuration
    this.#store = store
    this.#audit = new AuditTrail(store, log)
    this.#lookups = lookups
    const { spec } = configuration
    this.#sinks = openSinks(spec.log, { report: (message) => log.warn('log-sink', message) })
    this.#metrics = new MetricsRegistry({
      version,
      sinks: () => this.#sinks.stats(),
      generation: () => this.#generation,
    })
    const count = threadCount(spec.dataThreads)
    const tables = new ConnectionTables()
    const shared: SharedMemory = {
      heartbeats: new SharedArrayBuffer(4 * Math.max(1, count)),
      table: tables.shared.buffer,
    }
    this.#halves = new ControlHalves({
      policies: program.policies,
      call: this.#remote.call,
      report: (event, message) => log.warn(event, message),
      kept: keptTexts(spec.dataFolder, (message) => log.warn('kept-text', message)),
      sessions: (identity, provider) => store.sessions.of(identity, provider),
      onState: (half, state) => this.#threads.broadcast({ type: 'state', half, state }),
    })
    lookups.halves = this.#halves
    this.#identities = compileIdentities(spec, program.policies, lookups, this.#generation)
    const plan = newPlan(spec, this.#generation, this.#halves.prepare(spec))
    this.#count(plan)
    this.#threads = new DataThreads(plan, shared, tables, {
      count,
      program,
      secrets: () => ({
        pepper: store.pepper,
        keys: lookups.feed.memory,
        revocations: store.revocations.snapshot(),
        grants: store.grants.list(false).map(grantInForce),
        ticketKeys: this.#ticketKeys,
      }),
      onRecords: (batch) => this.#onRecords(batch),
      onEvent: (message) => log.warn('data-thread', message),
      onAsk: (half, question) => this.#halves.ask(half, question),
      halves: () => this.#halves.prepare(this.spec),
      onLost: (thread, why, lost) => this.#onLost(thread, why, lost),
      onHopeless,
    })
    lookups.feed.onReplaced((keys) => this.#threads.broadcast({ type: 'keys', keys }))
    this.#ops = new OpsListeners({
      version,
      log,
      store,
      ready: () => this.#ready,
      metrics: () => this.#metrics.render(),
      reload: (actor) => this.reload('admin', actor),
      identities: () => this.#identities,
      publicKeys: () => this.#halves.publicKeys(),
      explain: (query) => explain(this.#configuration.plan, query),
      status: () => ({
        generation: this.#generation,
        threads: count,
        serving: this.#threads.serving,
        restarts: this.#threads.restarts,
        sinks: this.#sinks.stats(),
        policies: this.#halves.status(),
      }),
      undeclared: () => this.#undeclared.list(),
      refused: (refusal) => {
        this.#metrics.countAdminRefusal()
        this.#audit.refused(refusal)
      },
    })
    this.#watch = new FileWatch(
      () => void this.reload('file change').catch(() => undefined),
      (message) => log.warn('file-watch', message),
    )
    this.#trustWatch = new ClientTrustWatch(log, () => {
      this.#threads.broadcast({ type: 'clientTrust' })
      this.#ops.renewTrust()
    })
    this.#rotation = setInterval(() => this.#rotateTickets(), ticketRotationMs)
    this.#rotation.unref()
  }

  /** Starts everything; throws StartError and leaves nothing running when something is in the way. */
  static async start(
    source: ConfigurationSource,
    program: Program,
    log: Log,
    onHopeless: () => void,
  ): Promise<ControlPlane> {
    const lookups = new LiveLookups()
    const configuration = await readConfiguration(source, program.policies, 1, lookups)
    log.setSecrets(configuration.spec.secrets)
    const store = open(configuration.spec.dataFolder)
    try {
      lookups.refresh(store)
      keepAdminToken(store, configuration.spec.dataFolder)
      const spec = await withLocalCertificates(configuration.spec)
      await probeAll(addressesOf(spec), spec)
      const plane = new ControlPlane(
        source,
        program,
        log,
        { ...configuration, spec },
        store,
        lookups,
        onHopeless,
      )
      try {
        await plane.#open()
      } catch (error) {
        await plane.stop()
        throw error
      }
      return plane
    } catch (error) {
      store.close()
      throw asStartError(error, configuration.spec)
    }
  }

  get spec(): GatewaySpec {
    return this.#configuration.spec
  }
  get embedded(): boolean {
    return this.#configuration.embedded
  }

  async #open(): Promise<void> {
    const problems = await this.#sinks.opened()
    if (problems.length > 0) throw new StartError(problems.join('\n'))
    await this.#threads.start()
    for (const [thread, memory] of this.#threads.counters.entries())
      this.#metrics.addGeneration({ thread, counters: new Counters(memory), operations: [] })
    await this.#ops.open(this.spec)
    // One that was given while no gateway ran is told now.
    this.#onGrants(this.#store.grants.list(false))
    this.#store.onChange(() => {
      const { revocations, grants } = this.#lookups.refresh(this.#store)
      if (revocations.length > 0) this.#threads.broadcast({ type: 'revocations', changes: revocations })
      if (grants !== null) this.#onGrants(grants)
    })
    this.#lookups.feed.keepUses((message) => this.#log.warn('key-uses', message))
    this.#audit.started(version, this.spec.operations.length)
    this.#pidFile = new PidFile(this.spec.dataFolder)
    this.#watchFiles()
    this.#ready = true
  }

  #onGrants(grants: readonly StoredGrant[]): void {
    this.#threads.broadcast({ type: 'grants', grants: grants.map(grantInForce) })
    for (const { id, kind, caller, role, giver, reason, ends } of grants) {
      if (kind !== 'break-glass' || this.#told.has(id)) continue
      this.#told.add(id)
      this.#log.warn('break-glass', `${giver} gave ${caller} the role ${role} until ${ends}: ${reason}`)
    }
  }

  /** Reads the configuration anew and puts it into force, whole or not at all. Reloads queue; none is lost. */
  reload(by: string, actor: Actor = gatewayActor): Promise<number> {
    const run = this.#reloading.then(() => this.#reload(by, actor))
    this.#reloading = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }

  async #reload(by: string, actor: Actor): Promise<number> {
    try {
      if (this.#stopping) throw new StartError('The gateway is being stopped.')
      const next = await readConfiguration(
        this.#source,
        this.#program.policies,
        this.#generation + 1,
        this.#lookups,
      )
      this.#log.setSecrets([...this.spec.secrets, ...next.spec.secrets])
      for (const key of ['dataFolder', 'dataThreads'] as const) {
        if (next.spec[key] !== this.spec[key])
          throw new StartError(
            `${key === 'dataFolder' ? 'data' : key} cannot change while the gateway runs: restart it.`,
          )
      }
      const spec = await withLocalCertificates(next.spec)
      const known = new Set(addressesOf(this.spec).map(addressText))
      await probeAll(
        addressesOf(spec).filter((address) => !known.has(addressText(address))),
        spec,
      )
      const plan = newPlan(spec, this.#generation + 1, this.#halves.prepare(spec))
      const identities = compileIdentities(spec, this.#program.policies, this.#lookups, this.#generation + 1)
      await this.#threads.replace(plan).catch((error: unknown) => {
        closeAll(identities.instances)
        throw error
      })
      // From here on it is in force, whatever else goes wrong.
      this.#generation++
      this.#count(plan)
      closeAll(this.#configuration.plan.instances)
      closeAll(this.#identities.instances)
      this.#configuration = { ...next, spec }
      this.#identities = identities
      this.#halves.keepOnly(spec)
      await this.#ops
        .open(spec)
        .catch((error: unknown) => this.#log.error('listener-failed', asStartError(error, spec).message))
      const troubles = await this.#sinks.replace(spec.log)
      for (const trouble of troubles) this.#log.warn('log-sink', trouble)
      this.#watchFiles()
      this.#metrics.countReload('applied')
      this.#audit.reloaded(actor, by, this.#generation)
      this.#log.info('reloaded', `configuration ${this.#generation} is in force (by ${by})`, {
        generation: this.#generation,
        by,
      })
      return this.#generation
    } catch (error) {
      this.#metrics.countReload('refused')
      this.#audit.reloadRefused(actor, by)
      this.#halves.keepOnly(this.spec)
      const known = asStartError(error, this.spec)
      this.#log.error(
        'reload-refused',
        `the configuration is refused and the old one keeps serving (by ${by}): ${known.message}`,
        { by },
      )
      throw known
    }
  }

  /** Reopens log files, after they were rotated. */
  reopenLogs(): void {
    this.#sinks.reopen()
    this.#log.info('logs-reopened', 'log files were reopened')
  }

  /** Readiness goes off, requests in flight finish or are cut at the deadline, and everything is closed. */
  async stop(): Promise<void> {
    const served = this.#ready
    this.#ready = false
    this.#stopping = true
    clearInterval(this.#rotation)
    this.#watch.close()
    this.#trustWatch.close()
    if (served) await sleep(this.spec.readinessLeadMs)
    const cut = served ? await this.#threads.stop(this.spec.drainTimeoutMs) : await this.#threads.stop(0)
    if (served)
      this.#log.info(
        'stopped',
        cut === 0
          ? 'drained: every request was answered'
          : `drained: ${cut} requests were cut at the deadline`,
        { cut },
      )
    await this.#lookups.feed.close()
    this.#halves.close()
    await this.#remote.close()
    await this.#ops.close()
    this.#audit.close()
    if (served) this.#audit.stopped(cut)
    await this.#sinks.close()
    this.#metrics.close()
    this.#store.close()
    this.#pidFile?.remove()
  }

  /**
   * Makes the counters of a plan known to the metrics. The generation before stays live until the next reload:
   * requests that started under it are still counted there.
   */
  #count({ spec, operations }: NewPlan): void {
    const threads = operations.length
    this.#hasUndeclared = spec.operations.some((operation) => operation.undeclaredUntil !== null)
    const names = spec.operations.map(({ api, name }) => ({ api, operation: name }))
    for (const old of this.#generations.slice(0, -threads)) this.#metrics.retire(old)
    const made = operations.map(
      (memory, thread): Generation => ({ thread, counters: new Counters(memory), operations: names }),
    )
    this.#generations = [...this.#generations.slice(-threads), ...made]
    for (const one of made) this.#metrics.addGeneration(one)
  }

  #onLost(thread: number, why: string, lost: readonly LostRequest[]): void {
    this.#metrics.countThreadRestart()
    this.#log.error(
      'data-thread-lost',
      `data thread ${thread} ended (${why}) with ${lost.length} requests in flight, and is replaced`,
      { thread, lost: lost.length },
    )
    if (lost.length > 0) this.#sinks.write(lost.map(lostRecord).join(''))
  }

  #onRecords(batch: string): void {
    this.#sinks.write(batch)
    if (this.#hasUndeclared) this.#undeclared.note(batch)
  }

  #rotateTickets(): void {
    this.#ticketKeys = randomBytes(ticketKeysBytes)
    this.#threads.broadcast({ type: 'ticketKeys', ticketKeys: this.#ticketKeys })
  }

  #watchFiles(): void {
    this.#trustWatch.set(tlsEndpoints(this.spec))
    this.#watch.set(this.spec.watch ? watchedFiles(this.spec) : [])
  }
}

function open(folder: string): Store {
  try {
    return openStore(folder)
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : 'the store cannot be opened')
  }
}

/** The token is kept as a hash; this file is its only copy, for the operator to take and delete. */
function keepAdminToken(store: Store, folder: string): void {
  const token = store.adminTokens.ensure(gatewayActor)
  if (token !== null) writeFileSync(join(folder, 'admin-token'), `${token}\n`, { mode: 0o600 })
}
