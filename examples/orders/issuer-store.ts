import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** Codes, sessions, grants and opaque tokens beyond this many push out the oldest. */
const capacity = 10_000

interface Entry {
  readonly payload: AdapterPayload
  /** Milliseconds since 1970; `Infinity` for what has no end. */
  readonly expires: number
}

/**
 * Keeps what the provider must remember in memory, one store for all its models: a restart logs everybody out and
 * forgets opaque tokens, while signed ones stay good until they expire.
 */
export function memoryStore(): AdapterFactory {
  const entries = new Map<string, Entry>()
  return (model) => new MemoryAdapter(entries, model)
}

class MemoryAdapter implements Adapter {
  readonly #entries: Map<string, Entry>
  readonly #model: string

  constructor(entries: Map<string, Entry>, model: string) {
    this.#entries = entries
    this.#model = model
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const key = this.#key(id)
    this.#entries.delete(key)
    const expires = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000
    this.#entries.set(key, { payload, expires })
    const oldest = this.#entries.keys().next().value
    if (this.#entries.size > capacity && oldest !== undefined) this.#entries.delete(oldest)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const entry = this.#entries.get(this.#key(id))
    if (entry === undefined) return undefined
    if (entry.expires > Date.now()) return entry.payload
    this.#entries.delete(this.#key(id))
    return undefined
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findWhere((payload) => payload.uid === uid)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findWhere((payload) => payload.userCode === userCode)
  }

  async consume(id: string): Promise<void> {
    const payload = await this.find(id)
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    this.#entries.delete(this.#key(id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of this.#entries) {
      if (payload.grantId === grantId && key.startsWith(`${this.#model}:`)) this.#entries.delete(key)
    }
  }

  #findWhere(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload, expires }] of this.#entries) {
      if (key.startsWith(`${this.#model}:`) && expires > Date.now() && matches(payload)) return payload
    }
    return undefined
  }

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}
