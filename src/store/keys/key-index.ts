import type { KeyRecord } from '../../gateway/policy.ts'
import { KeyedHash } from '../keyed-hash.ts'
import { apiKeyFault } from './key-format.ts'
import {
  findSlot,
  header,
  type KeyTableMemory,
  type KeyTableViews,
  revokedNow,
  viewsOf,
} from './key-layout.ts'
import { DecodedKey } from './key-record.ts'

/** Decoded records that a thread keeps, in two generations of this many: some 20 MB at most for usual ones. */
const generation = 16_384

/** How an index is used. */
export interface KeyIndexOptions {
  /** Whether `used` is written down. Default true; false where requests are only explained. */
  readonly notesUse?: boolean
}

/**
 * The keys as one thread reads them. The look-up is by keyed hash, so that its time depends on nothing an attacker can
 * steer: without the pepper, nobody knows how near a guess's hash is to a stored one.
 */
export class KeyIndex {
  readonly #hash: KeyedHash
  readonly #notesUse: boolean
  #views: KeyTableViews
  #recent = new Map<number, DecodedKey>()
  #older = new Map<number, DecodedKey>()

  constructor(memory: KeyTableMemory, pepper: Uint8Array, { notesUse = true }: KeyIndexOptions = {}) {
    this.#hash = new KeyedHash(pepper)
    this.#views = viewsOf(memory)
    this.#notesUse = notesUse
  }

  /** Goes over to the table that replaced this one. */
  use(memory: KeyTableMemory): void {
    this.#views = viewsOf(memory)
    this.#recent = new Map()
    this.#older = new Map()
  }

  /**
   * The record of a presented key; undefined for what is malformed, unknown or revoked. Never throws. That it may have
   * expired is for the caller to judge, who can then say so.
   */
  find(presented: string): KeyRecord | undefined {
    if (apiKeyFault(presented) !== null) return undefined
    const views = this.#views
    const record = Atomics.load(views.slots, findSlot(views, this.#hash.digest(`key:${presented}`)))
    if (record === 0) return undefined
    const ends = Atomics.load(views.words, record + header.ends) >>> 0
    if (ends === revokedNow) return undefined
    const recent = this.#recent.get(record)
    return recent !== undefined && recent.ends === ends ? recent : this.#recall(record, ends)
  }

  /** Two generations: what is in use is taken along into the new one, the rest is forgotten without looking for it. */
  #recall(record: number, ends: number): DecodedKey {
    const older = this.#older.get(record)
    const key = older !== undefined && older.ends === ends ? older : this.#decode(record, ends)
    if (this.#recent.size >= generation) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(record, key)
    return key
  }

  #decode(record: number, ends: number): DecodedKey {
    const { words, bytes } = this.#views
    const start = (record + header.words) * 4
    return new DecodedKey(
      bytes.subarray(start, start + words[record + header.length]!),
      ends,
      words[record + header.created]! >>> 0,
      this.#notesUse ? words : null,
      record,
    )
  }
}
