const DOT = 46
const ZERO = 48

/**
 * Reads `text` from `start` to `end` as four decimal octets, without allocating. Returns the 32-bit value, or -1.
 *
 * Strict on purpose: C libraries read `010.0.0.1` as 8.0.0.1, `0x7f.1` and `2130706433` as 127.0.0.1. A list that
 * reads an address in another way than the socket does is a bypass, so only the one unambiguous form is taken.
 */
export function readIPv4(text: string, start: number, end: number): number {
  if (end - start > 15) return -1
  let value = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c === DOT) {
      if (digits === 0 || dots === 3) return -1
      value = value * 256 + octet
      octet = 0
      digits = 0
      dots++
      continue
    }
    const digit = c - ZERO
    if (digit < 0 || digit > 9) return -1
    if (digits !== 0 && octet === 0) return -1
    octet = octet * 10 + digit
    if (octet > 255) return -1
    digits++
  }
  if (dots !== 3 || digits === 0) return -1
  return value * 256 + octet
}

/** Writes a 32-bit value as four decimal octets. */
export function writeIPv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}
