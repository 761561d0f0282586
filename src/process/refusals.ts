import type { AdminRefusal } from '../admin/host.ts'
import type { Actor } from '../store/change.ts'

/** Addresses counted apart: a flood must not fill the memory either. */
const mostAddresses = 1000
/** Reasons counted apart: some have words in them that the client chose. */
const mostReasons = 10
const longestReason = 300

/** What the audit log says of refusals together. */
export interface ToldRefusals {
  readonly actor: Actor
  readonly detail: {
    readonly attempts: number
    readonly addresses: number
    /** The usual ones first, with how often each was given where there are several. */
    readonly reason: string
  }
}

/** Refused administrators, counted until they are told. */
export class Refusals {
  #attempts = 0
  readonly #addresses = new Set<string>()
  /** Two are enough to know that it was not one. */
  readonly #callers = new Set<string>()
  readonly #reasons = new Map<string, number>()

  add({ address, caller, reason }: AdminRefusal): void {
    this.#attempts++
    if (this.#addresses.size < mostAddresses) this.#addresses.add(address)
    if (this.#callers.size < 2) this.#callers.add(caller ?? 'unknown')
    const cut = reason.length > longestReason ? `${reason.slice(0, longestReason)}...` : reason
    const counted = this.#reasons.has(cut) || this.#reasons.size < mostReasons ? cut : 'other reasons'
    this.#reasons.set(counted, (this.#reasons.get(counted) ?? 0) + 1)
  }

  /** What is to be told, and counts from the beginning; null for nothing. */
  take(): ToldRefusals | null {
    if (this.#attempts === 0) return null
    const [address] = this.#addresses
    const [caller] = this.#callers
    const actor = {
      name: this.#callers.size === 1 ? caller! : 'unknown',
      from: this.#addresses.size === 1 ? address! : null,
    }
    const detail = { attempts: this.#attempts, addresses: this.#addresses.size, reason: this.#reasonText() }
    this.#attempts = 0
    this.#addresses.clear()
    this.#callers.clear()
    this.#reasons.clear()
    return { actor, detail }
  }

  #reasonText(): string {
    const reasons = [...this.#reasons].toSorted(([, a], [, b]) => b - a)
    const [only] = reasons
    if (reasons.length === 1) return only![0]
    return reasons.map(([reason, count]) => `${reason} (${count})`).join('; ')
  }
}
