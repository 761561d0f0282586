import { kind, pathKinds } from './characters.ts'

const SLASH = 0x2f
const DOT = 0x2e

/** Longest path that is looked at this way. */
const most = 255

const octets = Buffer.from(new ArrayBuffer(most + 1))
const pairs = new Uint16Array(octets.buffer)

/** What two octets in a row say: the first begins with `.` or `/`, the second is `/`, or they are not plain. */
const AFTER_SLASH = 1
const SLASH_LAST = 2
const NOT_PLAIN = 4
const meanings = pairMeanings()

/**
 * Whether a path is beyond doubt in normal form and free of every class: no triplet, no `;`, no `//`, no segment that
 * begins with a dot. A false says nothing; `normalizePath` then looks closely.
 *
 * Nearly all requests end here, so that it is written for speed: two octets a step from a table of 64 KiB, of which few
 * lines are ever touched; half the time of a loop over `charCodeAt`.
 */
export function isPlainPath(path: string): boolean {
  // A character beyond ASCII becomes octets from 0x80 on, which are not plain, or finds no room: the length tells.
  const { length } = path
  if (length === 0 || length > most || octets.write(path, 0, 'utf8') !== length || octets[0] !== SLASH)
    return false
  octets[length] = 0x61
  const steps = (length + 1) >> 1
  let last = 0
  for (let i = 0; i < steps; i++) {
    const meaning = meanings[pairs[i]!]!
    if (meaning === 0) {
      last = 0
      continue
    }
    if ((meaning & NOT_PLAIN) !== 0 || (meaning & (last >> 1) & AFTER_SLASH) !== 0) return false
    last = meaning
  }
  return true
}

/** Computed through the same two views, and so in whatever order this machine keeps octets. */
function pairMeanings(): Uint8Array {
  const all = new Uint8Array(0x10000)
  const pair = new Uint8Array(2)
  const value = new Uint16Array(pair.buffer)
  const isPlain = (c: number): boolean => c < 128 && (pathKinds[c] === kind.plain || c === SLASH)
  const isAfter = (c: number): boolean => c === SLASH || c === DOT
  for (let i = 0; i < 0x10000; i++) {
    value[0] = i
    const [first = 0, second = 0] = pair
    const plain = isPlain(first) && isPlain(second) && !(first === SLASH && isAfter(second))
    all[i] =
      (isAfter(first) ? AFTER_SLASH : 0) | (second === SLASH ? SLASH_LAST : 0) | (plain ? 0 : NOT_PLAIN)
  }
  return all
}
