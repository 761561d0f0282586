import { codes } from '../codes.ts'
import { GrowingBuffer } from '../engines/bytes/growing-buffer.ts'
import { decodeContent } from '../engines/coding/decode-content.ts'
import { Fields } from '../engines/http1/fields.ts'
import { RequestHead } from '../engines/http1/request-head.ts'
import { jsonMediaType } from '../engines/json/media-type.ts'
import { jsonOf } from './body.ts'
import { Exchange } from './exchange.ts'
import { mostAnswerBytes } from './held-answer.ts'
import type { Operation } from './plan.ts'
import type { ObjectAnswer } from './policy.ts'
import type { AnswerSource, ClientStream } from './streams.ts'

/** What the gateway's own read takes along of the client's request: who calls, and in which language. */
const notTaken =
  /^(content-|if-|accept-encoding$|accept$|range$|expect$|te$|trailer$|x-http-method|x-method-override$)/

/** Parameters from which some services take the method: a read would become something else. */
const methodName = /^(?:_|x-)?(?:http)?[-_]?method(?:[-_]?override)?(?:\[|$)/i

function namesMethod(query: string): boolean {
  if (query === '') return false
  for (const name of new URLSearchParams(query.replaceAll(';', '&')).keys())
    if (methodName.test(name.trim())) return true
  return false
}

/** The number of segments of a template or a path. */
export function segmentsOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1
}

/**
 * Reads the object of a request by another operation of its API, as the same caller and on the same way as any request
 * to that operation: its `prepare` policies, its service, its limits. Not a request of the client's: it has no record.
 */
export function readObject(x: Exchange, by: Operation): Promise<ObjectAnswer> {
  if (namesMethod(x.query))
    return Promise.reject(new Error('the query names a method, and a read must stay one'))
  return new Promise((resolve, reject) => {
    const client = new Collecting(x.client, resolve, reject)
    const gate = { plan: x.plan, recorder: noRecorder, nextId: () => x.id, readObject }
    const own = new Exchange(gate, client, headOf(x), x.listenerJson, x.peer, x.startedAt, x.started)
    client.exchange = own
    own.origin = x
    // A client that leaves has no use for the read: its connection to the service is free again.
    x.client.source = client
    own.host = x.host
    // The leading segments of the path in force: what was decided about is what is read.
    own.path = x.path.split('/', segmentsOf(by.spec.template) + 1).join('/')
    // Services may find the object by it, too: the read sees what the write will.
    own.query = x.query
    own.clientAddress = x.clientAddress
    own.forwardedFor = x.forwardedFor
    own.clientCertificate = x.clientCertificate
    own.trace = x.trace
    own.operation = by
    own.pathParameters = x.pathParameters
    own.facts.caller = x.facts.caller
    by.upstream.forward(own)
  })
}

const noRecorder = { finish: (): void => undefined }

function headOf(x: Exchange): RequestHead {
  const head = new RequestHead()
  head.method = 'GET'
  head.authority = x.head.authority
  const fields = new Fields()
  const { names, values, numbers } = x.fields
  for (let i = 0; i < names.length; i++)
    if (!notTaken.test(names[i]!) && !x.operation!.reservedHeaders.has(names[i]!))
      fields.push(names[i]!, values[i]!, numbers[i])
  fields.push('accept', 'application/json')
  head.fields = fields
  return head
}

/** Collects an answer, within the limit of answers that are held. */
class Collecting implements ClientStream, AnswerSource {
  source: AnswerSource | null = null
  exchange: Exchange | null = null
  readonly #client: ClientStream
  readonly #resolve: (answer: ObjectAnswer) => void
  readonly #reject: (error: Error) => void
  readonly #body = new GrowingBuffer()
  #status = 0
  #fields = new Fields()

  constructor(client: ClientStream, resolve: (answer: ObjectAnswer) => void, reject: (error: Error) => void) {
    this.#client = client
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(status: number, fields: Fields): void {
    this.#status = status
    this.#fields = fields
  }

  send(chunk: Buffer, start: number, end: number): boolean {
    const size = end - start
    if (this.#body.length + size > mostAnswerBytes) this.#fail('the object is too large to be judged')
    else if (this.exchange?.claim(size) !== true) this.#fail('no memory is left to hold the object')
    else this.#body.append(chunk.subarray(start, end))
    return true
  }

  drained(): void {}

  /** The client that the object was read for is gone. */
  gone(): void {
    this.#fail('the client left')
  }

  end(): void {
    this.#leave()
    const type = jsonMediaType(this.#fields.get('content-type'))
    const coding = this.#fields.get('content-encoding') ?? ''
    const decoded = type === 'json' ? decodeContent(this.#body.bytes, coding, mostAnswerBytes) : 'unknown'
    const json = typeof decoded === 'string' ? decoded : jsonOf(decoded)
    this.exchange?.finish()
    this.#resolve({ status: this.#status, json: typeof json === 'string' ? null : json })
  }

  /** A refusal of the trip: no target, no answer in time. */
  reply(): void {
    this.#fail(`the object could not be read: ${this.exchange?.code ?? codes.UPSTREAM_UNREACHABLE.code}`)
  }

  destroy(): void {
    this.#fail('the answer with the object broke off')
  }

  #leave(): void {
    if (this.#client.source === this) this.#client.source = null
  }

  #fail(why: string): void {
    this.#leave()
    const { source } = this
    this.source = null
    source?.gone()
    this.exchange?.finish()
    this.#reject(new Error(why))
  }

  claim(bytes: number): boolean {
    return this.#client.claim(bytes)
  }
  release(bytes: number): void {
    this.#client.release(bytes)
  }
  readBody(): void {}
  resumeBody(): void {}
  inform(): void {}
  flush(): void {}
}
