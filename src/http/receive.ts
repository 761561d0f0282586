import { codes } from '../codes.ts'
import { Fields } from '../engines/http1/fields.ts'
import { id } from '../engines/http1/names.ts'
import { hostOf } from '../engines/http1/request-head.ts'
import { normalizeTarget } from '../engines/path/normalize-target.ts'
import { Target, type TargetProblem } from '../engines/path/target.ts'
import type { Exchange } from '../gateway/exchange.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import { refuse } from '../gateway/respond.ts'
import { deny } from '../gateway/verdict.ts'
import { arrivedOverHttps, routeOf, stripOverriding } from './forwarded.ts'
import type { Gate } from './gate.ts'
import type { ListenerContext } from './listener-context.ts'
import { readTrace } from './trace-context.ts'

const target = new Target()

/**
 * From a parsed head to the canonical view: target, host, scheme and client are decided here, once, and everything
 * after reads only the result. Then the request enters the data path.
 */
export function receive(x: Exchange, listener: ListenerContext, gate: Gate): void {
  const { head, fields } = x
  x.host = hostOf(head.authority)
  const problem = head.target === '*' ? 'not-absolute' : normalizeTarget(head.target, target)
  if (problem !== null) return refuse(x, deny(targetCode(problem), { reason: problem }))
  x.path = target.path
  x.query = target.query
  x.pathClasses = target.classes
  if (listener.spec.kind === 'redirect') return redirect(x, listener)
  if (listener.balancers !== null && !overBalancer(x, listener.balancers, gate.draining)) return
  if (head.scheme === 'http' && x.secure)
    return refuse(x, deny(codes.HOST_INVALID, { reason: 'http: target on a secure connection' }))
  const asked = listener.spec.clientCertificates
  if (asked !== null) {
    x.clientCertificate = listener.certificate(fields, x.startedAt)
    if (asked.required) {
      const problem = problemOf(x.clientCertificate, gate)
      if (problem !== null) return refuse(x, deny(codes.CERTIFICATE_REQUIRED, { reason: problem }))
    }
  }
  if (!listener.covers(x.host)) return refuse(x, deny(codes.HOST_MISDIRECTED, { reason: x.host }))
  const trusted = gate.trustedProxies.has(x.peer)
  const route = routeOf(x.peer, fields, gate.trustedProxies)
  x.clientAddress = route.client
  x.forwardedFor = route.forwardedFor
  if (trusted) adoptId(x)
  x.trace = readTrace(fields)
  stripOverriding(fields)
  fields.remove('x-request-id')
  gate.handle(x)
}

/** Why a certificate does not open the listener. Those revoked for one identity alone are that identity's to refuse. */
function problemOf(certificate: ClientCertificate | null, { revocations }: Gate): string | null {
  if (certificate === null) return 'none was shown'
  return certificate.problem ?? revocations.find({ identity: '', certificate: certificate.fingerprint })
}

function targetCode(problem: TargetProblem): (typeof codes)['TARGET_INVALID' | 'PATH_AMBIGUOUS'] {
  return problem === 'not-absolute' || problem === 'character' || problem === 'fragment'
    ? codes.TARGET_INVALID
    : codes.PATH_AMBIGUOUS
}

/** A trusted proxy's request id is kept when it is a plain token, so that one id follows the request. */
function adoptId(x: Exchange): void {
  const at = x.fields.numbers.indexOf(id.xRequestId)
  if (at >= 0 && /^[A-Za-z0-9._-]{8,64}$/.test(x.fields.values[at]!)) x.id = x.fields.values[at]!
}

/**
 * The listener in clear text that only redirects. GET and HEAD are told the address; anything else has already sent
 * its body or credentials in clear, and a redirect would hide that it happened.
 */
function redirect(x: Exchange, listener: ListenerContext): void {
  x.secure = false
  if (x.method !== 'GET' && x.method !== 'HEAD') return refuse(x, deny(codes.CLEAR_TEXT_REFUSED))
  if (x.host === '' || !listener.covers(x.host))
    return refuse(x, deny(codes.HOST_MISDIRECTED, { reason: x.host }))
  const port = listener.spec.redirectPort === 443 ? '' : `:${listener.spec.redirectPort}`
  const query = x.query === '' ? '' : `?${x.query}`
  const fields = new Fields()
  fields.push('location', `https://${x.host}${port}${x.path}${query}`)
  fields.push('cache-control', 'no-store')
  x.verdict = 'answer'
  x.client.reply(308, fields, '')
}

/** A clear-text listener behind balancers that end TLS. Answers and returns false when the request may not go on. */
function overBalancer(x: Exchange, balancers: { has(address: string): boolean }, draining: boolean): boolean {
  if (!balancers.has(x.peer)) {
    x.secure = false
    refuse(x, deny(codes.BALANCER_REQUIRED, { reason: 'not a listed balancer' }))
    return false
  }
  if (arrivedOverHttps(x.fields)) return true
  x.secure = false
  if (isHealthCheck(x)) {
    const fields = new Fields()
    fields.push('content-type', 'text/plain')
    fields.push('cache-control', 'no-store')
    x.verdict = 'answer'
    x.client.reply(draining ? 503 : 200, fields, draining ? 'draining\n' : 'ok\n')
    return false
  }
  refuse(x, deny(codes.BALANCER_REQUIRED, { reason: 'X-Forwarded-Proto is not https' }))
  return false
}

/** Balancers check by bare address, without the fields of a forwarded request. No API can be reached this way. */
function isHealthCheck(x: Exchange): boolean {
  return (
    (x.method === 'GET' || x.method === 'HEAD') &&
    (x.path === '/' || x.path === '/healthz' || x.path === '/readyz') &&
    (x.host === '' || /^[0-9.]{7,15}$|^\[/.test(x.host)) &&
    !x.fields.numbers.includes(id.xForwardedProto)
  )
}
