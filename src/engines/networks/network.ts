import { type Address, formatAddress, parseAddress } from './address.ts'

/** All addresses that share the first `prefix` bits of `address`. */
export interface Network {
  readonly address: Address
  /** 0–32 for IPv4, 0–128 for IPv6. */
  readonly prefix: number
}

export type NetworkResult =
  | { readonly ok: true; readonly network: Network }
  /** `problem` is written for the person who typed the text, and says what to write instead. */
  | { readonly ok: false; readonly problem: string }

const mappedBits = 96

/**
 * Reads `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. Bits beyond the prefix must be zero: in `10.0.0.1/8` it is
 * not known whether one host or a whole network was meant.
 *
 * A network of IPv4-mapped addresses (`::ffff:10.0.0.0/104`) is the IPv4 network. One that is wider than all mapped
 * addresses (`::/0`) holds IPv6 addresses only.
 */
export function parseNetwork(text: string): NetworkResult {
  const slash = text.indexOf('/')
  const addressText = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(addressText)
  if (address === null) return problem(`"${printable(text)}" is not an IP address or network`)
  const bits = address.family === 4 ? 32 : 128
  if (slash < 0) return { ok: true, network: { address, prefix: bits } }

  const written = readPrefix(text, slash + 1)
  const mapped = address.family === 4 && addressText.includes(':')
  const prefix = mapped ? written - mappedBits : written
  if (written < 0 || prefix > bits)
    return problem(`"${printable(text)}" has no valid prefix length after "/"`)
  if (prefix < 0) {
    return problem(
      `"${printable(text)}" mixes IPv4 and IPv6 addresses; write an IPv4 network, an IPv6 network, or both`,
    )
  }
  const network = { address: maskAddress(address, prefix), prefix }
  if (network.address.words.some((word, i) => word !== address.words[i])) {
    return problem(
      `"${printable(text)}" has host bits set; write ${formatNetwork(network)} for the network or ${formatAddress(address)} for the address`,
    )
  }
  return { ok: true, network }
}

/** Writes a network in its canonical form; a single address without a prefix. */
export function formatNetwork(network: Network): string {
  const text = formatAddress(network.address)
  return network.prefix === (network.address.family === 4 ? 32 : 128) ? text : `${text}/${network.prefix}`
}

/** The 32-bit mask of word `index` under a prefix of `prefix` bits. */
export function maskWord(prefix: number, index: number): number {
  const bits = Math.min(32, Math.max(0, prefix - index * 32))
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
}

function maskAddress(address: Address, prefix: number): Address {
  const words = address.words.map((word, i) => (word & maskWord(prefix, i)) >>> 0)
  return { family: address.family, words }
}

/** One to three decimal digits without a leading zero, to the end of `text`; -1 for anything else. */
function readPrefix(text: string, start: number): number {
  const length = text.length - start
  if (length < 1 || length > 3) return -1
  if (length > 1 && text[start] === '0') return -1
  let value = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value <= 128 ? value : -1
}

function problem(text: string): NetworkResult {
  return { ok: false, problem: text }
}

/** Configuration text may hold anything; what is quoted back is short and visible. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x21-\x7e]/g, '?')
}
