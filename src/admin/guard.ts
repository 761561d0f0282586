import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { codes } from '../codes.ts'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'
import { NetworkSet } from '../engines/networks/network-set.ts'
import { isLoopback } from '../engines/networks/special.ts'
import type { AdminHost } from './host.ts'
import { type Problem, problemWith } from './reply.ts'
import type { RouteGroup } from './routes.ts'

/** Decides about a request before anything else of it is looked at. Null lets it on. */
export type Guard = (request: IncomingMessage, group: RouteGroup) => Promise<Problem | null>

/** The token has 256 bits, so guessing is hopeless at any rate; this keeps it from costing the process much. */
const wrongTokenDelayMs = 200

/** An `ops` listener has no token: kubelet and Prometheus ask under whatever name or address they know. */
export const opsGuard: Guard = async () => null

/** Guard of the admin listener. Loopback is no credential: any process or web page on the machine comes from there. */
export function adminGuard(
  host: Pick<AdminHost, 'checkToken' | 'refused'>,
  listenHost: string,
  openMetricsTo: readonly string[],
): Guard {
  const metricsNetworks = new NetworkSet(openMetricsTo)
  return async (request, group) => {
    if (!isOwnHost(request, listenHost)) return problemWith(codes.ADMIN_HOST_REFUSED)
    if (group === 'health') return null
    // The socket's address: a header is written by whoever sends it (T54).
    if (group === 'metrics' && metricsNetworks.has(request.socket.remoteAddress ?? '')) return null
    const token = bearerToken(request)
    if (token !== null && host.checkToken(token)) return null
    host.refused()
    if (token !== null) await sleep(wrongTokenDelayMs)
    return problemWith(
      codes.ADMIN_TOKEN_REQUIRED,
      {},
      { 'WWW-Authenticate': 'Bearer realm="sallyport admin"' },
    )
  }
}

/** Exactly one `Authorization: Bearer` with characters of a token (RFC 6750 §2.1). */
function bearerToken(request: IncomingMessage): string | null {
  const values = request.headersDistinct['authorization'] ?? []
  if (values.length !== 1) return null
  return /^Bearer ([A-Za-z0-9._~+/-]{1,256}=*)$/i.exec(values[0]!)?.[1] ?? null
}

/**
 * A web page can point its own name at 127.0.0.1 and then read what it fetches (DNS rebinding), but its browser still
 * sends that name. Ours are: loopback, the address this connection arrived at, and the configured one.
 */
function isOwnHost(request: IncomingMessage, listenHost: string): boolean {
  const values = request.headersDistinct['host'] ?? []
  if (values.length !== 1) return false
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(values[0]!)?.[1]?.toLowerCase()
  if (name === undefined) return false
  if (name === 'localhost' || (listenHost !== '' && name === listenHost.toLowerCase())) return true
  const address = parseAddress(name.startsWith('[') ? name.slice(1, -1) : name)
  if (address === null) return false
  const local = parseAddress(request.socket.localAddress ?? '')
  return isLoopback(address) || (local !== null && formatAddress(local) === formatAddress(address))
}
