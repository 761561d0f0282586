import { tripletAt, writeTriplet } from '../path/triplets.ts'

/** Every character that may stand in a segment as it is: `pchar` of RFC 3986 §3.3, and `;`. */
const standing = new Uint8Array(128)
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@;") {
  standing[c.charCodeAt(0)] = 1
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether an octet may stand in a path segment without being encoded. */
export function mayStand(octet: number): boolean {
  return octet < 128 && standing[octet] === 1
}

/**
 * Brings literal text of a template to the form that it has in a request path: whatever may stand as it is does, all
 * else is a triplet in capitals. Null for what no request path can have.
 */
export function normalizeLiteral(text: string): string | null {
  let plain = true
  for (let i = 0; i < text.length && plain; i++) plain = mayStand(text.charCodeAt(i))
  if (plain) return text
  if (!text.isWellFormed()) return null
  const octets: number[] = []
  const bytes = encoder.encode(text)
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x25) {
      octets.push(bytes[i]!)
      continue
    }
    const octet = tripletAt(String.fromCharCode(...bytes.subarray(i, i + 3)), 0)
    if (octet < 0) return null
    octets.push(octet)
    i += 2
  }
  try {
    decoder.decode(Uint8Array.from(octets))
  } catch {
    return null
  }
  let out = ''
  for (const octet of octets) {
    // Control characters and the backslash are refused in every request path.
    if (octet < 0x20 || octet === 0x7f || octet === 0x5c) return null
    out += mayStand(octet) ? String.fromCharCode(octet) : writeTriplet(octet)
  }
  return out
}
