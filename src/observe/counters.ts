import { type CodeName, codes } from '../codes.ts'

/** Gauges and counters of one data thread, besides those by code and operation. */
export const gaugeNames = [
  'connections',
  'connectionsTotal',
  'handshakes',
  'handshakesFailed',
  'requestsActive',
  'requests',
  'bytesIn',
  'bytesOut',
  'upstreamConnections',
  'upstreamConnectionsTotal',
  'upstreamRetries',
  'recordsDropped',
  'undeclared',
  'observedDenials',
  'memoryClaimed',
  'connectionsRefused',
] as const
export type GaugeName = (typeof gaugeNames)[number]

/** Upper bounds of the latency histogram, in seconds. */
export const latencyBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const

/** Status classes 1xx–5xx; index 0 is "closed without an answer". */
export const statusClasses = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

export const codeNames: readonly CodeName[] = Object.keys(codes) as CodeName[]

const codeBase = gaugeNames.length
const latencyBase = codeBase + codeNames.length + 1
const operationBase = latencyBase + latencyBounds.length + 2

/** Bytes of shared memory for a thread that serves this many operations. */
export function countersBytes(operations: number): number {
  return (operationBase + operations * statusClasses.length) * 8
}

const codeIndex = new Map<string, number>(codeNames.map((name, index) => [name, index]))

/**
 * Counters in shared memory: one writer (the data thread, plain adds), read by the control plane without asking the
 * thread. A torn read of a double cannot happen on the platforms Node supports for aligned 64-bit stores.
 */
export class Counters {
  readonly memory: SharedArrayBuffer
  readonly #cells: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#cells = new Float64Array(memory)
  }

  add(gauge: number, amount: number): void {
    this.#cells[gauge]! += amount
  }

  /** Counts one finished request. */
  finish(code: string | null, seconds: number): void {
    const cells = this.#cells
    if (code !== null) cells[codeBase + (codeIndex.get(code) ?? codeNames.length)]! += 1
    let bucket = 0
    while (bucket < latencyBounds.length && seconds > latencyBounds[bucket]!) bucket++
    cells[latencyBase + bucket]! += 1
    cells[latencyBase + latencyBounds.length + 1]! += seconds
  }

  /** Counts one finished request of an operation, by its index in the plan. */
  finishOperation(operation: number, status: number): void {
    this.#cells[operationBase + operation * statusClasses.length + ((status / 100) | 0)]! += 1
  }

  gauge(index: number): number {
    return this.#cells[index]!
  }
  /** Count of a code by its index in `codeNames`; one past the end is every code of others' policies. */
  code(index: number): number {
    return this.#cells[codeBase + index]!
  }
  latency(bucket: number): number {
    return this.#cells[latencyBase + bucket]!
  }
  get latencySum(): number {
    return this.#cells[latencyBase + latencyBounds.length + 1]!
  }
  operation(index: number, statusClass: number): number {
    return this.#cells[operationBase + index * statusClasses.length + statusClass]!
  }
}

/** Index of each gauge, so that the data path writes a constant and looks nothing up by name. */
export const gauges = Object.fromEntries(gaugeNames.map((name, index) => [name, index])) as Record<
  GaugeName,
  number
>
