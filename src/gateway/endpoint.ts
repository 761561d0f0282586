import { codes } from '../codes.ts'
import { NO_BODY } from '../engines/http1/request-head.ts'
import { readWhole } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { Endpoint } from './plan.ts'
import { runServe } from './run-step.ts'
import { deny, type Verdict } from './verdict.ts'

/** Largest body of a request to a page of an identity's own: a form, or a token. */
const mostBodyBytes = 65_536
/** From the head to the end of the body. */
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
  return readWhole(x, mostBodyBytes, longestBodyMs).then((body) =>
    'kind' in body ? body : runServe(x, step, body.bytes),
  )
}

const none = Buffer.alloc(0)
