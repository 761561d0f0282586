/** Longest path that is come back to: it travels in a cookie while the browser is at the provider. */
const longest = 700

/**
 * Whether a browser that is redirected to this text stays on the host: a path of visible ASCII. `//host` and `/\host`
 * name another host, and browsers drop tabs and line breaks before they look (open redirect, CWE-601).
 */
export function isReturnPath(text: string): boolean {
  return text.length <= longest && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text)
}

/** The path to come back to; `/` where it is none, or too long. */
export function returnPath(text: string | null): string {
  return text !== null && isReturnPath(text) ? text : '/'
}
