import type { Fields } from '../engines/http1/fields.ts'
import type { RequestHead } from '../engines/http1/request-head.ts'
import type { WholeBody } from './body.ts'
import type { FactName, Facts } from './facts.ts'
import type { Operation, Plan } from './plan.ts'
import type { ClientCertificate, JsonBody, ObjectAnswer, RequestView } from './policy.ts'
import type { Recorder } from './recorder.ts'
import type { ClientStream } from './streams.ts'

/** What an exchange takes from the data thread that it happens in. */
interface Gate {
  readonly plan: Plan
  readonly recorder: Recorder
  nextId(): string
  /** Reads the object of a request by an operation of its API. Where requests are only judged, it rejects. */
  readObject(x: Exchange, by: Operation): Promise<ObjectAnswer>
}

/**
 * One request on its way through the gateway: the canonical view that every part shares, the facts policies found,
 * and what the decision record will say. Made once a request, by `http/`, and never copied.
 */
export class Exchange implements RequestView {
  /** Made by the gateway, or believed from a trusted proxy. */
  id: string
  /** The plan the request started with; a reload in between does not change it. */
  readonly plan: Plan
  readonly recorder: Recorder
  /** Who is answered: what holds the answer back for a decision stands in the client's place. */
  client: ClientStream
  /** The request that a read of the gateway's own was made for; else itself. */
  origin: RequestView = this
  /** Name of the listener it came in by, as JSON text. */
  readonly listenerJson: string
  /** Address of the socket's other end. */
  readonly peer: string
  readonly head: RequestHead
  readonly method: string
  host = ''
  path = ''
  query = ''
  readonly fields: Fields
  clientAddress: string
  /** Value of `X-Forwarded-For` towards the upstream. */
  forwardedFor: string
  secure = true
  clientCertificate: ClientCertificate | null = null
  /** Milliseconds since 1970, when the first byte of the head was read. */
  readonly startedAt: number
  /** The same moment on the monotonic clock. */
  readonly started: number
  operation: Operation | null = null
  pathParameters: readonly string[] = none
  readonly facts: Facts = { caller: undefined }
  /** Classes of doubtful but unambiguous paths it belongs to (`engines/path`). */
  pathClasses = 0
  /** A CORS preflight for `operation`: answered here, never forwarded. */
  isPreflight = false
  /** The body as JSON, where a policy asked for it and the request has one. */
  body: JsonBody | null = null
  /** Memory that it is counted with. */
  bodyBytes = 0
  /** The same as it came, to be sent on. */
  held: WholeBody | null = null

  // For the record.
  /** Triples: name, verdict, microseconds. */
  trail: (string | number)[] | null = null
  verdict: 'allow' | 'deny' | 'answer' | 'error' = 'allow'
  code: string | null = null
  reason: string | null = null
  status = 0
  bytesIn = 0
  bytesOut = 0
  upstream: string | null = null
  attempts = 0
  upstreamMs = -1
  /** Trace id of a valid `traceparent`. */
  trace: string | null = null
  /** Denials of `mode: observe`. */
  observed = 0
  /** Pairs: name of a policy, the rule by which it allowed. */
  decidedBy: string[] | null = null
  finished = false
  /** Its place among the requests in flight, or -1. */
  slot = -1
  readonly #gate: Gate
  #claimed = 0

  constructor(
    gate: Gate,
    client: ClientStream,
    head: RequestHead,
    listenerJson: string,
    peer: string,
    startedAt: number,
    started: number,
  ) {
    this.#gate = gate
    this.id = gate.nextId()
    this.plan = gate.plan
    this.plan.uses.active++
    this.recorder = gate.recorder
    this.client = client
    this.listenerJson = listenerJson
    this.peer = peer
    this.clientAddress = peer
    this.forwardedFor = peer
    this.head = head
    this.method = head.method
    this.fields = head.fields
    this.startedAt = startedAt
    this.started = started
  }

  get api(): string {
    return this.operation?.spec.api ?? ''
  }

  get operationName(): string {
    return this.operation?.spec.name ?? ''
  }

  /** Claims memory of the client's until the exchange is over; false when there is no more. */
  claim(bytes: number): boolean {
    if (!this.client.claim(bytes)) return false
    this.#claimed += bytes
    return true
  }

  readObject(by: Operation): Promise<ObjectAnswer> {
    return this.#gate.readObject(this, by)
  }

  header(name: string): string | undefined {
    return this.fields.get(name)
  }

  headerCount(name: string): number {
    return this.fields.lines(name)
  }

  /** Notes a policy's verdict for the record. */
  note(name: string, verdict: string, microseconds: number): void {
    if (this.trail === null) this.trail = [name, verdict, microseconds]
    else this.trail.push(name, verdict, microseconds)
  }

  setFact<K extends FactName>(fact: K, value: NonNullable<Facts[K]>): void {
    this.facts[fact] = value
  }

  /** Closes the exchange with its one record. Later calls do nothing, so every way out may call it. */
  finish(): void {
    if (this.finished) return
    this.finished = true
    this.plan.uses.active--
    const claimed = this.#claimed + this.bodyBytes
    if (claimed > 0) this.client.release(claimed)
    this.#claimed = 0
    this.bodyBytes = 0
    this.recorder.finish(this)
  }
}

const none: readonly string[] = Object.freeze([])
