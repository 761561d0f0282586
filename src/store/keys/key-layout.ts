/** A key table as it is posted to threads. One thread writes it; any number reads. */
export interface KeyTableMemory {
  /** Slots by open addressing: the word of the record (0: empty), then the first 16 bytes of the keyed hash. */
  readonly slots: SharedArrayBuffer
  /** Records one after the other: a header of four words, then the text, filled up to whole words. */
  readonly records: SharedArrayBuffer
}

/** Words of a slot. */
export const slotWords = 5

/** Words of a record's header, from its first word on. */
export const header = {
  /** Second since 1970 in which the key ends: `revokedNow` or `neverEnds` for those. Changes; one atomic word. */
  ends: 0,
  /** Minute since 1970 of its last use; 0 for never. Written by those who read. */
  lastUsed: 1,
  /** Second since 1970 in which it was issued. */
  created: 2,
  /** Bytes of the text. */
  length: 3,
  words: 4,
} as const

/** `ends` of a revoked key. */
export const revokedNow = 0
/** `ends` of a key that does not expire. */
export const neverEnds = 0xffffffff

/** The views that both sides work on. */
export interface KeyTableViews {
  readonly slots: Int32Array
  /** Number of slots. */
  readonly capacity: number
  readonly words: Int32Array
  readonly bytes: Buffer
}

/** Opens the memory of a table. */
export function viewsOf({ slots, records }: KeyTableMemory): KeyTableViews {
  const view = new Int32Array(slots)
  return {
    slots: view,
    capacity: view.length / slotWords,
    words: new Int32Array(records),
    bytes: Buffer.from(records),
  }
}

/**
 * First word of the slot that holds the hash, or of the empty one where it belongs; what of them it is, the word says.
 * The word is read atomically and was written last: whoever sees it sees the hash and the record that were there
 * before. Slots are never emptied or moved, and a fifth of them stays empty: the probe ends.
 */
export function findSlot({ slots, capacity }: KeyTableViews, digest: Buffer): number {
  const first = digest.readInt32LE(0)
  const second = digest.readInt32LE(4)
  const third = digest.readInt32LE(8)
  const fourth = digest.readInt32LE(12)
  let slot = Math.floor(((first >>> 0) / 0x1_0000_0000) * capacity)
  for (;;) {
    const at = slot * slotWords
    if (Atomics.load(slots, at) === 0) return at
    if (
      slots[at + 1] === first &&
      slots[at + 2] === second &&
      slots[at + 3] === third &&
      slots[at + 4] === fourth
    )
      return at
    slot = slot + 1 === capacity ? 0 : slot + 1
  }
}

/** Words that a record with a text of so many bytes takes. */
export function recordWords(textBytes: number): number {
  return header.words + Math.ceil(textBytes / 4)
}
