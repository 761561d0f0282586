import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import type { GatewaySpec, ListenerSpec, ServiceSpec, WireLimits } from '../../config/spec.ts'
import { NetworkSet } from '../../engines/networks/network-set.ts'
import type { ClientTrust } from '../../engines/x509/client-trust.ts'
import { closeAll, compile } from '../../gateway/compile.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import { handle } from '../../gateway/handle.ts'
import type { Operation, Plan } from '../../gateway/plan.ts'
import type { ObjectAnswer, Policy } from '../../gateway/policy.ts'
import { readObject } from '../../gateway/read-object.ts'
import type { Recorder } from '../../gateway/recorder.ts'
import { type Certificate, readCertificate } from '../../http/certificates.ts'
import { Deadlines } from '../../http/deadlines.ts'
import type { Gate } from '../../http/gate.ts'
import { Listener, type ListenerOptions } from '../../http/listener.ts'
import { UpstreamService } from '../../http/upstream/service.ts'
import { Counters, gauges } from '../../observe/counters.ts'
import { writeRecord } from '../../observe/record-writer.ts'
import { GrantIndex } from '../../store/grants/grant-index.ts'
import { KeyIndex } from '../../store/keys/key-index.ts'
import { RevocationIndex } from '../../store/revocations/revocation-index.ts'
import { ClientTrusts } from './client-trusts.ts'
import { ConnectionAdmission } from './connection-admission.ts'
import { ControlLinks } from './control-links.ts'
import { InFlight } from './in-flight.ts'
import type { FromThread, NewPlan, ThreadInit, ToThread } from './messages.ts'
import { RecordBatches } from './record-batches.ts'

/** Bytes that all clients of one data thread together may make it hold (256 MB). */
const memoryBudget = 256 * 1024 * 1024
const beatMs = 100
const drainCheckMs = 20

/** A plan that is compiled and whose new sockets are open, before anything changes for clients. */
interface Prepared {
  readonly plan: Plan
  readonly operations: Counters
  readonly trustedProxies: NetworkSet
  readonly opened: Map<string, Listener>
  readonly options: Map<string, ListenerOptions>
  readonly services: Map<string, UpstreamService>
}

/** One data thread: its listeners, its plan, and the requests between them. */
export class DataPlane implements Gate, Recorder {
  readonly counters: Counters
  readonly deadlines: Deadlines = new Deadlines()
  readonly #init: ThreadInit
  readonly #port: MessagePort
  readonly #policies: readonly Policy[]
  readonly #records: RecordBatches
  readonly #inFlight: InFlight
  readonly #admission: ConnectionAdmission
  readonly #idPrefix = randomBytes(8).toString('hex')
  readonly #beats: Int32Array
  readonly #beat: NodeJS.Timeout
  readonly #links = new ControlLinks((message) => this.#post(message))
  readonly #trusts = new ClientTrusts((message) => this.#post({ type: 'event', message }))
  readonly revocations: RevocationIndex = new RevocationIndex()
  readonly #grants = new GrantIndex()
  readonly #keys: KeyIndex
  #ticketKeys: Buffer
  #ids = 0
  #claimed = 0
  #plan: Plan | null = null
  #operations: Counters | null = null
  #trusted: NetworkSet = new NetworkSet([])
  #listeners = new Map<string, Listener>()
  #services = new Map<string, UpstreamService>()
  #prepared: Prepared | null = null
  /** Plans that requests in flight still hold, with their counters. */
  readonly #retired = new Map<Plan, Counters>()
  /** Listeners that a reload took away and that still answer. */
  readonly #leaving = new Set<Listener>()
  #draining = false
  #drainCheck: NodeJS.Timeout | null = null

  constructor(init: ThreadInit, port: MessagePort, policies: readonly Policy[]) {
    this.#init = init
    this.#port = port
    this.#policies = policies
    this.counters = new Counters(init.counters)
    this.#keys = new KeyIndex(init.keys, init.pepper)
    this.revocations.replace(init.revocations)
    this.#grants.replace(init.grants)
    this.#ticketKeys = Buffer.from(init.ticketKeys)
    this.#records = new RecordBatches(init.records, this.counters, (segment) =>
      this.#post({ type: 'records', segment }),
    )
    this.#inFlight = new InFlight(init.inFlight)
    this.#admission = new ConnectionAdmission(init.shared.table, init.ledger, init.thread, () => this.limits)
    this.#beats = new Int32Array(init.shared.heartbeats)
    this.#beat = setInterval(() => Atomics.add(this.#beats, init.thread, 1), beatMs)
    port.on('message', (message: ToThread) => void this.#onMessage(message))
  }

  /** Puts the first plan into force. */
  async start(): Promise<void> {
    const { plan } = this.#init
    if (await this.#prepare(plan)) {
      this.#commit(plan.generation)
      this.#post({ type: 'ready' })
    }
  }

  // ---- what connections ask -----------------------------------------------------------------------------------

  get plan(): Plan {
    return this.#plan!
  }
  get limits(): WireLimits {
    return (this.#plan?.spec ?? this.#init.plan.spec).limits
  }
  get trustedProxies(): NetworkSet {
    return this.#trusted
  }
  get recorder(): Recorder {
    return this
  }
  get draining(): boolean {
    return this.#draining
  }

  nextId(): string {
    return this.#idPrefix + (++this.#ids).toString(16).padStart(8, '0')
  }

  readObject(exchange: Exchange, by: Operation): Promise<ObjectAnswer> {
    return readObject(exchange, by)
  }

  handle(exchange: Exchange): void {
    this.#inFlight.enter(exchange)
    handle(exchange)
  }

  claim(bytes: number): boolean {
    if (this.#claimed + bytes > memoryBudget) return false
    this.#claimed += bytes
    this.counters.add(gauges.memoryClaimed, bytes)
    return true
  }

  release(bytes: number): void {
    this.#claimed -= bytes
    this.counters.add(gauges.memoryClaimed, -bytes)
  }

  /** The one place where a request ends: counters and its decision record. */
  finish(x: Exchange): void {
    const now = performance.now()
    const { counters } = this
    counters.finish(x.code, (now - x.started) / 1000)
    counters.add(gauges.bytesIn, x.bytesIn)
    counters.add(gauges.bytesOut, x.bytesOut)
    if (x.observed > 0) counters.add(gauges.observedDenials, x.observed)
    const { operation } = x
    if (operation !== null) {
      if (operation.until !== Number.POSITIVE_INFINITY) counters.add(gauges.undeclared, 1)
      const operations = x.plan === this.#plan ? this.#operations : this.#retired.get(x.plan)
      operations?.finishOperation(operation.index, x.status)
    }
    this.#records.add(writeRecord(x, now))
    // After the record: a thread that dies in between has one too many rather than none.
    this.#inFlight.leave(x)
    if (x.plan !== this.#plan) this.#closeRetired()
  }

  // ---- the control plane --------------------------------------------------------------------------------------

  #post(message: FromThread): void {
    this.#port.postMessage(message)
  }

  async #onMessage(message: ToThread): Promise<void> {
    switch (message.type) {
      case 'prepare':
        if (await this.#prepare(message.plan))
          this.#post({ type: 'prepared', generation: message.plan.generation })
        return
      case 'commit':
        this.#commit(message.generation)
        this.#post({ type: 'committed', generation: message.generation })
        return
      case 'abandon':
        return this.#abandon()
      case 'keys':
        return this.#keys.use(message.keys)
      case 'revocations':
        return this.revocations.apply(message.changes)
      case 'grants':
        return this.#grants.replace(message.grants)
      case 'state':
        return this.#links.onState(message.half, message.state)
      case 'answer':
        return this.#links.onAnswer(message)
      case 'ticketKeys':
        this.#ticketKeys = Buffer.from(message.ticketKeys)
        for (const listener of this.#listeners.values()) listener.setTicketKeys(this.#ticketKeys)
        return
      case 'clientTrust':
        this.#trusts.changed = true
        return this.#trusts.renew(this.#listeners)
      case 'drain':
        return this.#drain()
      case 'cut':
        return this.#cut()
    }
  }

  async #prepare({ generation, spec, operations, halves }: NewPlan): Promise<boolean> {
    const services = new Map<string, UpstreamService>()
    let plan: Plan | null = null
    const opened = new Map<string, Listener>()
    this.#trusts.changed = false
    try {
      plan = compile(spec, {
        generation,
        policies: this.#policies,
        lookups: {
          findKey: (presented) => this.#keys.find(presented),
          revocations: this.revocations,
          grants: this.#grants,
          control: this.#links.of(halves),
        },
        upstream: (service) => this.#service(service, services),
      })
      const options = new Map(
        spec.listeners
          .filter((listener) => listener.kind !== 'ops')
          .map((listener) => [listenerKey(listener), this.#listenerOptions(listener, spec)]),
      )
      for (const [key, option] of options) {
        if (this.#listeners.has(key)) continue
        const listener = new Listener(option, this, this.#admission)
        await listener.listen()
        opened.set(key, listener)
      }
      this.#prepared = {
        plan,
        operations: new Counters(operations[this.#init.thread]!),
        trustedProxies: new NetworkSet(spec.trustedProxies),
        opened,
        options,
        services,
      }
      return true
    } catch (error) {
      for (const listener of opened.values()) listener.drain()
      if (plan !== null) closeAll(plan.instances)
      const known = error as NodeJS.ErrnoException
      this.#post({
        type: 'refused',
        generation,
        message: error instanceof Error ? error.message : 'unknown',
        code: known.code ?? '',
      })
      return false
    }
  }

  #commit(generation: number): void {
    const prepared = this.#prepared
    if (prepared === null || prepared.plan.generation !== generation) return
    this.#prepared = null
    if (this.#plan !== null) this.#retired.set(this.#plan, this.#operations!)
    this.#plan = prepared.plan
    this.#operations = prepared.operations
    this.#trusted = prepared.trustedProxies
    // First add, then take away: closing a socket that stays would reset what waits in its queue.
    const listeners = new Map<string, Listener>()
    for (const [key, options] of prepared.options) {
      const kept = this.#listeners.get(key)
      kept?.update(options)
      listeners.set(key, kept ?? prepared.opened.get(key)!)
    }
    for (const [key, listener] of this.#listeners) if (!listeners.has(key)) this.#leave(listener)
    this.#listeners = listeners
    for (const [key, service] of this.#services) if (!prepared.services.has(key)) service.close()
    this.#services = prepared.services
    if (this.#trusts.changed) this.#trusts.renew(this.#listeners)
    else this.#trusts.keepOnly(this.#listeners)
    this.#closeRetired()
  }

  #abandon(): void {
    const prepared = this.#prepared
    this.#prepared = null
    if (prepared === null) return
    for (const listener of prepared.opened.values()) listener.drain()
    closeAll(prepared.plan.instances)
  }

  #closeRetired(): void {
    for (const plan of this.#retired.keys()) {
      if (plan.uses.active > 0) continue
      this.#retired.delete(plan)
      closeAll(plan.instances)
    }
  }

  /** A listener that the configuration no longer has: its requests finish, or are cut at the deadline for draining. */
  #leave(listener: Listener): void {
    listener.drain()
    this.#leaving.add(listener)
    const deadline = performance.now() + this.#plan!.spec.drainTimeoutMs
    const timer = setInterval(() => {
      if (listener.open > 0 && performance.now() < deadline) return
      listener.cut()
      this.#leaving.delete(listener)
      clearInterval(timer)
    }, drainCheckMs)
    timer.unref()
  }

  #drain(): void {
    this.#draining = true
    for (const listener of this.#listeners.values()) listener.drain()
    this.#drainCheck = setInterval(() => {
      for (const listener of this.#everyListener()) if (listener.open > 0) return
      this.#finishDraining({ type: 'drained' })
    }, drainCheckMs)
  }

  /** Cut requests are recorded when their sockets have closed, a moment later. */
  #cut(): void {
    if (this.#drainCheck !== null) clearInterval(this.#drainCheck)
    let cut = 0
    for (const listener of this.#everyListener()) cut += listener.cut()
    this.#drainCheck = setInterval(() => {
      if (this.counters.gauge(gauges.requestsActive) === 0) this.#finishDraining({ type: 'cut', cut })
    }, drainCheckMs)
  }

  #finishDraining(answer: FromThread): void {
    if (this.#drainCheck !== null) clearInterval(this.#drainCheck)
    this.#records.flush()
    this.#post(answer)
  }

  #everyListener(): Listener[] {
    return [...this.#listeners.values(), ...this.#leaving]
  }

  /** Services are shared by equal settings, also over a reload: their idle connections live on. */
  #service(spec: ServiceSpec, into: Map<string, UpstreamService>): UpstreamService {
    // Authorities by what they are, not by where they lie: a file that was renewed is another service.
    const authorities = spec.tls.authorities.map((file) => readFileSync(file, 'latin1'))
    const key = JSON.stringify({ ...spec, source: null, authorities })
    const service =
      into.get(key) ??
      this.#services.get(key) ??
      new UpstreamService(spec, this.deadlines, this.counters, (message) =>
        this.#post({ type: 'event', message }),
      )
    into.set(key, service)
    return service
  }

  #listenerOptions(listener: ListenerSpec, spec: GatewaySpec): ListenerOptions {
    const target =
      listener.kind === 'redirect'
        ? spec.listeners.find((other) => other.tls !== null && other.address.port === listener.redirectPort)
        : undefined
    const trust = listener.clientCertificates === null ? null : this.#trusts.of(listener.clientCertificates)
    return {
      spec: listener,
      certificates: certificatesOf(listener, trust),
      redirectCertificates: target === undefined ? [] : certificatesOf(target, null),
      trust,
      ticketKeys: this.#ticketKeys,
      reusePort: this.#init.reusePort,
    }
  }

  /** Ends the thread's timers. Its sockets are closed by `drain` and `cut`. */
  stop(): void {
    clearInterval(this.#beat)
    if (this.#drainCheck !== null) clearInterval(this.#drainCheck)
    this.#records.close()
    this.#links.close()
    this.deadlines.close()
    for (const service of this.#services.values()) service.close()
    if (this.#plan !== null) closeAll(this.#plan.instances)
  }
}

/** What makes a listening socket the same one after a reload. */
function listenerKey({ address, tls, kind, clientCertificates }: ListenerSpec): string {
  const asked = clientCertificates === null ? '' : clientCertificates.required ? 'required' : 'asked'
  return `${address.host}|${address.port}|${tls === null ? 'clear' : 'tls'}|${tls?.profile ?? ''}|${kind}|${asked}`
}

function certificatesOf({ tls }: ListenerSpec, trust: ClientTrust | null): Certificate[] {
  if (tls === null) return []
  return tls.certificates.map(({ cert, key }) => readCertificate(cert, key, tls.profile, trust))
}
