import { fstatSync } from 'node:fs'
import type { SinkSpec } from '../../config/spec.ts'
import { DescriptorSink } from './descriptor-sink.ts'
import type { Sink, SinkSettings, SinkStats } from './sink.ts'
import { StreamSink } from './stream-sink.ts'
import { SyslogSink } from './syslog-sink.ts'
import { textLines } from './text-line.ts'

export type { SinkStats } from './sink.ts'

/** All places that decision records go to, for the life of the process. */
export interface Sinks {
  /** Hands whole lines, each ended by `\n`, to every sink. Never throws, never blocks. */
  write(batch: string): void
  /** Closes and reopens files (SIGUSR1, after a log was rotated by renaming it). */
  reopen(): void
  /** Takes over another list; what is in both goes on undisturbed. Resolves as `opened` does. */
  replace(specs: readonly SinkSpec[]): Promise<readonly string[]>
  /** Sentences about sinks whose first attempt to open failed. They go on trying all the same. */
  opened(): Promise<readonly string[]>
  /** Writes what is queued, for at most two seconds. */
  close(): Promise<void>
  /** One a name, also of sinks that are gone: a counter never goes down. */
  stats(): readonly SinkStats[]
}

export interface SinksOptions extends Partial<Omit<SinkSettings, 'report'>> {
  /** Takes a sentence about a sink in trouble, for the process's own log. */
  readonly report: (message: string) => void
}

const closeDeadlineMs = 2000

const defaults = { queueBytes: 16 * 1024 * 1024, retryMs: 1000, stallMs: 30_000, reportEveryMs: 60_000 }

export function openSinks(specs: readonly SinkSpec[], options: SinksOptions): Sinks {
  const settings: SinkSettings = { ...defaults, ...options }
  let open = new Map<string, Sink>()
  const closing = new Set<Sink>()
  const gone = new Map<string, SinkStats>()

  async function retire(sink: Sink): Promise<void> {
    closing.add(sink)
    await sink.close(closeDeadlineMs)
    gone.set(sink.name, sum(gone.get(sink.name), { ...sink.stats(), trouble: null }))
    closing.delete(sink)
  }

  async function opened(): Promise<readonly string[]> {
    const problems = await Promise.all(
      [...open.values()].map(async (sink) => {
        const problem = await sink.opened
        return problem === null ? [] : [`Log ${sink.name}: ${problem}.`]
      }),
    )
    return problems.flat()
  }

  function take(next: readonly SinkSpec[]): void {
    const before = open
    open = new Map()
    for (const spec of next) {
      const key = JSON.stringify(spec)
      if (!open.has(key)) open.set(key, before.get(key) ?? openSink(spec, settings))
    }
    for (const [key, sink] of before) if (!open.has(key)) void retire(sink)
  }

  take(specs)
  return {
    write(batch) {
      for (const sink of open.values()) sink.write(batch)
    },
    reopen() {
      for (const sink of open.values()) sink.reopen()
    },
    replace(next) {
      take(next)
      return opened()
    },
    opened,
    async close() {
      await Promise.all([...closing, ...open.values()].map((sink) => sink.close(closeDeadlineMs)))
    },
    stats() {
      const all = new Map(gone)
      for (const sink of [...closing, ...open.values()])
        all.set(sink.name, sum(all.get(sink.name), sink.stats()))
      return [...all.values()]
    },
  }
}

function sum(a: SinkStats | undefined, b: SinkStats): SinkStats {
  if (a === undefined) return b
  return {
    sink: b.sink,
    written: a.written + b.written,
    dropped: a.dropped + b.dropped,
    queuedBytes: b.queuedBytes + a.queuedBytes,
    trouble: b.trouble ?? a.trouble,
  }
}

const identity = (batch: string): string => batch
const plainText = (batch: string): string => textLines(batch, { colour: false })
const colouredText = (batch: string): string => textLines(batch, { colour: true })

function openSink(spec: SinkSpec, settings: SinkSettings): Sink {
  switch (spec.type) {
    case 'stdout':
      return openStdout(spec.format, settings)
    case 'file': {
      const target = { name: `file:${spec.path}`, path: spec.path, create: true, inherited: null }
      return new DescriptorSink(target, spec.format === 'text' ? plainText : identity, settings)
    }
    case 'syslog': {
      const host = spec.host.includes(':') ? `[${spec.host}]` : spec.host
      const name = `syslog+${spec.secure ? 'tls' : 'tcp'}://${host}:${spec.port}`
      return new SyslogSink(spec, name, settings)
    }
  }
}

/** Node writes to terminals and files synchronously; those go through a descriptor sink instead. */
function openStdout(format: 'auto' | 'json' | 'text', settings: SinkSettings): Sink {
  const terminal = process.stdout.isTTY === true
  const text = format === 'text' || (format === 'auto' && terminal)
  const encode = text ? (wantsColour(terminal) ? colouredText : plainText) : identity
  const status = fstatSync(1)
  if (status.isFIFO() || status.isSocket()) return new StreamSink('stdout', process.stdout, encode, settings)
  // Opening a regular file anew would lose the shell's position in it; a terminal gets a description of its own,
  // since making the shared one non-blocking would do so for the user's shell too.
  const path = status.isFile() ? null : '/dev/fd/1'
  return new DescriptorSink({ name: 'stdout', path, create: false, inherited: 1 }, encode, settings)
}

/** https://no-color.org: any value that is not empty. */
function wantsColour(terminal: boolean): boolean {
  return terminal && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}
