import { readIPv4, writeIPv4 } from './ipv4.ts'
import { readIPv6, writeIPv6 } from './ipv6.ts'

/**
 * One address. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, what a dual-stack socket reports) is the IPv4
 * address it carries, so that a list of IPv4 networks cannot be passed by in IPv6 clothing.
 */
export interface Address {
  readonly family: 4 | 6
  /** 32-bit words, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[]
}

const groups = new Uint16Array(8)

/** Reads an address in text form; null for anything that is not exactly one address. */
export function parseAddress(text: string): Address | null {
  const value = readIPv4(text, 0, text.length)
  if (value >= 0) return { family: 4, words: [value] }
  if (!readIPv6(text, text.length, groups)) return null
  const words = wordsOf(groups)
  if (isMapped(words)) return { family: 4, words: [words[3]!] }
  return { family: 6, words }
}

/** Writes an address in its one canonical form: dotted decimal, or RFC 5952. */
export function formatAddress(address: Address): string {
  if (address.family === 4) return writeIPv4(address.words[0]!)
  const all = new Uint16Array(8)
  for (let i = 0; i < 4; i++) {
    all[i * 2] = address.words[i]! >>> 16
    all[i * 2 + 1] = address.words[i]! & 0xffff
  }
  return writeIPv6(all)
}

function wordsOf(all: Uint16Array): number[] {
  const words: number[] = []
  for (let i = 0; i < 8; i += 2) words.push(all[i]! * 65536 + all[i + 1]!)
  return words
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff
}
