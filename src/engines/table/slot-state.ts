/**
 * The state of a slot is one 64-bit word, changed by compare-and-swap alone. Its high half counts how often the slot
 * was freed; its low half says what the slot is. A thread that read a state and then slept cannot change the slot
 * after it was freed and taken by another key: the generation differs. (It wraps after 4 billion uses of one slot.)
 */

/** Nobody's. */
export const EMPTY = 0
/** Flag of a key that is about to go live: it can be read, its count is not there yet. Low bits: who put it there. */
export const PENDING = 0x2000_0000
/** Flag of a slot whose key is being written. Low bits: the one thread that may do so. */
export const CLAIMED = 0x4000_0000
/** Flag of a live key; the count is in the other 31 bits, and never 0. */
export const LIVE = 0x8000_0000

/** The largest count a key can have. */
export const maxCount = 0x7fff_ffff
/** The largest number of a thread. */
export const maxThread = 0xffff

const generation = 0x1_0000_0000n
const generationMask = 0xffff_ffff_0000_0000n

/** The low half of a state. */
export function kindOf(state: bigint): number {
  return Number(BigInt.asUintN(32, state))
}

/** Whether a low half is that of a pending key. */
export function isPending(kind: number): boolean {
  return kind >= PENDING && kind < CLAIMED
}

/** The count of a live state. */
export function countOf(state: bigint): number {
  return Number(BigInt.asUintN(31, state))
}

/** A live state with its count changed. The caller has checked that the new count is from 1 to `maxCount`. */
export function withDelta(state: bigint, delta: number): bigint {
  return BigInt.asUintN(64, state + BigInt(delta))
}

/** The state after `state` in the same generation. */
export function withKind(state: bigint, kind: number): bigint {
  return BigInt.asUintN(64, (state & generationMask) | BigInt(kind))
}

/** The empty state after `state`: the next generation. */
export function freed(state: bigint): bigint {
  return BigInt.asUintN(64, (state & generationMask) + generation)
}
