import type { Log } from '../observe/log.ts'

/** What listeners without a token may show. */
export interface OpsHost {
  /** Whether new requests may be sent here: false before the first plan serves, and from the start of draining. */
  ready(): boolean
  /** The Prometheus page. */
  metrics(): string
  readonly log: Log
}

/** What the admin API does; the process provides it. */
export interface AdminHost extends OpsHost {
  /** Whether this is the admin token; takes the same time for every wrong one. */
  checkToken(presented: string): boolean
  /** Version, uptime, generation, threads, sinks: anything that is JSON. */
  status(): unknown
  /** What `undeclared: observe` let through: anything that is JSON. */
  undeclared(): unknown
  explain(query: ExplainQuery): Promise<Explanation>
  reload(): Promise<ReloadOutcome>
  /** A request without the right token was refused. */
  refused(): void
}

export interface ExplainQuery {
  readonly method: string
  /** Absolute URL, or a path. */
  readonly url: string
  /** `identity/id` of the caller to assume, or null. */
  readonly as: string | null
  /** Address the request comes from, or null for loopback. */
  readonly from: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export type Explanation =
  | { readonly ok: true; readonly text: string; readonly json: unknown }
  /** The question makes no sense; `problem` is a sentence for the caller. */
  | { readonly ok: false; readonly problem: string }

export type ReloadOutcome =
  | { readonly ok: true; readonly generation: number }
  /** Refused: the old configuration serves on. Sentences without secrets. */
  | { readonly ok: false; readonly problems: readonly string[] }
