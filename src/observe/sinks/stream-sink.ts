import type { Writable } from 'node:stream'
import { Backlog } from './backlog.ts'
import type { Sink, SinkSettings, SinkStats } from './sink.ts'
import { Trouble } from './trouble.ts'

/**
 * Writes to a pipe or socket that was open before, such as standard output. Node writes to these without blocking,
 * but would queue without end for a reader that stopped: one entry is handed over at a time.
 */
export class StreamSink implements Sink {
  readonly name: string
  readonly opened: Promise<string | null> = Promise.resolve(null)
  readonly #stream: Writable
  readonly #encode: (batch: string) => string
  readonly #backlog: Backlog
  readonly #trouble: Trouble
  readonly #onError: (error: NodeJS.ErrnoException) => void
  #busy = false
  #broken = false

  constructor(name: string, stream: Writable, encode: (batch: string) => string, settings: SinkSettings) {
    this.name = name
    this.#stream = stream
    this.#encode = encode
    this.#backlog = new Backlog(settings.queueBytes)
    this.#trouble = new Trouble(name, settings.reportEveryMs, settings.report)
    this.#onError = (error) => this.#break(error)
    stream.on('error', this.#onError)
  }

  write(batch: string): void {
    if (!this.#backlog.offer(batch, this.#encode)) {
      this.#trouble.begin(this.#trouble.current ?? 'its reader is too slow', this.#backlog.dropped)
    }
    if (this.#broken) this.#break(null)
    else this.#run()
  }

  reopen(): void {
    // It has no name to be opened by.
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#backlog.empty(deadlineMs)
    this.#broken = true
    this.#backlog.clear()
    // The stream outlives the sink, and its reader may go away at any time: the listener stays when it fails late.
    if (!this.#busy) this.#stream.off('error', this.#onError)
  }

  stats(): SinkStats {
    const { written, dropped, bytes } = this.#backlog
    return { sink: this.name, written, dropped, queuedBytes: bytes, trouble: this.#trouble.current }
  }

  #run(): void {
    const entry = this.#backlog.head()
    if (entry === undefined || this.#busy || this.#broken) return
    this.#busy = true
    this.#stream.write(entry.bytes, (error) => {
      this.#busy = false
      if (error) return this.#break(error)
      this.#backlog.done()
      if (this.#trouble.current !== null) this.#trouble.end(this.#backlog.dropped)
      this.#run()
    })
  }

  /** The reader is gone for good: a pipe cannot be opened again from this end. */
  #break(error: NodeJS.ErrnoException | null): void {
    this.#broken = true
    this.#backlog.clear()
    const problem =
      error === null
        ? (this.#trouble.current ?? 'closed')
        : `its reader is gone (${error.code ?? error.message})`
    this.#trouble.begin(problem, this.#backlog.dropped)
  }
}
