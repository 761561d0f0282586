/** Characters of keys after which the younger half becomes the older one. */
const mostCharacters = 1024 * 1024
/** What an entry holds beside its key: the token, and the objects around it. */
const entryCharacters = 1024

/**
 * Values by text, the recently used ones: two maps, of which the older is dropped when the younger is full. So it is
 * bounded in bytes, and a look-up is one or two of a map's.
 */
export class Recent<Value> {
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()
  #characters = 0

  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: Value): void {
    this.#characters += key.length + entryCharacters
    if (this.#characters > mostCharacters) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = key.length + entryCharacters
    }
    this.#young.set(key, value)
  }

  /** Entries it holds. */
  get size(): number {
    return this.#young.size + this.#old.size
  }
}
