/** A JSON string in visible ASCII only, so that no terminal or log reader meets control characters raw (T60). */
export function asciiJson(text: string): string {
  // The test is for the rare text that needs escapes: one linear pass, no backtracking.
  if (!/[^\x20-\x7e]|["\\]/.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
