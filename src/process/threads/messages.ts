import type { GatewaySpec } from '../../config/spec.ts'
import type { GrantInForce } from '../../store/grants/grant-index.ts'
import type { KeyTableMemory } from '../../store/keys/key-layout.ts'
import type { Revocation } from '../../store/revocations/revocation-index.ts'
import type { HalfState } from '../halves/control-halves.ts'

/** Memory that all threads share; made once a process. */
export interface SharedMemory {
  /** One 32-bit beat a thread, raised every 100 ms. */
  readonly heartbeats: SharedArrayBuffer
  /** The exact table: connections by address and in total. */
  readonly table: SharedArrayBuffer
}

/** What a data thread starts with. */
export interface ThreadInit {
  readonly thread: number
  readonly shared: SharedMemory
  /** Gauges, codes and latencies of the thread, over all generations. */
  readonly counters: SharedArrayBuffer
  /** Requests in flight, readable after the thread's death. */
  readonly inFlight: SharedArrayBuffer
  /** Decision records in batches, readable after the thread's death. */
  readonly records: SharedArrayBuffer
  /** Connections by address that the thread holds, so that they can be counted out after its death. */
  readonly ledger: SharedArrayBuffer
  readonly pepper: Uint8Array
  readonly keys: KeyTableMemory
  readonly revocations: readonly Revocation[]
  readonly grants: readonly GrantInForce[]
  readonly ticketKeys: Uint8Array
  /** Several threads listen on one port. */
  readonly reusePort: boolean
  readonly plan: NewPlan
}

/** A configuration to be put into force. */
export interface NewPlan {
  readonly generation: number
  readonly spec: GatewaySpec
  /** Counters of its operations, one for each thread: each has a single writer. */
  readonly operations: readonly SharedArrayBuffer[]
  /** The control halves of its policies, with what they have published. */
  readonly halves: readonly HalfState[]
}

/** From the control plane to a data thread. */
export type ToThread =
  /** Compile and open what is new; nothing changes for clients yet. Answered by `prepared` or `refused`. */
  | { readonly type: 'prepare'; readonly plan: NewPlan }
  /** Swap. Answered by `committed`. */
  | { readonly type: 'commit'; readonly generation: number }
  /** Forget what was prepared. */
  | { readonly type: 'abandon'; readonly generation: number }
  /** A larger table took over. What changes in it is seen without a message. */
  | { readonly type: 'keys'; readonly keys: KeyTableMemory }
  /** What was revoked, or taken back, since the last such message. */
  | { readonly type: 'revocations'; readonly changes: readonly Revocation[] }
  /** All grants that are in force now. */
  | { readonly type: 'grants'; readonly grants: readonly GrantInForce[] }
  /** A control half has published. */
  | { readonly type: 'state'; readonly half: number; readonly state: unknown }
  /** To a question; `value` is the answer, or why there is none. */
  | { readonly type: 'answer'; readonly question: number; readonly ok: boolean; readonly value: unknown }
  /** Files of client authorities or revocation lists have changed. */
  | { readonly type: 'clientTrust' }
  | { readonly type: 'ticketKeys'; readonly ticketKeys: Uint8Array }
  /** Answer with `connection: close`, accept nothing new. Answered by `drained` when no request is left. */
  | { readonly type: 'drain' }
  /** Cut what is left. Answered by `cut`. */
  | { readonly type: 'cut' }

/** From a data thread to the control plane. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly generation: number; readonly message: string; readonly code: string }
  | { readonly type: 'prepared'; readonly generation: number }
  | { readonly type: 'committed'; readonly generation: number }
  | { readonly type: 'drained' }
  /** How many requests were cut. */
  | { readonly type: 'cut'; readonly cut: number }
  /** A data half asks its control half. Answered by `answer`. */
  | { readonly type: 'ask'; readonly half: number; readonly question: number; readonly value: unknown }
  | { readonly type: 'records'; readonly segment: number }
  | { readonly type: 'event'; readonly message: string }
