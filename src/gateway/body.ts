import { codes } from '../codes.ts'
import { GrowingBuffer } from '../engines/bytes/growing-buffer.ts'
import { decodeContent } from '../engines/coding/decode-content.ts'
import type { Fields } from '../engines/http1/fields.ts'
import { LENGTH_BODY, NO_BODY } from '../engines/http1/request-head.ts'
import { jsonMediaType } from '../engines/json/media-type.ts'
import { defaultJsonLimits, parseJson } from '../engines/json/parse-json.ts'
import type { Exchange } from './exchange.ts'
import type { JsonBody } from './policy.ts'
import type { BodySink } from './streams.ts'
import { type Deny, deny, pass, type Verdict } from './verdict.ts'

/** A body as it came, held whole. */
export interface WholeBody {
  readonly bytes: Buffer
  readonly trailers: Fields | null
}

/**
 * Largest body that is judged, as sent and decoded, where `limits.body` allows more: decoding and parsing stop the thread
 * for some 20 ms at this size.
 */
const mostJudgedBytes = 2_097_152

/** From the head to the end of a body that is read before the decision: who drips it would hold it for hours. */
const longestBodyMs = 30_000

/**
 * The whole of a body, counted as memory of the client's until the exchange is over, and within a time of its own.
 * The limit of the operation is kept by the client's side; `most` bounds it where there is no operation.
 */
export function readWhole(x: Exchange, most: number, longestMs: number): Promise<WholeBody | Deny> {
  if (x.head.framing === LENGTH_BODY && x.head.length > most)
    return Promise.resolve(deny(codes.BODY_TOO_LARGE))
  const body = new GrowingBuffer()
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(deny(codes.BODY_TIMEOUT)), longestMs)
    const done = (outcome: WholeBody | Deny): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    x.client.readBody({
      data: (chunk) => {
        if (body.length + chunk.length > most) done(deny(codes.BODY_TOO_LARGE))
        else if (x.claim(chunk.length)) body.append(chunk)
        else {
          done(deny(codes.CLIENT_CLOSED))
          x.client.destroy()
        }
        return true
      },
      end: (trailers) => done({ bytes: body.bytes, trailers }),
      // The client is gone or was refused by the wire: what is resolved here is sent to nobody.
      abort: () => done(deny(codes.CLIENT_CLOSED)),
    })
  })
}

/**
 * Reads the body that a policy must judge, decodes and parses it, once. What has more than one reading is refused, and
 * so is what cannot be read at all: a policy never decides about a part (T45, T46).
 */
export async function readJsonBody(x: Exchange, bodyBytes: number): Promise<Verdict> {
  if (x.head.framing === NO_BODY) return pass
  const most = Math.min(bodyBytes, mostJudgedBytes)
  const type = jsonMediaType(x.header('content-type'))
  if (type !== 'json')
    return unreadable(type === 'charset' ? 'its charset is not utf-8' : 'its media type is not JSON')
  const whole = await readWhole(x, most, longestBodyMs)
  if ('kind' in whole) return whole
  const decoded = decodeContent(whole.bytes, x.header('content-encoding') ?? '', most)
  if (decoded === 'unknown') return unreadable('its content coding is not known')
  if (decoded === 'too-large') return deny(codes.BODY_TOO_LARGE, { reason: 'decoded, it is too large' })
  if (decoded === 'damaged') return deny(codes.BODY_INVALID, { reason: 'its content coding is damaged' })
  const json = jsonOf(decoded)
  if (typeof json === 'string') return deny(codes.BODY_INVALID, { reason: reasonOf(json) })
  // What parsing made takes many times the text: it is counted until it was judged, and forgotten then.
  const bytes = Math.min(decoded.length * treeFactor, mostTreeBytes)
  if (!x.client.claim(bytes)) return deny(codes.BODY_UNJUDGED, { reason: 'no memory is left to judge it' })
  x.body = json
  x.bodyBytes = bytes
  x.held = whole
  return pass
}

/** Drops the parsed body: the bytes alone go on. */
export function forgetBody(x: Exchange): void {
  if (x.body === null) return
  x.body = null
  x.client.release(x.bodyBytes)
  x.bodyBytes = 0
}

/** Bytes of memory for each byte of JSON at worst, and for a body with all members and elements that there may be. */
const treeFactor = 40
const mostTreeBytes = 16_777_216

/** The JSON in decoded bytes, or what is wrong with it. */
export function jsonOf(bytes: Buffer): JsonBody | string {
  const parsed = parseJson(bytes, defaultJsonLimits)
  return parsed.ok ? { value: parsed.value } : parsed.fault
}

/** Limits are told as limits: who meets one looks for no mistake in the syntax. */
function reasonOf(fault: string): string {
  return fault === 'members' || fault === 'elements' || fault === 'depth'
    ? `the JSON is beyond the limit of ${fault}`
    : `no JSON with one reading: ${fault}`
}

/** Gives a body that was read before to whoever sends it on. */
export function replay({ bytes, trailers }: WholeBody, sink: BodySink): void {
  if (bytes.length > 0) sink.data(bytes)
  sink.end(trailers)
}

function unreadable(reason: string): Deny {
  return deny(codes.BODY_UNREADABLE, { reason })
}
