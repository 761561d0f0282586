import { readIPv4 } from './ipv4.ts'
import { readIPv6 } from './ipv6.ts'
import { maskWord, type Network, parseNetwork } from './network.ts'

/**
 * A fixed set of networks. `has` allocates nothing: networks are nested or apart, so after the inner ones are
 * dropped the rest are disjoint ranges, sorted, and one binary search decides.
 */
export class NetworkSet {
  /** Disjoint IPv4 ranges, both ends included. */
  readonly #first4: Uint32Array
  readonly #last4: Uint32Array
  /** Disjoint IPv6 ranges, eight groups an entry. */
  readonly #first6: Uint16Array
  readonly #last6: Uint16Array
  readonly #groups: Uint16Array = new Uint16Array(8)

  /** Throws a `RangeError` for a text that `parseNetwork` refuses: a list with a hole is worse than none. */
  constructor(networks: readonly string[]) {
    const parsed = networks.map((text) => {
      const result = parseNetwork(text)
      if (!result.ok) throw new RangeError(result.problem)
      return result.network
    })
    const v4 = outermost(parsed.filter((network) => network.address.family === 4))
    const v6 = outermost(parsed.filter((network) => network.address.family === 6))
    this.#first4 = Uint32Array.from(v4, (network) => network.address.words[0]!)
    this.#last4 = Uint32Array.from(v4, (network) => lastWord(network, 0))
    this.#first6 = Uint16Array.from(v6.flatMap((network) => network.address.words.flatMap(halves)))
    this.#last6 = Uint16Array.from(
      v6.flatMap((network) => network.address.words.flatMap((_, i) => halves(lastWord(network, i)))),
    )
  }

  /** Whether the address lies in one of the networks. Text that is no address lies in none. */
  has(addressText: string): boolean {
    const value = readIPv4(addressText, 0, addressText.length)
    if (value >= 0) return this.#has4(value)
    const groups = this.#groups
    if (!readIPv6(addressText, addressText.length, groups)) return false
    if (isMapped(groups)) return this.#has4(groups[6]! * 65536 + groups[7]!)
    return this.#has6(groups)
  }

  #has4(value: number): boolean {
    const first = this.#first4
    let low = 0
    let high = first.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (first[middle]! <= value) low = middle + 1
      else high = middle
    }
    return low > 0 && value <= this.#last4[low - 1]!
  }

  #has6(groups: Uint16Array): boolean {
    const first = this.#first6
    let low = 0
    let high = first.length >>> 3
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(first, middle, groups) <= 0) low = middle + 1
      else high = middle
    }
    return low > 0 && compare(this.#last6, low - 1, groups) >= 0
  }
}

function compare(entries: Uint16Array, entry: number, groups: Uint16Array): number {
  const offset = entry << 3
  for (let i = 0; i < 8; i++) {
    const difference = entries[offset + i]! - groups[i]!
    if (difference !== 0) return difference
  }
  return 0
}

function isMapped(groups: Uint16Array): boolean {
  return (groups[0]! | groups[1]! | groups[2]! | groups[3]! | groups[4]!) === 0 && groups[5] === 0xffff
}

function halves(word: number): [number, number] {
  return [word >>> 16, word & 0xffff]
}

function lastWord(network: Network, index: number): number {
  return (network.address.words[index]! | ~maskWord(network.prefix, index)) >>> 0
}

/** Sorts networks of one family, and drops those that lie inside another. */
function outermost(networks: readonly Network[]): Network[] {
  const sorted = [...networks].sort((a, b) => {
    const difference = a.address.words.findIndex((word, i) => word !== b.address.words[i])
    if (difference < 0) return a.prefix - b.prefix
    return a.address.words[difference]! - b.address.words[difference]!
  })
  const kept: Network[] = []
  for (const network of sorted) {
    const outer = kept.at(-1)
    if (outer === undefined || !contains(outer, network)) kept.push(network)
  }
  return kept
}

function contains(outer: Network, inner: Network): boolean {
  return outer.address.words.every(
    (word, i) => (inner.address.words[i]! & maskWord(outer.prefix, i)) >>> 0 === word,
  )
}
