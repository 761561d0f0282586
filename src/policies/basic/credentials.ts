/** What a client logs in with. */
export interface Credentials {
  readonly name: string
  readonly password: string
}

/** Longest value after the scheme: a name and a password of some hundred characters. */
const longest = 1024
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads `Basic` credentials (RFC 7617) strictly: canonical base64, UTF-8, no control characters. What has two readings
 * would be one account here and another one elsewhere. Undefined where the scheme is another one, null where they are
 * malformed.
 */
export function readCredentials(authorization: string): Credentials | null | undefined {
  if (!/^basic(?: |$)/i.test(authorization)) return undefined
  const encoded = authorization.slice('basic '.length)
  if (encoded.length > longest || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return null
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return null
  }
  const colon = text.indexOf(':')
  if (colon < 0 || /\p{Cc}/u.test(text)) return null
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}
