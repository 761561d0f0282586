/**
 * Decodes base64url (RFC 4648 §5) as RFC 7515 §2 restricts it: no padding, no white space, no `+` or `/`, no bits left
 * over in the last character. Null for anything else.
 *
 * `Buffer.from` accepts all of those, so that many texts stand for one token: a cache or a revocation list that knows
 * one of them misses the others. Only the one text that encoding the bytes again gives is accepted.
 */
export function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
