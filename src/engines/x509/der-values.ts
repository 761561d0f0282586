import { DerError, type DerReader, tags } from './der-reader.ts'

/** Content of an OBJECT IDENTIFIER in lower-case hex: what the constants of this folder are written in. */
export function readOid(reader: DerReader): string {
  const content = reader.read(tags.oid)
  if (content.length === 0 || content.length > 64 || content[content.length - 1]! >= 0x80)
    throw new DerError('an object identifier is malformed')
  return content.toString('hex')
}

/** The dotted form of an object identifier. */
export function dottedOid(hex: string): string {
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of Buffer.from(hex, 'hex')) {
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0n
  }
  const [first = 0n, ...rest] = arcs
  const top = first < 80n ? first / 40n : 2n
  return [top, first - top * 40n, ...rest].join('.')
}

/** BOOLEAN DEFAULT FALSE: false when another element, or none, stands there. */
export function readFlag(reader: DerReader): boolean {
  if (reader.peek() !== tags.boolean) return false
  const content = reader.read(tags.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new DerError('a boolean is malformed')
  return content[0] === 0xff
}

/** A small INTEGER that is not negative. */
export function readSmall(reader: DerReader): number {
  const content = reader.read(tags.integer)
  if (content.length === 0 || content.length > 4 || content[0]! >= 0x80)
    throw new DerError('a number is malformed or out of range')
  return content.readUIntBE(0, content.length)
}

/** Content of an INTEGER without leading zeros, as lower-case hex; the serial number of a certificate. */
export function serialText(content: Buffer): string {
  if (content.length === 0 || content[0]! >= 0x80) throw new DerError('a serial number is empty or negative')
  return content.toString('hex').replace(/^0+/, '')
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 has them, in seconds since 1970. */
export function readTime(reader: DerReader): number {
  const short = reader.peek() === tags.utcTime
  const text = reader.read(short ? tags.utcTime : tags.generalizedTime).toString('latin1')
  if (!(short ? /^[0-9]{12}Z$/ : /^[0-9]{14}Z$/).test(text)) throw new DerError('a time is malformed')
  // Two digits are 1950 to 2049.
  const digits = short ? `${text[0]! < '5' ? '20' : '19'}${text}` : text
  const part = (from: number, to: number): number => Number(digits.slice(from, to))
  const at = Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14))
  // 30 February and 25 o'clock come back as another day.
  if (new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14) !== digits.slice(0, 14))
    throw new DerError('a time is malformed')
  return at / 1000
}

/** The first byte of a BIT STRING of named bits, most significant bit first. */
export function readBits(reader: DerReader): number {
  const content = reader.read(tags.bits)
  if (content.length === 0 || content[0]! > 7) throw new DerError('a bit string is malformed')
  return content[1] ?? 0
}

/** A BIT STRING of whole bytes, such as a signature. */
export function readByteString(reader: DerReader): Buffer {
  const content = reader.read(tags.bits)
  if (content.length < 2 || content[0] !== 0) throw new DerError('a bit string is malformed')
  return content.subarray(1)
}
