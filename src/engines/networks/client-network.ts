import { formatAddress, parseAddress } from './address.ts'

/**
 * The network that one client has to itself, as text: an IPv4 address, or the /64 of an IPv6 one, from which a client
 * may send under 2^64 addresses.
 */
export function networkOfClient(address: string): string {
  const parsed = parseAddress(address)
  if (parsed === null || parsed.family === 4) return address
  const [first = 0, second = 0] = parsed.words
  return `${formatAddress({ family: 6, words: [first, second, 0, 0] })}/64`
}
