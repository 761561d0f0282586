/**
 * The value of a plain header: what is not visible ASCII is percent-encoded as UTF-8, and so is `%`, so that decoding
 * gives the text back and no line can end early (T26, T27). Lists are joined by `,`, which is encoded inside them.
 * Undefined for nothing and for what has no such form: no header is sent then. Null for a text that no service could
 * read back: half a surrogate pair.
 */
export function plainValue(value: unknown): string | undefined | null {
  const parts: string[] = []
  for (const item of [value].flat()) {
    const text = textOf(item)
    if (text === undefined) return undefined
    if (!text.isWellFormed()) return null
    parts.push(text.replace(Array.isArray(value) ? forbiddenInList : forbidden, encodeURIComponent))
  }
  const joined = parts.join(',')
  return joined === '' ? undefined : joined
}

const forbidden = /[^\x21-\x7e]|%/gu
const forbiddenInList = /[^\x21-\x7e]|[%,]/gu

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
