import { codes } from '../codes.ts'
import { GrowingBuffer } from '../engines/bytes/growing-buffer.ts'
import { decodeContent } from '../engines/coding/decode-content.ts'
import { Fields } from '../engines/http1/fields.ts'
import { cutJson } from '../engines/json/cut-json.ts'
import type { JsonPath } from '../engines/json/json.ts'
import { jsonMediaType } from '../engines/json/media-type.ts'
import { jsonOf } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { Operation } from './plan.ts'
import type { HeldAnswer } from './policy.ts'
import { refuse } from './respond.ts'
import { runAnswer } from './run-step.ts'
import type { AnswerSource, BodySink, ClientStream } from './streams.ts'
import { type Deny, deny, pass, type Verdict } from './verdict.ts'

/** Largest answer, as sent and decoded, that is held for a decision. What is larger is refused, never let through. */
export const mostAnswerBytes = 4_194_304

/** Describe bytes that are no longer the same once something was taken out. */
const describesBytes = [
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'last-modified',
  'accept-ranges',
]

/** What a client asks for that would leave an answer without the object, or with a part of it. */
export const partialAnswerHeaders: readonly string[] = [
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'accept-encoding',
]

/**
 * The client's side of an exchange whose answer is decided before any of it leaves (phase `authorize-answer`): it
 * stands in the client's place, holds head and body, and passes them on whole.
 */
export class AnswerHold implements ClientStream {
  readonly #x: Exchange
  readonly #operation: Operation
  readonly #client: ClientStream
  readonly #body = new GrowingBuffer()
  #status = 0
  #fields = new Fields()
  #length = 0
  #bodiless = false
  #over = false

  constructor(x: Exchange, operation: Operation) {
    this.#x = x
    this.#operation = operation
    this.#client = x.client
  }

  begin(status: number, fields: Fields, length: number, bodiless: boolean): void {
    this.#status = status
    this.#fields = fields
    this.#length = length
    this.#bodiless = bodiless
    if (length > mostAnswerBytes && !bodiless) this.#fail('the answer is too large to be judged')
  }

  send(chunk: Buffer, start: number, end: number): boolean {
    if (this.#over) return true
    const size = end - start
    if (this.#body.length + size > mostAnswerBytes) this.#fail('the answer is too large to be judged')
    else if (this.#x.claim(size)) this.#body.append(chunk.subarray(start, end))
    else this.#fail('no memory is left to hold the answer')
    return true
  }

  /** Trailers were not judged: none goes out. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.source = null
    const decoded = this.#decoded()
    const removed: JsonPath[] = []
    const json = decoded === null ? null : jsonOf(decoded)
    const view: HeldAnswer = {
      status: this.#status,
      empty: this.#bodiless || this.#body.length === 0,
      json: json === null || typeof json === 'string' ? null : json,
      remove: (paths) => removed.push(...paths),
    }
    const verdict = decideAnswer(this.#x, this.#operation, view, 0)
    const conclude = (late: Verdict): void => this.#conclude(late, decoded, removed)
    if (verdict instanceof Promise) verdict.then(conclude)
    else conclude(verdict)
  }

  /** The body in plain bytes; null where there is none, or no JSON. */
  #decoded(): Buffer | null {
    if (this.#bodiless || this.#body.length === 0) return null
    if (jsonMediaType(this.#fields.get('content-type')) !== 'json') return null
    const coding = this.#fields.get('content-encoding') ?? ''
    const decoded = decodeContent(this.#body.bytes, coding, mostAnswerBytes)
    return typeof decoded === 'string' ? null : decoded
  }

  #conclude(verdict: Verdict, decoded: Buffer | null, removed: readonly JsonPath[]): void {
    const x = this.#x
    if (x.finished) return
    if (verdict.kind !== 'pass') {
      return this.#refuse(verdict.kind === 'deny' ? verdict : deny(codes.INTERNAL_ERROR))
    }
    if (decoded === null || removed.length === 0) return this.#pass(this.#body.bytes, this.#length)
    let cut: Buffer
    try {
      cut = cutJson(decoded, removed)
    } catch (error) {
      return this.#refuse(deny(codes.POLICY_FAILED, { reason: `what to take out is not there: ${error}` }))
    }
    for (const name of describesBytes) this.#fields.remove(name)
    this.#pass(cut, cut.length)
  }

  #pass(bytes: Buffer, length: number): void {
    this.#x.client = this.#client
    this.#client.begin(this.#status, this.#fields, length, this.#bodiless)
    if (bytes.length > 0 && !this.#bodiless) this.#client.send(bytes, 0, bytes.length)
    this.#client.end(null)
  }

  #fail(reason: string): void {
    this.#over = true
    const { source } = this
    this.source = null
    source?.gone()
    this.#refuse(deny(codes.ANSWER_UNREADABLE, { reason }))
  }

  #refuse(verdict: Deny): void {
    this.#x.client = this.#client
    refuse(this.#x, verdict)
  }

  // ---- everything else is the client's --------------------------------------------------------------------------

  get source(): AnswerSource | null {
    return this.#client.source
  }

  set source(source: AnswerSource | null) {
    this.#client.source = source
  }

  readBody(sink: BodySink): void {
    this.#client.readBody(sink)
  }

  resumeBody(): void {
    this.#client.resumeBody()
  }

  claim(bytes: number): boolean {
    return this.#client.claim(bytes)
  }

  release(bytes: number): void {
    this.#client.release(bytes)
  }

  /** A 1xx may carry what the answer is not yet allowed to. */
  inform(status: number, fields: Fields | null): void {
    if (status === 100) this.#client.inform(status, fields)
  }

  reply(status: number, fields: Fields, body: string): void {
    this.#over = true
    this.#x.client = this.#client
    this.#client.reply(status, fields, body)
  }

  flush(): void {}

  destroy(): void {
    this.#over = true
    this.#client.destroy()
  }
}

function decideAnswer(
  x: Exchange,
  operation: Operation,
  answer: HeldAnswer,
  from: number,
): Verdict | Promise<Verdict> {
  for (let i = from; i < operation.answer.length; i++) {
    const verdict = runAnswer(x, operation.answer[i]!, answer)
    if (verdict instanceof Promise) {
      return verdict.then((late) => (late.kind === 'pass' ? decideAnswer(x, operation, answer, i + 1) : late))
    }
    if (verdict.kind !== 'pass') return verdict
  }
  return pass
}
