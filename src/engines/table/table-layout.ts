/**
 * A table in shared memory: a header of four 32-bit words (number of buckets, two halves of the seed, one unused), then
 * the states of all slots (8 bytes each), then their keys (8 bytes each). A bucket is a run of 16 slots; its keys are
 * two cache lines.
 */
export const slotsPerBucket = 16

const headerBytes = 16
const bytesPerSlot = 16

/**
 * Share of the slots that a table of a given capacity may use. A key has two buckets to lie in and takes the emptier
 * one; up to this load practically no key finds both full.
 */
const load = 0.75

/** Offset of the low half of a 64-bit word in bytes. */
const lowHalf = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 4

export interface TableLayout {
  readonly buckets: number
  readonly seed0: number
  readonly seed1: number
  readonly states: BigUint64Array
  /** The low halves of the states, at twice their index: cheaper to look at, never to decide on. */
  readonly hints: Int32Array
  readonly keys: Int32Array
}

/** Makes the memory of a table for `capacity` keys: 22 bytes each, at least 528 bytes together. */
export function allocateTable(capacity: number, seed: readonly [number, number]): SharedArrayBuffer {
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new RangeError('capacity must be a positive integer')
  const buckets = Math.max(2, Math.ceil(capacity / load / slotsPerBucket))
  const buffer = new SharedArrayBuffer(headerBytes + buckets * slotsPerBucket * bytesPerSlot)
  new Uint32Array(buffer, 0, 4).set([buckets, seed[0], seed[1], 0])
  return buffer
}

/** The parts of a table's memory. */
export function openTable(buffer: SharedArrayBuffer): TableLayout {
  const [buckets = 0, seed0 = 0, seed1 = 0] = new Uint32Array(buffer, 0, 4)
  const slots = buckets * slotsPerBucket
  if (slots === 0 || buffer.byteLength !== headerBytes + slots * bytesPerSlot) {
    throw new RangeError('this memory holds no table')
  }
  const states = new BigUint64Array(buffer, headerBytes, slots)
  const hints = new Int32Array(buffer, headerBytes + lowHalf, slots * 2 - lowHalf / 4)
  return {
    buckets,
    seed0,
    seed1,
    states,
    hints,
    keys: new Int32Array(buffer, headerBytes + slots * 8, slots * 2),
  }
}
