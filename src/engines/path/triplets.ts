function hexValue(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** The octet of the triplet `%XX` at `at`, or -1 when there is none. */
export function tripletAt(text: string, at: number): number {
  // Past the end charCodeAt gives NaN, and NaN is no digit.
  const high = hexValue(text.charCodeAt(at + 1))
  const low = hexValue(text.charCodeAt(at + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

/** Whether the triplet at `at` is written with capitals, as RFC 3986 §6.2.2.1 asks for. */
export function isUpperCase(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) < 97 && text.charCodeAt(at + 2) < 97
}

/** Writes an octet as a triplet. */
export function writeTriplet(octet: number): string {
  return `%${octet < 16 ? '0' : ''}${octet.toString(16).toUpperCase()}`
}

/** State of `nextUtf8State` in which no sequence is open. */
export const utf8Start = 0
/** State of `nextUtf8State` after an octet that cannot follow. */
export const utf8Invalid = -1

/**
 * Follows UTF-8 octet by octet. Overlong forms, surrogates and what lies beyond U+10FFFF are invalid (RFC 3629 §3):
 * `%C0%AF` is a slash to a careless decoder.
 *
 * A state holds what is still to come: the number of continuation octets, and the range of the next of them.
 */
export function nextUtf8State(state: number, octet: number): number {
  if (state === utf8Start) {
    if (octet < 0x80) return utf8Start
    if (octet < 0xc2 || octet > 0xf4) return utf8Invalid
    if (octet < 0xe0) return expect(1, 0x80, 0xbf)
    if (octet < 0xf0) return expect(2, octet === 0xe0 ? 0xa0 : 0x80, octet === 0xed ? 0x9f : 0xbf)
    return expect(3, octet === 0xf0 ? 0x90 : 0x80, octet === 0xf4 ? 0x8f : 0xbf)
  }
  if (octet < ((state >> 8) & 0xff) || octet > (state & 0xff)) return utf8Invalid
  const left = (state >> 16) - 1
  return left === 0 ? utf8Start : expect(left, 0x80, 0xbf)
}

function expect(count: number, low: number, high: number): number {
  return (count << 16) | (low << 8) | high
}
