import type { GatewaySpec } from '../../config/spec.ts'
import { countersBytes } from '../../observe/counters.ts'
import type { HalfState } from '../halves/control-halves.ts'
import { threadCount } from './data-threads.ts'
import type { NewPlan } from './messages.ts'

/** The plan as threads get it, with counters for each of them. */
export function newPlan(spec: GatewaySpec, generation: number, halves: readonly HalfState[]): NewPlan {
  const threads = Math.max(1, threadCount(spec.dataThreads))
  return {
    generation,
    spec,
    operations: Array.from(
      { length: threads },
      () => new SharedArrayBuffer(countersBytes(spec.operations.length)),
    ),
    halves,
  }
}
