import { readIPv4 } from './ipv4.ts'

const COLON = 58
const DOT = 46

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/**
 * Reads `text` up to `end` as an IPv6 address in any form of RFC 4291 §2.2, without allocating. `groups` (eight
 * 16-bit groups) is overwritten; its content means nothing when false is returned.
 *
 * Zone ids (`fe80::1%eth0`) are refused: they name an interface of one machine and say nothing about a peer.
 */
export function readIPv6(text: string, end: number, groups: Uint16Array): boolean {
  if (end < 2 || end > 45) return false
  let count = 0
  let gap = -1
  let i = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gap = 0
    i = 2
  }
  while (i < end) {
    if (count === 8) return false
    const start = i
    let value = 0
    let c = 0
    while (i < end) {
      c = text.charCodeAt(i)
      const digit = hexDigit(c)
      if (digit < 0) break
      if (i - start === 4) return false
      value = value * 16 + digit
      i++
    }
    if (i < end && c === DOT) {
      const tail = readIPv4(text, start, end)
      if (tail < 0 || count > 6) return false
      groups[count++] = tail >>> 16
      groups[count++] = tail & 0xffff
      i = end
      break
    }
    if (i === start) return false
    groups[count++] = value
    if (i === end) break
    if (c !== COLON) return false
    i++
    if (i === end) return false
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return false
      gap = count
      i++
    }
  }
  if (gap < 0) return count === 8
  // `::` stands for at least one group (RFC 4291 §2.2).
  if (count === 8) return false
  const tail = count - gap
  groups.copyWithin(8 - tail, gap, count)
  groups.fill(0, gap, 8 - tail)
  return true
}

/** Writes eight groups in the one canonical text form (RFC 5952 §4). */
export function writeIPv6(groups: Uint16Array): string {
  let from = -1
  let length = 1
  for (let i = 0; i < 8; ) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > length) {
      from = i
      length = end - i
    }
    i = Math.max(end, i + 1)
  }
  if (from < 0) return Array.from(groups, (group) => group.toString(16)).join(':')
  const head = Array.from(groups.subarray(0, from), (group) => group.toString(16)).join(':')
  const tail = Array.from(groups.subarray(from + length), (group) => group.toString(16)).join(':')
  return `${head}::${tail}`
}
