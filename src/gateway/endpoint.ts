import { codes } from '../codes.ts'
import { NO_BODY } from '../engines/http1/request-head.ts'
import type { Exchange } from './exchange.ts'
import type { Endpoint } from './plan.ts'
import { runServe } from './run-step.ts'
import { type Deny, deny, type Verdict } from './verdict.ts'

/** Largest body of a request to a page of an identity's own: a form, or a token. */
const mostBodyBytes = 65_536

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

/** The whole of a small body. */
function readBody(x: Exchange): Promise<Buffer | Deny> {
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve) => {
    x.client.readBody({
      data: (chunk) => {
        bytes += chunk.length
        if (bytes > mostBodyBytes) resolve(deny(codes.BODY_TOO_LARGE))
        else chunks.push(Buffer.from(chunk)) // the memory of the chunk is used again
        return true
      },
      end: () => resolve(Buffer.concat(chunks)),
      // The client is gone or was refused by the wire: what is resolved here is sent to nobody.
      abort: () => resolve(deny(codes.CLIENT_CLOSED)),
    })
  })
}
