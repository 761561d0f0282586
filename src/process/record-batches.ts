import { type Counters, gauges } from '../observe/counters.ts'

const flushMs = 25
/** A batch is posted early when it is this long. */
const batchBytes = 65_536
/** What the control plane may owe before records are dropped, and counted: a stalled log never stalls a request. */
const mostOutstanding = 32 * 1024 * 1024

/** Hands decision records to the control plane in batches. */
export class RecordBatches {
  readonly #outstanding: Int32Array
  readonly #thread: number
  readonly #counters: Counters
  readonly #post: (batch: string) => void
  readonly #timer: NodeJS.Timeout
  #batch = ''

  constructor(outstanding: SharedArrayBuffer, thread: number, counters: Counters, post: (batch: string) => void) {
    this.#outstanding = new Int32Array(outstanding)
    this.#thread = thread
    this.#counters = counters
    this.#post = post
    this.#timer = setInterval(() => this.flush(), flushMs)
  }

  add(line: string): void {
    if (Atomics.load(this.#outstanding, this.#thread) > mostOutstanding) {
      this.#counters.add(gauges.recordsDropped, 1)
      return
    }
    this.#batch += line
    if (this.#batch.length > batchBytes) this.flush()
  }

  flush(): void {
    if (this.#batch === '') return
    const batch = this.#batch
    this.#batch = ''
    Atomics.add(this.#outstanding, this.#thread, batch.length)
    this.#post(batch)
  }

  close(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}
