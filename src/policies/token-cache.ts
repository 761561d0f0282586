/** What is kept of a token. */
export interface CachedToken {
  /** What it counts as in the cache. */
  readonly bytes: number
}

/** Beside the claims: the digest, the objects, the entry of the map. */
const fixedBytes = 600
/** V8 takes about three times the bytes of the token for the objects that its claims become. */
const bytesOfCharacter = 3

/** What an entry counts as. */
export function bytesOf(tokenLength: number): number {
  return fixedBytes + bytesOfCharacter * tokenLength
}

/**
 * Proven tokens by the SHA-256 of the whole token, bounded in bytes. Two generations: what is used moves to the young
 * one, and when that is full the old one goes, so tokens that are sent once do not push out those in use. Refusals are
 * never in it: a flood of them would.
 */
export class TokenCache<T extends CachedToken> {
  readonly #halfBytes: number
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #youngBytes = 0

  /** `bytes` 0: nothing is kept. */
  constructor(bytes: number) {
    this.#halfBytes = bytes / 2
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(digest: string): T | undefined {
    const found = this.#young.get(digest)
    if (found !== undefined) return found
    const aged = this.#old.get(digest)
    if (aged === undefined) return undefined
    this.#old.delete(digest)
    this.put(digest, aged)
    return aged
  }

  put(digest: string, proven: T): void {
    if (proven.bytes > this.#halfBytes) return
    if (this.#youngBytes + proven.bytes > this.#halfBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(digest, proven)
    this.#youngBytes += proven.bytes
  }

  delete(digest: string): void {
    this.#young.delete(digest)
    this.#old.delete(digest)
  }
}
