import type { WireLimits } from '../config/spec.ts'
import type { NetworkSet } from '../engines/networks/network-set.ts'
import type { Exchange } from '../gateway/exchange.ts'
import type { Operation, Plan } from '../gateway/plan.ts'
import type { ObjectAnswer, Revocations } from '../gateway/policy.ts'
import type { Recorder } from '../gateway/recorder.ts'
import type { Counters } from '../observe/counters.ts'
import type { Deadlines } from './deadlines.ts'

/** What connections share in one data thread. */
export interface Gate {
  /** The plan in force: a request keeps the one it started with. */
  readonly plan: Plan
  readonly limits: WireLimits
  readonly trustedProxies: NetworkSet
  readonly recorder: Recorder
  readonly counters: Counters
  readonly deadlines: Deadlines
  readonly revocations: Revocations
  /** The process is shutting down: every answer closes its connection. */
  readonly draining: boolean
  nextId(): string
  /** Reads the object of a request by an operation of its API. */
  readObject(x: Exchange, by: Operation): Promise<ObjectAnswer>
  /** The data path. */
  handle(exchange: Exchange): void
  /** Claims bytes of memory on behalf of a client; false when the thread's budget is spent. */
  claim(bytes: number): boolean
  release(bytes: number): void
}
