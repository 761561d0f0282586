import { codes } from '../codes.ts'
import { GrowingBuffer } from '../engines/bytes/growing-buffer.ts'
import { LENGTH_BODY, NO_BODY } from '../engines/http1/request-head.ts'
import type { Exchange } from './exchange.ts'
import type { Endpoint } from './plan.ts'
import { runServe } from './run-step.ts'
import { type Deny, deny, type Verdict } from './verdict.ts'

/** Largest body of a request to a page of an identity's own: a form, or a token. */
const mostBodyBytes = 65_536
/** From the head to the end of the body: who drips it byte by byte would hold it for hours. */
const longestBodyMs = 10_000

/** A request to a page that an identity serves itself. No operation, and nothing behind the gateway, is involved. */
export function serveEndpoint(x: Exchange, endpoint: Endpoint): Verdict | Promise<Verdict> {
  const { methods, step } = endpoint
  const method = x.method === 'HEAD' ? 'GET' : x.method
  if (!methods.some((one) => one === method)) {
    const allow = methods.map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ')
    return deny(codes.METHOD_UNDECLARED, { headers: [['allow', allow]] })
  }
  if (x.head.framing === NO_BODY) return runServe(x, step, none)
  if (method === 'GET') return deny(codes.BODY_NOT_EXPECTED)
  return readBody(x).then((body) => (Buffer.isBuffer(body) ? runServe(x, step, body) : body))
}

const none = Buffer.alloc(0)

/** The whole of a small body, counted as memory of the client's and within a time of its own. */
function readBody(x: Exchange): Promise<Buffer | Deny> {
  if (x.head.framing === LENGTH_BODY && x.head.length > mostBodyBytes)
    return Promise.resolve(deny(codes.BODY_TOO_LARGE))
  if (!x.client.claim(mostBodyBytes)) {
    x.client.destroy()
    return Promise.resolve(deny(codes.CLIENT_CLOSED))
  }
  const body = new GrowingBuffer()
  return new Promise<Buffer | Deny>((resolve) => {
    const timer = setTimeout(() => resolve(deny(codes.BODY_TIMEOUT)), longestBodyMs)
    const done = (outcome: Buffer | Deny): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    x.client.readBody({
      data: (chunk) => {
        if (body.length + chunk.length > mostBodyBytes) done(deny(codes.BODY_TOO_LARGE))
        else body.append(chunk)
        return true
      },
      end: () => done(body.bytes),
      // The client is gone or was refused by the wire: what is resolved here is sent to nobody.
      abort: () => done(deny(codes.CLIENT_CLOSED)),
    })
  }).finally(() => x.client.release(mostBodyBytes))
}
