import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { Counters, gaugeNames } from '../../observe/counters.ts'
import { gaugeMetrics } from '../../observe/gauge-metrics.ts'
import type { Program } from '../program.ts'
import { DataPlane } from './data-plane.ts'
import { inFlightBytes, type LostRequest, lostRequests } from './in-flight.ts'
import type { FromThread, ThreadInit, ToThread } from './messages.ts'
import { batchMemoryBytes, lostBatch, takeBatch } from './record-batches.ts'

/** What the thread says to a question, or that it ended. */
export type Answer = FromThread | { readonly type: 'ended'; readonly message: string }

/** What a life is begun with; the rest of its memory is its own. */
export type LifeInit = Omit<ThreadInit, 'inFlight' | 'records'>

/** A question of a data half to its control half. */
export type Question = Extract<FromThread, { type: 'ask' }>

/** Where a thread's own messages go. */
export interface LifeEvents {
  readonly onRecords: (batch: string) => void
  readonly onEvent: (message: string) => void
  readonly onAsk: (life: DataThreadLife, question: Question) => void
  /** Called once, when the thread is no more: by itself, or ended. Never for the one in this thread. */
  readonly onExit: (life: DataThreadLife, why: string) => void
}

interface Waiter {
  readonly expects: FromThread['type']
  readonly resolve: (answer: Answer) => void
}

/** A data thread from its start to its end, as the control plane sees it. Its successor is another object. */
export class DataThreadLife {
  readonly init: ThreadInit
  /** It serves the plan in force. */
  serving = false
  readonly #events: LifeEvents
  readonly #beats: Int32Array
  readonly #worker: Worker | null
  readonly #plane: DataPlane | null
  readonly #port: MessagePort | Worker
  readonly #waiters = new Set<Waiter>()
  #ending = false
  #ended = false
  #beat = 0
  #silent = 0

  /** `inHere` runs it in this thread, where it cannot be watched. */
  constructor(init: LifeInit, program: Program, inHere: boolean, events: LifeEvents) {
    this.init = {
      ...init,
      inFlight: new SharedArrayBuffer(inFlightBytes),
      records: new SharedArrayBuffer(batchMemoryBytes),
    }
    this.#events = events
    this.#beats = new Int32Array(init.shared.heartbeats)
    if (inHere) {
      const { port1, port2 } = new MessageChannel()
      this.#worker = null
      this.#plane = new DataPlane(this.init, port2, program.policies)
      this.#port = port1
      port1.on('message', (message: FromThread) => this.#onMessage(message))
      void this.#plane.start()
    } else {
      this.#plane = null
      this.#worker = this.#startWorker(program.dataThread)
      this.#port = this.#worker
    }
  }

  #startWorker(module: URL): Worker {
    const worker = new Worker(module, {
      workerData: this.init,
      name: `data-${this.init.thread}`,
      // Each connection's short-lived objects die young: a small young generation keeps the resident set small.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 },
    })
    let why = 'exited'
    worker.on('message', (message: FromThread) => this.#onMessage(message))
    worker.on('error', (error) => {
      why = error instanceof Error ? `${error.name}: ${error.message}` : 'threw'
    })
    worker.on('exit', () => this.#onExit(why))
    return worker
  }

  /** Resolves with the first message of this type, or with why it does not come: the plan is refused, the thread ends. */
  answer(expects: FromThread['type']): Promise<Answer> {
    if (this.#ended) return Promise.resolve({ type: 'ended', message: 'it ended before' })
    return new Promise((resolve) => {
      this.#waiters.add({ expects, resolve })
    })
  }

  ask(message: ToThread, expects: FromThread['type']): Promise<Answer> {
    const answer = this.answer(expects)
    this.post(message)
    return answer
  }

  post(message: ToThread): void {
    if (!this.#ended) this.#port.postMessage(message)
  }

  /** Counts how often in a row it was found without a heartbeat since the last look. */
  look(): number {
    if (this.#worker === null || this.#ending || this.#ended) return 0
    const beat = Atomics.load(this.#beats, this.init.thread)
    this.#silent = beat === this.#beat ? this.#silent + 1 : 0
    this.#beat = beat
    return this.#silent
  }

  /** Ends it at once, whatever it does. */
  async end(): Promise<void> {
    this.#ending = true
    this.#plane?.stop()
    if (this.#worker !== null) await this.#worker.terminate()
    else (this.#port as MessagePort).close()
  }

  /** What it leaves when it is dead: records it had not handed over, and requests it had not finished. */
  remains(): { readonly records: string; readonly lost: readonly LostRequest[] } {
    return { records: lostBatch(this.init.records), lost: lostRequests(this.init.inFlight) }
  }

  #onMessage(message: FromThread): void {
    if (message.type === 'records') {
      this.#events.onRecords(takeBatch(this.init.records, message.segment))
    } else if (message.type === 'event') this.#events.onEvent(message.message)
    else if (message.type === 'ask') this.#events.onAsk(this, message)
    else {
      for (const waiter of this.#waiters) {
        if (waiter.expects === message.type || message.type === 'refused') this.#resolve(waiter, message)
      }
    }
  }

  #resolve(waiter: Waiter, answer: Answer): void {
    this.#waiters.delete(waiter)
    waiter.resolve(answer)
  }

  #onExit(why: string): void {
    this.#ended = true
    forgetGauges(new Counters(this.init.counters))
    this.#events.onExit(this, why)
    // Whoever waits is answered: a reload does not hang on the dead.
    for (const waiter of this.#waiters) this.#resolve(waiter, { type: 'ended', message: why })
  }
}

/** What a dead thread held is gone; what it counted has been. */
function forgetGauges(counters: Counters): void {
  for (const [index, name] of gaugeNames.entries())
    if (gaugeMetrics[name].type === 'gauge') counters.add(index, -counters.gauge(index))
}
