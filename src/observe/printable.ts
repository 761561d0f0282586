/**
 * What a terminal, a pager or a log viewer would act on instead of showing: control characters (C0, DEL, C1),
 * format characters (bidirectional overrides, zero width, tags), lone surrogates, unassigned and private code points,
 * line and paragraph separators. The backslash too, or an escape could be forged by its own spelling.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}\\]/gu

/** As above, and every kind of space: for values that are one column of a line. */
const unprintableOrSpace = /[\p{C}\p{Z}\\]/gu

function escapeCharacter(character: string): string {
  if (character === '\\') return '\\\\'
  const point = character.codePointAt(0) ?? 0
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, '0')}`
  return `\\u{${point.toString(16)}}`
}

/** Text that stays on its line and cannot move the cursor, change colours or reorder what is read (T60). */
export function printable(text: string): string {
  return text.replace(unprintable, escapeCharacter)
}

/** Like `printable`, and without spaces, so that a value cannot pass for two columns. */
export function printableWord(text: string): string {
  return text.replace(unprintableOrSpace, escapeCharacter)
}
