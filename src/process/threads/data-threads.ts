import { setTimeout as sleep } from 'node:timers/promises'
import { codes } from '../../codes.ts'
import { Counters, countersBytes } from '../../observe/counters.ts'
import type { HalfState } from '../halves/control-halves.ts'
import type { Program } from '../program.ts'
import type { ConnectionTables } from './connection-admission.ts'
import { type Answer, DataThreadLife, type Question } from './data-thread-life.ts'
import type { LostRequest } from './in-flight.ts'
import type { NewPlan, SharedMemory, ThreadInit, ToThread } from './messages.ts'

/** How often heartbeats are looked at. Looks are counted, not time: a machine that slept has no hanging threads. */
const watchMs = 200
/** A thread found without a heartbeat this often in a row hangs, and is replaced. */
const mostSilent = 10
/** The same while it starts or compiles a plan, which may take long on a busy machine. */
const mostSilentWhilePreparing = 100
/** More deaths within a minute are not a thread's fault: starting more would only hide it. */
const mostRestartsAMinute = 20

/** What the threads need from the control plane. */
export interface DataThreadsOptions {
  /** 0 runs the data plane in this thread. */
  readonly count: number
  readonly program: Program
  /** What a thread is given that changes while the gateway runs. */
  readonly secrets: () => Pick<ThreadInit, 'pepper' | 'keys' | 'revocations' | 'grants' | 'ticketKeys'>
  readonly onRecords: (batch: string) => void
  readonly onEvent: (message: string) => void
  /** Answers a question of a data half. */
  readonly onAsk: (half: number, question: unknown) => Promise<unknown>
  /** What the control halves of the plan in force have published by now, for a thread that starts late. */
  readonly halves: () => readonly HalfState[]
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

/** The data threads of the process: started, given plans all or none, watched, replaced, drained. */
export class DataThreads {
  /** Counters of each thread, over all its lives and generations. */
  readonly counters: readonly SharedArrayBuffer[]
  readonly #options: DataThreadsOptions
  readonly #shared: SharedMemory
  readonly #tables: ConnectionTables
  readonly #lives: DataThreadLife[] = []
  readonly #watch: NodeJS.Timeout
  #plan: NewPlan
  #preparing = false
  #restarts = 0
  #recent: number[] = []
  #stopping = false
  /** Requests of threads that ended while the gateway was stopping. */
  #lostInStop = 0

  constructor(plan: NewPlan, shared: SharedMemory, tables: ConnectionTables, options: DataThreadsOptions) {
    this.#plan = plan
    this.#shared = shared
    this.#tables = tables
    this.#options = options
    this.counters = Array.from(
      { length: Math.max(1, options.count) },
      () => new SharedArrayBuffer(countersBytes(0)),
    )
    this.#watch = setInterval(() => this.#look(), watchMs)
    this.#watch.unref()
  }

  /** Threads that were replaced since the start. */
  get restarts(): number {
    return this.#restarts
  }

  /** Threads that serve now. */
  get serving(): number {
    return this.#serving().length
  }

  /** Starts all threads; rejects with ThreadRefusal when one cannot serve the first plan. */
  async start(): Promise<void> {
    const begun = this.counters.map((_, index) => this.#begin(index))
    await Promise.all(begun.map(({ served }) => served))
  }

  /** Puts a plan into force on all threads, or on none. */
  async replace(plan: NewPlan): Promise<void> {
    if (this.#stopping) throw new ThreadRefusal('the gateway is stopping', '')
    const lives = this.#serving()
    this.#preparing = true
    const answers = await Promise.all(lives.map((life) => life.ask({ type: 'prepare', plan }, 'prepared')))
    this.#preparing = false
    const refusal = answers.map(refusalOf).find((one) => one !== null)
    if (refusal !== undefined) {
      this.broadcast({ type: 'abandon', generation: plan.generation })
      throw refusal
    }
    this.#plan = plan
    await Promise.all(
      lives.map((life) => life.ask({ type: 'commit', generation: plan.generation }, 'committed')),
    )
  }

  broadcast(message: ToThread): void {
    for (const life of this.#lives) life.post(message)
  }

  /** Lets requests in flight finish until the deadline, then cuts them. Returns how many were cut. */
  async stop(drainMs: number): Promise<number> {
    this.#stopping = true
    const counts = await Promise.all(this.#serving().map((life) => drain(life, drainMs)))
    clearInterval(this.#watch)
    await Promise.all(this.#lives.map((life) => life.end()))
    return counts.reduce((sum, cut) => sum + cut, this.#lostInStop)
  }

  #serving(): DataThreadLife[] {
    return this.#lives.filter((life) => life.serving)
  }

  #begin(thread: number): { readonly life: DataThreadLife; readonly served: Promise<void> } {
    const plan = this.#plan
    const init = {
      ...this.#options.secrets(),
      thread,
      shared: this.#shared,
      counters: this.counters[thread]!,
      ledger: this.#tables.newLedger(),
      reusePort: process.platform === 'linux',
      plan: { ...plan, halves: this.#options.halves() },
    }
    const life = new DataThreadLife(init, this.#options.program, this.#options.count === 0, {
      onRecords: this.#options.onRecords,
      onEvent: this.#options.onEvent,
      onAsk: (asking, question) => void this.#answer(asking, question),
      onExit: (ended, why) => this.#onExit(ended, why),
    })
    this.#lives[thread] = life
    return { life, served: this.#serve(life, plan) }
  }

  async #answer(life: DataThreadLife, { half, question, value }: Question): Promise<void> {
    try {
      const answer = await this.#options.onAsk(half, value)
      life.post({ type: 'answer', question, ok: true, value: answer })
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown'
      life.post({ type: 'answer', question, ok: false, value: message })
    }
  }

  /** Waits until the thread serves the plan in force, which may have changed while it started. */
  async #serve(life: DataThreadLife, first: NewPlan): Promise<void> {
    let plan = first
    let refusal = refusalOf(await life.answer('ready'))
    while (refusal === null && plan !== this.#plan) {
      plan = this.#plan
      refusal = refusalOf(await life.ask({ type: 'prepare', plan }, 'prepared'))
      if (refusal === null) await life.ask({ type: 'commit', generation: plan.generation }, 'committed')
    }
    if (refusal !== null) throw refusal
    life.serving = true
  }

  #onExit(life: DataThreadLife, why: string): void {
    const served = life.serving
    life.serving = false
    const { thread, ledger } = life.init
    const { records, lost } = life.remains()
    this.#tables.forget(thread, ledger)
    if (records !== '') this.#options.onRecords(records)
    const counters = new Counters(this.counters[thread]!)
    for (const { startedAt } of lost)
      counters.finish(codes.THREAD_LOST.code, Math.max(0, Date.now() - startedAt) / 1000)
    if (this.#stopping) {
      this.#lostInStop += lost.length
      if (lost.length > 0) this.#options.onLost(thread, why, lost)
      return
    }
    if (!served && this.#restarts === 0) return // `start` rejects
    this.#options.onLost(thread, why, lost)
    this.#replace(thread)
  }

  #replace(thread: number): void {
    this.#restarts++
    const now = performance.now()
    this.#recent = [...this.#recent.filter((at) => now - at < 60_000), now]
    if (this.#recent.length > mostRestartsAMinute) {
      this.#options.onHopeless()
      return
    }
    const { life, served } = this.#begin(thread)
    served.catch((error: unknown) => {
      this.#options.onEvent(
        `data thread ${thread} could not be replaced: ${error instanceof Error ? error.message : 'unknown'}`,
      )
      // Its end, if it has not come yet, leads to the next try.
      void life.end()
    })
  }

  #look(): void {
    for (const life of this.#lives) {
      const most = this.#preparing || !life.serving ? mostSilentWhilePreparing : mostSilent
      if (life.look() < most) continue
      this.#options.onEvent(`data thread ${life.init.thread} hangs and is ended`)
      void life.end()
    }
  }
}

async function drain(life: DataThreadLife, drainMs: number): Promise<number> {
  const ended = new AbortController()
  const late = sleep(drainMs, 'late' as const, { signal: ended.signal }).catch(() => 'late' as const)
  const first = await Promise.race([life.ask({ type: 'drain' }, 'drained'), late])
  ended.abort()
  if (first !== 'late') return 0
  const answer = await life.ask({ type: 'cut' }, 'cut')
  return answer.type === 'cut' ? answer.cut : 0
}

function refusalOf(answer: Answer): ThreadRefusal | null {
  if (answer.type === 'refused') return new ThreadRefusal(answer.message, answer.code)
  return answer.type === 'ended' ? new ThreadRefusal(`a data thread ended: ${answer.message}`, '') : null
}

/** Data threads that a configured number means: one a core, at least one, and one where the system cannot share a port. */
export function threadCount(configured: number): number {
  if (configured === 0) return 0
  return process.platform === 'linux' ? configured : 1
}
