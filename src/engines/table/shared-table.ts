import { KeyedHash } from './keyed-hash.ts'
import {
  CLAIMED,
  countOf,
  EMPTY,
  freed,
  isPending,
  kindOf,
  LIVE,
  maxCount,
  maxThread,
  PENDING,
  withDelta,
  withKind,
} from './slot-state.ts'
import { allocateTable, openTable, slotsPerBucket } from './table-layout.ts'

/** Result of `add`: the count would pass the limit. Nothing was changed. */
export const OVER_LIMIT = -1
/** Result of `add`: there is no place for a new key. Nothing was changed; the caller must refuse. */
export const TABLE_FULL = -2

const none = -1
/** Internal: another thread changed what this one relied on. */
const changed = -3

/**
 * Counts by key, exact over all threads, in memory fixed by its capacity. Keys are 64-bit hashes under a secret seed:
 * among a million keys two that share a count are expected once in 37 million tables.
 *
 * No thread ever waits for another. Each change is one compare-and-swap of a slot's state, and a thread that ends in
 * the middle of one leaves at most a slot that nobody uses, until `sweep`. Keys never move, and a slot is free again
 * in the moment its count comes to 0; as a key may lie in any slot of its two buckets, and both are always looked at
 * whole, no chain of probes can break.
 *
 * That a key lies in one slot only: a new key is first written as pending, then all slots where it could lie are
 * looked at, and only then it goes live. Of two threads that do so at once, the one that became pending later sees
 * the other, live (and gives way) or pending (and then both agree on the slot with the lower index).
 */
export class SharedTable {
  /** To be passed to other threads. */
  readonly buffer: SharedArrayBuffer
  readonly #states: BigUint64Array
  readonly #hints: Int32Array
  readonly #keys: Int32Array
  readonly #buckets: number
  readonly #hash: KeyedHash
  readonly #thread: number
  /** Key and buckets of the operation under way: first slots of each. */
  #low = 0
  #high = 0
  #first = 0
  #second = 0
  /** State under which `#find` saw the slot it returned. */
  #seen = 0n

  /** Opens a table from another thread. `thread` is this thread's number (0–65535), unlike that of any other. */
  constructor(buffer: SharedArrayBuffer, thread: number) {
    if (!Number.isInteger(thread) || thread < 0 || thread > maxThread)
      throw new RangeError('no number of a thread')
    const layout = openTable(buffer)
    this.buffer = buffer
    this.#states = layout.states
    this.#hints = layout.hints
    this.#keys = layout.keys
    this.#buckets = layout.buckets
    this.#hash = new KeyedHash(layout.seed0, layout.seed1)
    this.#thread = thread
  }

  /** Makes a table. `seed` is two random 32-bit numbers that nobody outside can know. */
  static create(capacity: number, seed: readonly [number, number], thread: number): SharedTable {
    return new SharedTable(allocateTable(capacity, seed), thread)
  }

  /**
   * Adds `delta` to the count of `key` and returns the new count, unless that would be over `limit`: then nothing
   * changes, and the answer is OVER_LIMIT. A new key that finds no place gets TABLE_FULL.
   *
   * A negative delta is never refused; a count that comes to 0 (or below) is 0 and frees the key. A caller takes away
   * only what was added before.
   */
  add(key: string, delta: number, limit: number = maxCount): number {
    this.#aim(key)
    return this.#addHere(delta, Math.min(limit, maxCount))
  }

  /** The count of `key`; 0 when it is not in the table. */
  get(key: string): number {
    this.#aim(key)
    return this.#find() === none ? 0 : countOf(this.#seen)
  }

  /** Number of keys. Looks at every slot: for metrics, not for requests. */
  size(): number {
    let size = 0
    for (let slot = 0; slot < this.#states.length; slot++) {
      if (kindOf(Atomics.load(this.#states, slot)) >= LIVE) size++
    }
    return size
  }

  /**
   * Frees what thread `thread` left half done: at most one slot. Returns the number of slots. The thread must have
   * ended; its counts are untouched: see `takeBack`.
   */
  sweep(thread: number): number {
    let swept = 0
    for (let slot = 0; slot < this.#states.length; slot++) {
      const state = Atomics.load(this.#states, slot)
      const kind = kindOf(state)
      const isHalfDone = kind === (CLAIMED | thread) || kind === (PENDING | thread)
      if (isHalfDone && this.#swap(slot, state, freed(state))) swept++
    }
    return swept
  }

  /**
   * Takes away from this table all that `share`, a table with the same seed, holds, and empties that. For the counts
   * of a thread that has ended: while it lives it adds to the shared table first and then to a table of its own, and
   * takes away in the opposite order; whenever it ends, nothing is forgiven, and at most one change is kept too long.
   */
  takeBack(share: SharedTable): void {
    if (!this.#hash.equals(share.#hash))
      throw new RangeError('tables with different seeds have no key in common')
    for (let slot = 0; slot < share.#states.length; slot++) {
      const state = Atomics.load(share.#states, slot)
      if (kindOf(state) < LIVE || !share.#swap(slot, state, freed(state))) continue
      this.#aimAt(share.#keys[slot * 2]!, share.#keys[slot * 2 + 1]!)
      this.#addHere(-countOf(state), maxCount)
    }
  }

  #aim(key: string): void {
    this.#hash.update(key)
    this.#aimAt(this.#hash.low, this.#hash.high)
  }

  #aimAt(low: number, high: number): void {
    this.#low = low
    this.#high = high
    const first = Math.floor(((low >>> 0) / 0x1_0000_0000) * this.#buckets)
    const second = Math.floor(((high >>> 0) / 0x1_0000_0000) * this.#buckets)
    this.#first = first * slotsPerBucket
    this.#second = (second === first ? (second + 1) % this.#buckets : second) * slotsPerBucket
  }

  #addHere(delta: number, limit: number): number {
    for (;;) {
      const slot = this.#find()
      const result = slot === none ? this.#insert(delta, limit) : this.#change(slot, delta, limit)
      if (result !== changed) return result
    }
  }

  #change(slot: number, delta: number, limit: number): number {
    const state = this.#seen
    const count = countOf(state) + delta
    if (count <= 0) return this.#swap(slot, state, freed(state)) ? 0 : changed
    if (delta > 0 && count > limit) return OVER_LIMIT
    return this.#swap(slot, state, withDelta(state, delta)) ? count : changed
  }

  #insert(delta: number, limit: number): number {
    if (delta <= 0) return 0
    if (delta > limit) return OVER_LIMIT
    const slot = this.#claim()
    if (slot === none) return TABLE_FULL
    if (slot === changed) return changed
    return this.#goLive(slot, delta) ? delta : changed
  }

  /** The slot in which the key is live, its state in `#seen`. */
  #find(): number {
    const found = this.#findIn(this.#first)
    return found === none ? this.#findIn(this.#second) : found
  }

  #findIn(bucket: number): number {
    const keys = this.#keys
    const low = this.#low
    for (let slot = bucket; slot < bucket + slotsPerBucket; slot++) {
      if (keys[slot * 2] !== low) continue
      // The key is read once more after the state: if the state is then swapped, the key was this one throughout.
      const state = Atomics.load(this.#states, slot)
      if (kindOf(state) < LIVE || !this.#holdsKey(slot)) continue
      this.#seen = state
      return slot
    }
    return none
  }

  #holdsKey(slot: number): boolean {
    return (
      Atomics.load(this.#keys, slot * 2) === this.#low &&
      Atomics.load(this.#keys, slot * 2 + 1) === this.#high
    )
  }

  /** Takes an empty slot of the emptier bucket, and writes the key into it: pending. */
  #claim(): number {
    const [first, second] = [this.#countEmpty(this.#first), this.#countEmpty(this.#second)]
    if (first + second === 0) return none
    const bucket = first >= second ? this.#first : this.#second
    for (let slot = bucket; slot < bucket + slotsPerBucket; slot++) {
      if (this.#hints[slot * 2] !== EMPTY) continue
      const state = Atomics.load(this.#states, slot)
      if (kindOf(state) !== EMPTY) continue
      // From here to the store below the slot is this thread's alone: the others pass it by and need not know its key.
      if (!this.#swap(slot, state, withKind(state, CLAIMED | this.#thread))) continue
      Atomics.store(this.#keys, slot * 2, this.#low)
      Atomics.store(this.#keys, slot * 2 + 1, this.#high)
      this.#seen = withKind(state, PENDING | this.#thread)
      Atomics.store(this.#states, slot, this.#seen)
      return slot
    }
    return changed
  }

  #countEmpty(bucket: number): number {
    let empty = 0
    for (let slot = bucket; slot < bucket + slotsPerBucket; slot++)
      if (this.#hints[slot * 2] === EMPTY) empty++
    return empty
  }

  /** Brings the pending key in `slot` to life with a count. False when another thread was faster. */
  #goLive(slot: number, count: number): boolean {
    let candidate = slot
    let pending = this.#seen
    for (;;) {
      const rival = this.#findRival(candidate)
      if (rival === none) return this.#swap(candidate, pending, withKind(pending, LIVE + count))
      const state = this.#seen
      const isLive = kindOf(state) >= LIVE
      if (isLive || rival < candidate) {
        // Freed by whoever comes first; a failed swap means that this was another.
        this.#swap(candidate, pending, freed(pending))
        if (isLive) return false
        candidate = rival
        pending = state
      } else this.#swap(rival, state, freed(state))
    }
  }

  /** Another slot than `candidate` in which the key is live or pending, its state in `#seen`. Live ones first. */
  #findRival(candidate: number): number {
    let rival = none
    let seen = 0n
    for (let i = 0; i < slotsPerBucket * 2; i++) {
      const slot = i < slotsPerBucket ? this.#first + i : this.#second + i - slotsPerBucket
      if (slot === candidate) continue
      // A key that is not there yet becomes pending after this look, and its thread then sees the candidate.
      if (!this.#holdsKey(slot)) continue
      const state = Atomics.load(this.#states, slot)
      const kind = kindOf(state)
      if ((!isPending(kind) && kind < LIVE) || !this.#holdsKey(slot)) continue
      if (rival !== none && kind < LIVE) continue
      rival = slot
      seen = state
      if (kind >= LIVE) break
    }
    this.#seen = seen
    return rival
  }

  #swap(slot: number, expected: bigint, state: bigint): boolean {
    return Atomics.compareExchange(this.#states, slot, expected, state) === expected
  }
}
