import {
  findSlot,
  header,
  type KeyTableMemory,
  type KeyTableViews,
  recordWords,
  revokedNow,
  slotWords,
  viewsOf,
} from './key-layout.ts'

/** What stands in a table for a key. */
export interface KeyEntry {
  /** Keyed hash of the key (32 bytes). */
  readonly digest: Buffer
  /** Second since 1970 in which it ends, `revokedNow` or `neverEnds`. */
  readonly ends: number
  /** Second since 1970 in which it was issued. */
  readonly created: number
  /** The record, encoded: see `encodeKey`. */
  readonly text: Buffer
}

/** A key that was used, by its record. */
export interface UsedKey {
  readonly text: Buffer
  /** Minute since 1970. */
  readonly minute: number
}

/** Of the slots, so many are filled at most: longer probes would cost each look-up. */
const fullest = 0.8
/** Room for keys to come in a table made for `keys` of them. */
const slotsPerKey = 1.5
const leastSlots = 256
const leastTextBytes = 16_384
/** Records start behind the first word: 0 is no record. */
const firstWord = 1

/**
 * The keys of the process in shared memory, for one writer. Readers in other threads see either nothing of a key or
 * all of it; that it was revoked or ends they see at once, by one atomic word, without a message.
 */
export class KeyTable {
  readonly memory: KeyTableMemory
  readonly #views: KeyTableViews
  #filled = 0
  #revoked = 0
  #end: number = firstWord

  /** Makes an empty table for about so many keys, whose texts have so many bytes together. */
  constructor(keys: number, textBytes: number) {
    const slots = leastSlots + Math.ceil(keys * slotsPerKey)
    const words = firstWord + keys * (header.words + 1) + Math.ceil((leastTextBytes + textBytes) / 4)
    this.memory = {
      slots: new SharedArrayBuffer(slots * slotWords * 4),
      records: new SharedArrayBuffer(words * 4),
    }
    this.#views = viewsOf(this.memory)
  }

  /** Keys that are not revoked. */
  get live(): number {
    return this.#filled - this.#revoked
  }

  /** Bytes of the texts, near enough to make a table of the same size. */
  get textBytes(): number {
    return (this.#end - firstWord - this.#filled * header.words) * 4
  }

  /** Puts a key in, or changes when it ends. Returns false when there is no room: then nothing has changed. */
  put({ digest, ends, created, text }: KeyEntry): boolean {
    const { slots, capacity, words, bytes } = this.#views
    const slot = findSlot(this.#views, digest)
    const known = Atomics.load(slots, slot)
    if (known !== 0) {
      const before = Atomics.exchange(words, known + header.ends, ends | 0)
      if (before === revokedNow) this.#revoked--
      if (ends === revokedNow) this.#revoked++
      return true
    }
    if (ends === revokedNow) return true
    const record = this.#end
    const end = record + recordWords(text.length)
    if (this.#filled + 1 > capacity * fullest || end > words.length) return false
    words[record + header.ends] = ends | 0
    words[record + header.created] = created | 0
    words[record + header.length] = text.length
    bytes.set(text, (record + header.words) * 4)
    for (let i = 0; i < 4; i++) slots[slot + 1 + i] = digest.readInt32LE(i * 4)
    // Last: before this store readers see an empty slot, after it all of the above.
    Atomics.store(slots, slot, record)
    this.#end = end
    this.#filled++
    return true
  }

  /** Marks a key that is there as revoked; for a table that readers may still have after it was replaced. */
  end(digest: Buffer, ends: number): void {
    const record = Atomics.load(this.#views.slots, findSlot(this.#views, digest))
    if (record !== 0) Atomics.store(this.#views.words, record + header.ends, ends | 0)
  }

  /** Takes over the keys of another table that end later than this second. False when there is no room. */
  takeFrom(other: KeyTable, endsAfter: number): boolean {
    const { slots, words, bytes } = other.#views
    const digest = Buffer.alloc(slotWords * 4)
    for (let slot = 0; slot < slots.length; slot += slotWords) {
      const record = slots[slot]!
      if (record === 0) continue
      const ends = words[record + header.ends]! >>> 0
      if (ends <= endsAfter) continue
      for (let i = 0; i < 4; i++) digest.writeInt32LE(slots[slot + 1 + i]!, i * 4)
      const start = (record + header.words) * 4
      const text = bytes.subarray(start, start + words[record + header.length]!)
      if (!this.put({ digest, ends, created: words[record + header.created]!, text })) return false
      const used = Atomics.load(words, record + header.lastUsed)
      this.#views.words[this.#end - recordWords(text.length) + header.lastUsed] = used
    }
    return true
  }

  /** The keys that were used in this minute or later. */
  *usedSince(minute: number): Generator<UsedKey> {
    const { words, bytes } = this.#views
    for (let record: number = firstWord; record < this.#end; ) {
      const length = words[record + header.length]!
      const used = Atomics.load(words, record + header.lastUsed)
      if (used >= minute) {
        const start = (record + header.words) * 4
        yield { text: bytes.subarray(start, start + length), minute: used }
      }
      record += recordWords(length)
    }
  }
}
