import { type Address, formatAddress } from './address.ts'
import { writeIPv4 } from './ipv4.ts'
import { NetworkSet } from './network-set.ts'

const loopback = new NetworkSet(['127.0.0.0/8', '::1'])
const linkLocal = new NetworkSet(['169.254.0.0/16', 'fe80::/10'])

/** Where clouds answer an instance with its credentials. Most are link-local; these are not. */
const metadata = new NetworkSet([
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure, host service
  '192.0.0.192', // Oracle Cloud
])

/** Prefixes under which an IPv6 packet is carried to the IPv4 address in its last 32 bits. */
const embedding = new NetworkSet([
  '::/96', // IPv4-compatible, RFC 4291 §2.5.5.1
  '::ffff:0:0:0/96', // IPv4-translated, RFC 2765
  '64:ff9b::/96', // NAT64, RFC 6052
  '64:ff9b:1::/48', // NAT64 for local use, RFC 8215
])
const sixToFour = new NetworkSet(['2002::/16'])

/** The machine itself: 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return loopback.has(formatAddress(address))
}

/** 169.254.0.0/16 or fe80::/10: reached on the same link only. */
export function isLinkLocal(address: Address): boolean {
  return linkLocal.has(formatAddress(address))
}

/**
 * Whether a connection to this address could end at a cloud's metadata service, which hands the machine's own
 * credentials to whoever asks: all link-local addresses, the known services elsewhere, and both of them inside the
 * IPv6 forms that translators carry to IPv4. For upstream addresses that a name resolved to.
 */
export function isMetadata(address: Address): boolean {
  const text = formatAddress(address)
  if (linkLocal.has(text) || metadata.has(text)) return true
  const carried = carriedIPv4(address, text)
  return carried !== null && (linkLocal.has(carried) || metadata.has(carried))
}

function carriedIPv4(address: Address, text: string): string | null {
  if (address.family === 4) return null
  if (embedding.has(text)) return writeIPv4(address.words[3]!)
  if (sixToFour.has(text)) return writeIPv4(((address.words[0]! << 16) | (address.words[1]! >>> 16)) >>> 0)
  return null
}
