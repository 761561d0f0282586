import { close, constants, fstat, open, write } from 'node:fs'
import { promisify } from 'node:util'
import { Backlog } from './backlog.ts'
import type { Sink, SinkSettings, SinkStats } from './sink.ts'
import { Trouble } from './trouble.ts'

const openFile = promisify(open)
const statFile = promisify(fstat)
const closeFile = promisify(close)
const writeFile = promisify(write)

/**
 * O_NONBLOCK has no effect on a regular file; on a FIFO or a stopped terminal it makes the attempt fail at once. A
 * write that blocks in Node's thread pool would hold up the end of the process, also after `process.exit`.
 */
const openFlags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/** A stopped terminal or a full FIFO is asked again after this. */
const againMs = 25

/** How often it is noticed that somebody deleted the file: what is written to it then can be read by nobody. */
const deletedCheckMs = 1000

export interface DescriptorTarget {
  readonly name: string
  /** Null when there is only the descriptor. */
  readonly path: string | null
  /**
   * A file to append to, made with mode 0600 if missing: who called what, from where, is nobody else's business.
   * Otherwise something that is there already.
   */
  readonly create: boolean
  /** Used, and never closed, when there is no path or it cannot be opened. */
  readonly inherited: number | null
}

/** Writes to a path, in the background, oldest record first, and tries again until it works. */
export class DescriptorSink implements Sink {
  readonly name: string
  readonly opened: Promise<string | null>
  readonly #target: DescriptorTarget
  readonly #settings: SinkSettings
  readonly #encode: (batch: string) => string
  readonly #backlog: Backlog
  readonly #trouble: Trouble
  #fd: number | null = null
  /** Bytes of the oldest entry that are out, and the file they went to. */
  #offset = 0
  #file = ''
  #busy = false
  #closed = false
  #reopen = false
  #pause: NodeJS.Timeout | null = null
  #checkedAt = 0

  constructor(target: DescriptorTarget, encode: (batch: string) => string, settings: SinkSettings) {
    this.name = target.name
    this.#target = target
    this.#encode = encode
    this.#settings = settings
    this.#backlog = new Backlog(settings.queueBytes)
    this.#trouble = new Trouble(this.name, settings.reportEveryMs, settings.report)
    this.opened = this.#run().then(() => this.#trouble.current)
  }

  write(batch: string): void {
    if (!this.#backlog.offer(batch, this.#encode)) {
      this.#trouble.begin(
        this.#trouble.current ?? 'records come faster than they go out',
        this.#backlog.dropped,
      )
    }
    void this.#run()
  }

  reopen(): void {
    this.#reopen = true
    if (this.#pause !== null) clearTimeout(this.#pause)
    this.#pause = null
    void this.#run()
  }

  async close(deadlineMs: number): Promise<void> {
    await this.#backlog.empty(deadlineMs)
    this.#closed = true
    this.#backlog.clear()
    if (!this.#busy) await this.#release()
  }

  stats(): SinkStats {
    const { written, dropped, bytes } = this.#backlog
    return { sink: this.name, written, dropped, queuedBytes: bytes, trouble: this.#trouble.current }
  }

  /** One at a time: the order of lines is the order of records. */
  async #run(): Promise<void> {
    if (this.#busy || this.#closed || this.#pause !== null) return
    this.#busy = true
    let pauseMs = 0
    try {
      while (!this.#closed) {
        await this.#makeReady()
        const entry = this.#backlog.head()
        if (entry === undefined) break
        const { bytesWritten } = await writeFile(this.#fd!, entry.bytes, this.#offset)
        this.#offset += bytesWritten
        if (this.#offset < entry.bytes.length) continue
        this.#offset = 0
        this.#backlog.done()
        if (this.#trouble.current !== null) this.#trouble.end(this.#backlog.dropped)
      }
    } catch (error) {
      pauseMs = await this.#failed(error as NodeJS.ErrnoException)
    }
    this.#busy = false
    if (this.#closed) await this.#release()
    else if (pauseMs > 0) this.#wait(pauseMs)
    else if (this.#reopen || this.#backlog.head() !== undefined) void this.#run()
  }

  #wait(pauseMs: number): void {
    this.#pause = setTimeout(() => {
      this.#pause = null
      void this.#run()
    }, pauseMs).unref()
  }

  async #failed(error: NodeJS.ErrnoException): Promise<number> {
    if (error.code === 'EAGAIN') return againMs
    await this.#release()
    this.#trouble.begin(describe(error), this.#backlog.dropped)
    return this.#settings.retryMs
  }

  async #makeReady(): Promise<void> {
    if (this.#fd !== null && this.#target.create) {
      const now = performance.now()
      if (this.#reopen) await this.#release()
      else if (now - this.#checkedAt > deletedCheckMs) {
        this.#checkedAt = now
        if ((await statFile(this.#fd)).nlink === 0) await this.#release()
      }
    }
    this.#reopen = false
    if (this.#fd !== null) return
    this.#fd = await this.#open()
    const { dev, ino } = await statFile(this.#fd)
    const file = `${dev}:${ino}`
    if (this.#offset > 0 && file !== this.#file) this.#skipTornLine()
    this.#file = file
  }

  async #open(): Promise<number> {
    const { path, create, inherited } = this.#target
    if (path === null && inherited !== null) return inherited
    try {
      const flags = create ? openFlags | constants.O_APPEND | constants.O_CREAT : openFlags
      return await openFile(path ?? '', flags, 0o600)
    } catch (error) {
      if (inherited === null) throw error
      return inherited
    }
  }

  /** The first half of a line went to a file that is gone: the second half alone would be no record in the new one. */
  #skipTornLine(): void {
    const bytes = this.#backlog.head()!.bytes
    const lineEnd = bytes.indexOf(0x0a, this.#offset - 1)
    const torn = bytes[this.#offset - 1] !== 0x0a
    this.#offset = lineEnd + 1
    if (torn) this.#backlog.lose()
    if (this.#offset === bytes.length) {
      this.#offset = 0
      this.#backlog.done()
    }
  }

  async #release(): Promise<void> {
    const fd = this.#fd
    this.#fd = null
    if (fd !== null && fd !== this.#target.inherited) await closeFile(fd).catch(() => undefined)
  }
}

function describe(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full'
    case 'ENOENT':
      return 'its folder does not exist'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `may not be written (${error.code})`
    case 'ENXIO':
      return 'nobody reads the pipe'
    default:
      return `cannot be written (${error.code ?? error.message})`
  }
}
