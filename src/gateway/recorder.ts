import type { Exchange } from './exchange.ts'

/** Takes each exchange once, when it is over: counters and the decision record. */
export interface Recorder {
  finish(exchange: Exchange): void
}
