import { DerError, type DerReader, tags } from './der-reader.ts'
import { dottedOid, readOid } from './der-values.ts'

/** A distinguished name in the forms that are compared and shown. */
export interface DistinguishedName {
  /** RFC 4514: last part first, `,` between, special characters escaped. */
  readonly text: string
  readonly commonNames: readonly string[]
  /** Its bytes, one character each: equal only for names that are encoded the same. */
  readonly key: string
}

const commonName = '550403'

/** Names that tools print for attribute types (RFC 4514 §3, RFC 4519); others are shown by their number. */
const attributeNames: Readonly<Record<string, string>> = {
  [commonName]: 'CN',
  550404: 'SN',
  550405: 'serialNumber',
  550406: 'C',
  550407: 'L',
  550408: 'ST',
  550409: 'street',
  '55040a': 'O',
  '55040b': 'OU',
  '55040c': 'title',
  '55042a': 'GN',
  '550461': 'organizationIdentifier',
  '0992268993f22c640101': 'UID',
  '0992268993f22c640119': 'DC',
  '2a864886f70d010901': 'emailAddress',
}

/** Reads a `Name` (RFC 5280 §4.1.2.4). */
export function readName(reader: DerReader): DistinguishedName {
  const whole = reader.whole(tags.sequence)
  reader.at -= whole.length
  const parts = reader.enter(tags.sequence)
  const texts: string[] = []
  const commonNames: string[] = []
  while (!parts.done) {
    const set = parts.enter(tags.set)
    const attributes: string[] = []
    while (!set.done) {
      const attribute = set.enter(tags.sequence)
      const type = readOid(attribute)
      const name = attributeNames[type]
      const from = attribute.at
      const value = name === undefined ? null : readText(attribute)
      if (value === null) {
        attribute.at = from
        attribute.skip()
        const raw = attribute.bytes.toString('hex', from, attribute.at)
        attributes.push(`${name ?? dottedOid(type)}=#${raw}`)
      } else {
        if (type === commonName) commonNames.push(value)
        attributes.push(`${name}=${escaped(value)}`)
      }
      attribute.finish()
    }
    if (attributes.length === 0) throw new DerError('a name has an empty part')
    texts.push(attributes.join('+'))
  }
  return { text: texts.reverse().join(','), commonNames, key: whole.toString('latin1') }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A string of one of the kinds that names are made of; null for another kind. */
function readText(reader: DerReader): string | null {
  switch (reader.peek()) {
    case 0x0c: // UTF8String
      return plain(decoded(reader.read(0x0c)))
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x14: // TeletexString, which everybody writes as ISO 8859-1
    case 0x16: // IA5String
      return plain(reader.read(reader.peek()).toString('latin1'))
    case 0x1e: {
      // BMPString
      const content = Buffer.from(reader.read(0x1e))
      if (content.length % 2 !== 0) throw new DerError('a name is malformed')
      return plain(content.swap16().toString('utf16le'))
    }
    default:
      return null
  }
}

function decoded(content: Buffer): string {
  try {
    return utf8.decode(content)
  } catch {
    throw new DerError('a name is not UTF-8')
  }
}

/** `admin\0.example.com` was `admin` to some readers, and a line feed ends a header or a log line (T26). */
function plain(text: string): string {
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) throw new DerError('a name has control characters')
  return text
}

/** RFC 4514 §2.4. */
function escaped(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
}
