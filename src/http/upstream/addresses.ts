import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { parseAddress } from '../../engines/networks/address.ts'
import { isMetadata } from '../../engines/networks/special.ts'

/** Bounds of a name's time to live, in milliseconds. */
const leastTtlMs = 1000
const mostTtlMs = 300_000
/** For answers of the system's resolver (hosts file, search domains), which tells no TTL. */
const systemTtlMs = 10_000
/** After a failed look-up the last good answer is kept, and asked again for after this. */
const retryMs = 2000

/**
 * The addresses behind a target's name, looked up anew when their time to live ends. A failing look-up keeps the last
 * good answer: a name server's outage is no reason to stop serving.
 */
export class Addresses {
  readonly #name: string
  readonly #report: (message: string) => void
  readonly #allowMetadata: boolean
  readonly #resolver: Resolver
  #known: readonly string[]
  #expires: number
  #running: Promise<void> | null = null
  #failing = false
  #turn = 0

  /** Without `allowMetadata`, a name that resolves to a link-local or metadata address does not resolve at all. */
  constructor(
    name: string,
    allowMetadata: boolean,
    report: (message: string) => void,
    resolver: Resolver = new Resolver({ timeout: 2000, tries: 2 }),
  ) {
    this.#resolver = resolver
    this.#name = name
    this.#allowMetadata = allowMetadata
    this.#report = report
    const fixed = isIP(name) !== 0
    this.#known = fixed ? [name] : []
    this.#expires = fixed ? Number.POSITIVE_INFINITY : 0
  }

  /** Known addresses, the one whose turn it is first; empty until the first look-up succeeded. */
  get current(): readonly string[] {
    if (performance.now() > this.#expires) void this.refresh()
    if (this.#known.length < 2) return this.#known
    const turn = this.#turn++ % this.#known.length
    return [...this.#known.slice(turn), ...this.#known.slice(0, turn)]
  }

  /** Whether an address still belongs to the name. */
  has(address: string): boolean {
    return this.#known.includes(address)
  }

  /** Looks the name up; one look-up at a time. Never rejects. */
  refresh(): Promise<void> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #ask(): Promise<void> {
    try {
      const { addresses, ttlMs } = await this.#resolve()
      const refused = this.#allowMetadata ? undefined : addresses.find(leadsToMetadata)
      if (refused !== undefined)
        throw new Error(
          `${refused} is a link-local or metadata address; allowMetadataAddress of the service permits it`,
        )
      this.#known = addresses
      this.#expires = performance.now() + ttlMs
      if (this.#failing) this.#report(`${this.#name} resolves again`)
      this.#failing = false
    } catch (error) {
      this.#expires = performance.now() + retryMs
      if (!this.#failing) {
        const kept = this.#known.length > 0 ? `keeping ${this.#known.join(', ')}` : 'no address is known'
        this.#report(
          `${this.#name} does not resolve (${error instanceof Error ? error.message : 'unknown'}); ${kept}`,
        )
      }
      this.#failing = true
    }
  }

  async #resolve(): Promise<{ addresses: string[]; ttlMs: number }> {
    // Names without a dot live in hosts files and search domains, which only the system's resolver knows.
    if (this.#name.includes('.')) {
      const answers = await Promise.allSettled([
        this.#resolver.resolve4(this.#name, { ttl: true }),
        this.#resolver.resolve6(this.#name, { ttl: true }),
      ])
      const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      if (records.length > 0) {
        const ttl = Math.min(...records.map((record) => record.ttl)) * 1000
        return {
          addresses: records.map((record) => record.address),
          ttlMs: Math.min(Math.max(ttl, leastTtlMs), mostTtlMs),
        }
      }
    }
    const found = await lookup(this.#name, { all: true })
    return { addresses: found.map((entry) => entry.address), ttlMs: systemTtlMs }
  }
}

function leadsToMetadata(address: string): boolean {
  const parsed = parseAddress(address)
  return parsed === null || isMetadata(parsed)
}
