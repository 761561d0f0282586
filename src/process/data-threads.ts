import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { Policy } from '../gateway/policy.ts'
import { countersBytes } from '../observe/counters.ts'
import { inFlightBytes, type LostRequest, lostRequests } from './in-flight.ts'
import type { ConnectionTables } from './connection-admission.ts'
import { DataPlane } from './data-plane.ts'
import type { FromThread, NewPlan, SharedMemory, ThreadInit, ToThread } from './messages.ts'

/** A thread without a heartbeat for this long hangs, and is replaced. */
const hangMs = 2000
const watchMs = 200
/** A thread that dies this often in a row within a minute is not a thread's fault: starting more would only hide it. */
const mostRestartsAMinute = 20

/** What the threads need from the control plane. */
export interface DataThreadsOptions {
  /** 0 runs the data plane in this thread. */
  readonly count: number
  readonly policies: readonly Policy[]
  readonly init: (thread: number) => Omit<ThreadInit, 'thread' | 'counters' | 'inFlight' | 'ledger' | 'plan'>
  readonly onRecords: (batch: string, thread: number) => void
  readonly onEvent: (message: string) => void
  /** A thread ended by itself or was ended; what it held is lost. */
  readonly onLost: (thread: number, why: string, lost: readonly LostRequest[]) => void
  /** Threads die faster than they can be replaced. */
  readonly onHopeless: () => void
}

/** A configuration that the threads could not put into force. */
export class ThreadRefusal extends Error {
  /** System error code, such as EADDRINUSE; '' when there is none. */
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.name = 'ThreadRefusal'
    this.code = code
  }
}

interface DataThread {
  readonly index: number
  readonly counters: SharedArrayBuffer
  readonly inFlight: SharedArrayBuffer
  readonly ledger: SharedArrayBuffer
  port: MessagePort | Worker
  worker: Worker | null
  plane: DataPlane | null
  beat: number
  beatAt: number
  ended: boolean
}

type Waiter = (message: FromThread) => void

/** The data threads of the process: started, given plans all or none, watched, replaced, drained. */
export class DataThreads {
  readonly #options: DataThreadsOptions
  readonly #shared: SharedMemory
  readonly #tables: ConnectionTables
  readonly #threads: DataThread[] = []
  readonly #waiters = new Map<DataThread, Waiter>()
  readonly #watch: NodeJS.Timeout
  #plan: NewPlan
  #restarts: number[] = []
  #stopping = false

  constructor(plan: NewPlan, shared: SharedMemory, tables: ConnectionTables, options: DataThreadsOptions) {
    this.#plan = plan
    this.#shared = shared
    this.#tables = tables
    this.#options = options
    this.#watch = setInterval(() => this.#checkBeats(), watchMs)
    this.#watch.unref()
  }

  /** Counters of each thread, over all generations. */
  get counters(): readonly SharedArrayBuffer[] {
    return this.#threads.map((thread) => thread.counters)
  }

  get restarts(): number {
    return this.#restarts.length
  }

  /** Starts all threads; rejects with ThreadRefusal when one cannot serve the first plan. */
  async start(): Promise<void> {
    const count = Math.max(1, this.#options.count)
    const started = Array.from({ length: count }, (_, index) => {
      const thread: DataThread = {
        index,
        counters: new SharedArrayBuffer(countersBytes(0)),
        inFlight: new SharedArrayBuffer(inFlightBytes),
        ledger: this.#tables.newLedger(),
        port: null as never,
        worker: null,
        plane: null,
        beat: 0,
        beatAt: performance.now(),
        ended: false,
      }
      this.#threads.push(thread)
      return this.#run(thread)
    })
    await Promise.all(started)
  }

  /** Puts a plan into force on all threads, or on none. */
  async replace(plan: NewPlan): Promise<void> {
    const threads = this.#live()
    const answers = await Promise.all(threads.map((thread) => this.#ask(thread, { type: 'prepare', plan })))
    const refused = answers.find((answer) => answer.type === 'refused')
    if (refused !== undefined) {
      this.#broadcast({ type: 'abandon', generation: plan.generation })
      throw new ThreadRefusal(refused.message, refused.code)
    }
    this.#plan = plan
    await Promise.all(threads.map((thread) => this.#ask(thread, { type: 'commit', generation: plan.generation })))
  }

  broadcast(message: Extract<ToThread, { type: 'keys' | 'ticketKeys' }>): void {
    this.#broadcast(message)
  }

  /** Lets requests in flight finish until the deadline, then cuts them. Returns how many were cut. */
  async stop(drainMs: number): Promise<number> {
    this.#stopping = true
    const counts = await Promise.all(this.#live().map((thread) => this.#drain(thread, drainMs)))
    clearInterval(this.#watch)
    await Promise.all(
      this.#threads.map(async (thread) => {
        thread.plane?.stop()
        if (thread.worker !== null) await thread.worker.terminate()
        else if ('close' in thread.port) thread.port.close()
      }),
    )
    return counts.reduce((sum, cut) => sum + cut, 0)
  }

  async #drain(thread: DataThread, drainMs: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), drainMs)
    })
    const drained = this.#ask(thread, { type: 'drain' })
    const first = await Promise.race([drained, late])
    clearTimeout(timer)
    if (first !== 'late') return 0
    const answer = await this.#ask(thread, { type: 'cut' })
    return answer.type === 'drained' ? answer.cut : 0
  }

  #live(): DataThread[] {
    return this.#threads.filter((thread) => !thread.ended)
  }

  #broadcast(message: ToThread): void {
    for (const thread of this.#live()) thread.port.postMessage(message)
  }

  #ask(thread: DataThread, message: ToThread): Promise<FromThread> {
    return new Promise((resolve) => {
      this.#waiters.set(thread, resolve)
      thread.port.postMessage(message)
    })
  }

  async #run(thread: DataThread): Promise<void> {
    const init: ThreadInit = {
      ...this.#options.init(thread.index),
      thread: thread.index,
      counters: thread.counters,
      inFlight: thread.inFlight,
      ledger: thread.ledger,
      plan: this.#plan,
    }
    thread.beatAt = performance.now()
    thread.ended = false
    const answer = await new Promise<FromThread>((resolve) => {
      this.#waiters.set(thread, resolve)
      if (this.#options.count === 0) this.#runHere(thread, init)
      else this.#runWorker(thread, init)
    })
    if (answer.type === 'refused') throw new ThreadRefusal(answer.message, answer.code)
  }

  #runHere(thread: DataThread, init: ThreadInit): void {
    const { port1, port2 } = new MessageChannel()
    thread.port = port1
    port1.on('message', (message: FromThread) => this.#onMessage(thread, message))
    thread.plane = new DataPlane(init, port2, this.#options.policies)
    void thread.plane.start()
  }

  #runWorker(thread: DataThread, init: ThreadInit): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./data-thread.${extension}`, import.meta.url), {
      workerData: init,
      name: `data-${thread.index}`,
      // Each connection's short-lived objects die young: a small young generation keeps the resident set small.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 },
    })
    thread.worker = worker
    thread.port = worker
    let why = 'exited'
    worker.on('message', (message: FromThread) => {
      if (thread.worker === worker) this.#onMessage(thread, message)
    })
    worker.on('error', (error) => {
      why = error instanceof Error ? `${error.name}: ${error.message}` : 'threw'
    })
    worker.on('exit', () => {
      if (thread.worker === worker) this.#onExit(thread, why)
    })
  }

  #onMessage(thread: DataThread, message: FromThread): void {
    if (message.type === 'records') {
      Atomics.sub(new Int32Array(this.#shared.outstanding), thread.index, message.batch.length)
      return this.#options.onRecords(message.batch, thread.index)
    }
    if (message.type === 'event') return this.#options.onEvent(message.message)
    const waiter = this.#waiters.get(thread)
    this.#waiters.delete(thread)
    waiter?.(message)
  }

  #onExit(thread: DataThread, why: string): void {
    thread.ended = true
    thread.worker = null
    // Whoever waits for the thread is answered: a reload does not hang on the dead.
    const waiter = this.#waiters.get(thread)
    this.#waiters.delete(thread)
    if (this.#stopping) return waiter?.({ type: 'drained', cut: 0 })
    waiter?.({ type: 'refused', generation: 0, message: `data thread ${thread.index} ended: ${why}`, code: '' })
    if (waiter !== undefined && thread.beat === 0) return // it never served: `start` rejects
    const lost = lostRequests(thread.inFlight)
    this.#tables.forget(thread.index, thread.ledger)
    Atomics.store(new Int32Array(this.#shared.outstanding), thread.index, 0)
    this.#options.onLost(thread.index, why, lost)
    const now = performance.now()
    this.#restarts = [...this.#restarts.filter((at) => now - at < 60_000), now]
    if (this.#restarts.length > mostRestartsAMinute) return this.#options.onHopeless()
    this.#run(thread).catch((error: unknown) => {
      this.#options.onEvent(`data thread ${thread.index} could not be replaced: ${error instanceof Error ? error.message : 'unknown'}`)
      this.#options.onHopeless()
    })
  }

  #checkBeats(): void {
    const beats = new Int32Array(this.#shared.heartbeats)
    const now = performance.now()
    for (const thread of this.#threads) {
      const beat = Atomics.load(beats, thread.index)
      if (beat !== thread.beat || thread.ended || thread.worker === null) {
        thread.beat = beat
        thread.beatAt = now
      } else if (now - thread.beatAt > hangMs && thread.beat > 0) {
        thread.beatAt = now
        this.#options.onEvent(`data thread ${thread.index} hangs and is ended`)
        void thread.worker.terminate()
      }
    }
  }
}

/** Data threads that a configured number means: one a core, at least one, and one where the system cannot share a port. */
export function threadCount(configured: number): number {
  if (configured === 0) return 0
  return process.platform === 'linux' ? configured : 1
}
