/**
 * Turns an ECDSA signature as OpenSSL gives it (DER: a sequence of two integers) into the two halves of equal length
 * that JOSE wants (RFC 7518 §3.4). Asking OpenSSL for that form costs more than the signature itself: 51 µs against 25
 * for ES256. `der` is what `crypto.sign` gave for a curve of at most 256 bits.
 */
export function ecdsaToRaw(der: Buffer, half: number): Buffer {
  const raw = Buffer.alloc(2 * half)
  const rLength = der[3]!
  writeHalf(raw, half, der, 4, rLength)
  writeHalf(raw, 2 * half, der, 6 + rLength, der[5 + rLength]!)
  return raw
}

/** Writes an integer so that it ends at `end`: without the zero that keeps it positive, behind zeros where it is short. */
function writeHalf(raw: Buffer, end: number, der: Buffer, from: number, length: number): void {
  const skip = der[from] === 0 ? 1 : 0
  der.copy(raw, end - length + skip, from + skip, from + length)
}
