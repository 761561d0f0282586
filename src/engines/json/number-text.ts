/** Digits that a double is told apart by (IEEE 754 binary64, `%.17g`): more say what no double holds. */
const mostDigits = 17
/** Smaller ones have fewer bits, and hold fewer digits. */
const smallestNormal = 2.2250738585072014e-308

/**
 * Whether a double is the number that a text of JSON writes, so that a reader of decimals sees the same one. Up to 17
 * significant digits pass, as doubles are written by every library. Refused: what becomes infinite, or zero without
 * being it, and more digits than 17; and beyond ±(2⁵³−1), where doubles leave out integers, or below the normal range,
 * whatever is not the shortest decimal of its double: `9007199254740993.0` would be another's identifier.
 */
export function isHeld(text: string, number: number): boolean {
  if (!Number.isFinite(number)) return false
  const { digits, exponent } = decimal(text)
  if (number === 0) return digits === ''
  const size = Math.abs(number)
  if (size <= Number.MAX_SAFE_INTEGER && size >= smallestNormal) return digits.length <= mostDigits
  const shortest = decimal(String(number))
  return digits === shortest.digits && exponent === shortest.exponent
}

/** The digits without zeros before and after, and the power of ten of the last. */
function decimal(text: string): { digits: string; exponent: number } {
  const mark = text.search(/[eE]/)
  const mantissa = text.slice(text.startsWith('-') ? 1 : 0, mark < 0 ? text.length : mark)
  const point = mantissa.indexOf('.')
  const all = mantissa.replace('.', '')
  let start = 0
  while (all[start] === '0') start++
  let end = all.length
  while (end > start && all[end - 1] === '0') end--
  const fraction = point < 0 ? 0 : mantissa.length - point - 1
  const written = mark < 0 ? 0 : Number(text.slice(mark + 1))
  return { digits: all.slice(start, end), exponent: written - fraction + all.length - end }
}
