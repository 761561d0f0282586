import type { IncomingMessage } from 'node:http'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'
import { isLoopback } from '../engines/networks/special.ts'

/**
 * A web page can point its own name at 127.0.0.1 and then read what it fetches (DNS rebinding), but its browser still
 * sends that name. Ours are: loopback, the address this connection arrived at, the configured one, and over TLS the names
 * of our certificates.
 */
export function isOwnHost(
  request: IncomingMessage,
  listenHost: string,
  door: { covers(host: string): boolean } | null,
): boolean {
  const values = request.headersDistinct['host'] ?? []
  if (values.length !== 1) return false
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(values[0]!)?.[1]?.toLowerCase()
  if (name === undefined) return false
  if (name === 'localhost' || (listenHost !== '' && name === listenHost.toLowerCase())) return true
  if (door?.covers(name) === true) return true
  const address = parseAddress(name.startsWith('[') ? name.slice(1, -1) : name)
  if (address === null) return false
  const local = parseAddress(request.socket.localAddress ?? '')
  return isLoopback(address) || (local !== null && formatAddress(local) === formatAddress(address))
}
