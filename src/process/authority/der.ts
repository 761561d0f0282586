/**
 * The few forms of DER (X.690 §10) that a certificate is written in. It only writes: nothing here ever reads what
 * somebody else encoded.
 */

/** One value: tag, length, content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const size = content.reduce((sum, part) => sum + part.length, 0)
  if (size > 0xffff) throw new RangeError('Longer than a certificate part may be.')
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), ...content])
}

/** SEQUENCE. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)

/** SET of one element. */
export const setOf = (part: Uint8Array): Buffer => der(0x31, part)

/** OCTET STRING. */
export const octets = (content: Uint8Array): Buffer => der(0x04, content)

/** BIT STRING; `unused` bits at its end do not count. */
export const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content)

/** UTF8String. */
export const text = (value: string): Buffer => der(0x0c, Buffer.from(value, 'utf8'))

/** BOOLEAN TRUE; FALSE is always a default, and defaults are not written. */
export const yes: Buffer = der(0x01, Buffer.from([0xff]))

/** INTEGER, from its bytes: zeros in front are dropped, and one is added where the number would be negative. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const minimal = first < 0 ? Buffer.alloc(1) : bytes.subarray(first)
  return der(0x02, ...(minimal[0]! & 0x80 ? [Buffer.alloc(1)] : []), minimal)
}

/** OBJECT IDENTIFIER, from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const content = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    content.push(...groups)
  }
  return der(0x06, Buffer.from(content))
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). Whole seconds, UTC. */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replace(/\D/g, '')}Z`
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}
