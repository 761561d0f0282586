/**
 * The decision record: exactly one for each request, also for one that was refused while parsing or lost in a crash.
 * One JSON object a line. Field order is fixed. Absent values are left out.
 */
export interface DecisionRecord {
  /** RFC 3339, UTC, milliseconds: when the first byte of the head was read. */
  readonly time: string
  readonly id: string
  /** Trace id of the W3C trace context passed on. */
  readonly trace?: string
  readonly listener: string
  /** After the trusted-proxy rule; `peer` only where the socket's address differs. */
  readonly client: string
  readonly peer?: string
  readonly method?: string
  readonly host?: string
  readonly path?: string
  /** Values of secret-looking parameters replaced by `[redacted]`. */
  readonly query?: string
  readonly api?: string
  readonly operation?: string
  /** The document does not declare it; `undeclared: observe` let it through to the policies. */
  readonly undeclared?: true
  /** `identity/id`. */
  readonly caller?: string
  /** Name, verdict, microseconds; in order. Verdicts of `mode: observe` carry `observed-` before them. */
  readonly policies?: readonly (readonly [name: string, verdict: string, microseconds: number])[]
  readonly verdict: 'allow' | 'deny' | 'answer' | 'error'
  readonly code?: string
  /** For operators: why, in words. */
  readonly reason?: string
  /** Status sent; 0 when the connection was closed without an answer. */
  readonly status: number
  readonly upstream?: string
  readonly attempts?: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** From the first byte of the head to the last byte handed to the socket. */
  readonly ms: number
  /** Of that, waiting for the upstream's response head. */
  readonly upstreamMs?: number
}
