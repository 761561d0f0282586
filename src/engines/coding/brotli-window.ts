/** The window in bytes that a brotli stream asks for in its first bits (RFC 7932 §9.1). */
export function brotliWindow(bytes: Buffer): number {
  const first = bytes[0] ?? 0
  if ((first & 1) === 0) return 2 ** 16
  const high = (first >> 1) & 7
  if (high !== 0) return 2 ** (17 + high)
  const low = (first >> 4) & 7
  return low === 0 ? 2 ** 17 : 2 ** (8 + low)
}
