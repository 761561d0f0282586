/** One place that decision records go to. Nothing here throws or waits: a log in trouble never costs a request. */
export interface Sink {
  /** Address for people and metrics: `stdout`, `file:/var/log/sallyport.log`, `syslog+tls://siem:6514`. */
  readonly name: string
  /** After the first attempt to open: why it failed, in a sentence, or null. */
  readonly opened: Promise<string | null>
  /** Takes whole lines, each ended by `\n`. */
  write(batch: string): void
  /** Closes and opens anew what has a name on disk. */
  reopen(): void
  /** Writes what is queued until the deadline, then lets go. Records left over count as dropped. */
  close(deadlineMs: number): Promise<void>
  stats(): SinkStats
}

export interface SinkStats {
  readonly sink: string
  /** Records handed to the operating system. */
  readonly written: number
  /** Records lost: the queue was full, or the gateway ended before they could be written. */
  readonly dropped: number
  readonly queuedBytes: number
  /** What is wrong now, or null. */
  readonly trouble: string | null
}

export interface SinkSettings {
  /** Bytes waiting in each sink. */
  readonly queueBytes: number
  /** Pause before another attempt; connections double it up to sixty times. */
  readonly retryMs: number
  /** A receiver that takes nothing for this long is left, and connected anew. */
  readonly stallMs: number
  /** At most one report of trouble a sink in this time. */
  readonly reportEveryMs: number
  readonly report: (message: string) => void
}
