import { DerError, DerReader, tags } from './der-reader.ts'
import { dottedOid, readByteString, readFlag, readOid, readTime } from './der-values.ts'
import { type DistinguishedName, readName } from './distinguished-name.ts'
import { extensionsIn } from './extensions.ts'
import { SerialSet } from './serial-set.ts'

/** A certificate revocation list (RFC 5280 §5) that covers all certificates of its issuer. */
export interface RevocationList {
  readonly issuer: DistinguishedName
  /** Seconds since 1970. */
  readonly thisUpdate: number
  readonly nextUpdate: number
  readonly revoked: SerialSet
  /** What is signed, by which algorithm (object identifier, hex), and the signature. */
  readonly content: Buffer
  readonly signatureAlgorithm: string
  readonly signature: Buffer
}

/** Most entries of one list. */
export const mostEntries = 1_000_000

const reasonCode = '551d15'
const invalidityDate = '551d18'
const certificateIssuer = '551d1d'

/** Reads a list in DER. Throws `DerError` for what is none, and for kinds that do not say all by themselves. */
export function readRevocationList(bytes: Buffer): RevocationList {
  const file = new DerReader(bytes)
  const list = file.enter(tags.sequence)
  file.finish()
  const start = list.at
  const fields = list.enter(tags.sequence)
  const content = bytes.subarray(start, list.at)
  if (fields.peek() === tags.integer) {
    const version = fields.read(tags.integer)
    if (version.length !== 1 || version[0] !== 1) throw new DerError('it is of an unknown version')
  }
  const signatureAlgorithm = readOid(fields.enter(tags.sequence))
  const issuer = readName(fields)
  const thisUpdate = readTime(fields)
  if (fields.peek() !== tags.utcTime && fields.peek() !== tags.generalizedTime)
    throw new DerError('it does not say when the next one comes (nextUpdate)')
  const nextUpdate = readTime(fields)
  const offsets =
    fields.peek() === tags.sequence ? readEntries(fields.enter(tags.sequence)) : new Uint32Array(0)
  if (fields.peek() === 0xa0) readListExtensions(fields.enter(0xa0).enter(tags.sequence))
  fields.finish()
  if (readOid(list.enter(tags.sequence)) !== signatureAlgorithm)
    throw new DerError('it names two signature algorithms')
  const signature = readByteString(list)
  list.finish()
  const revoked = new SerialSet(bytes, offsets)
  return { issuer, thisUpdate, nextUpdate, revoked, content, signatureAlgorithm, signature }
}

/** Offsets of the serial numbers. */
function readEntries(entries: DerReader): Uint32Array {
  let offsets = new Uint32Array(1024)
  let count = 0
  while (!entries.done) {
    if (count === mostEntries) throw new DerError(`it has more than ${mostEntries} entries`)
    const entry = entries.enter(tags.sequence)
    if (entry.peek() !== tags.integer) throw new DerError('an entry has no serial number')
    if (count === offsets.length) {
      const larger = new Uint32Array(count * 2)
      larger.set(offsets)
      offsets = larger
    }
    offsets[count++] = entry.skip()
    if (entry.peek() !== tags.utcTime && entry.peek() !== tags.generalizedTime)
      throw new DerError('an entry has no time')
    entry.skip()
    if (!entry.done) readEntryExtensions(entry.enter(tags.sequence))
    entry.finish()
  }
  return offsets.slice(0, count)
}

function readEntryExtensions(extensions: DerReader): void {
  while (!extensions.done) {
    const extension = extensions.enter(tags.sequence)
    const id = readOid(extension)
    const critical = readFlag(extension)
    extension.read(tags.octets)
    extension.finish()
    if (id === certificateIssuer)
      throw new DerError('it lists certificates of other authorities (indirect list)')
    if (critical && id !== reasonCode && id !== invalidityDate)
      throw new DerError(`an entry has the unknown critical extension ${dottedOid(id)}`)
  }
}

function readListExtensions(extensions: DerReader): void {
  for (const { id, critical, value } of extensionsIn(extensions)) {
    if (id === '551d1b') throw new DerError('it holds only what changed since another list (delta list)')
    if (id === '551d1c') readScope(value.enter(tags.sequence))
    else if (critical && id !== '551d23' && id !== '551d14')
      throw new DerError(`it has the unknown critical extension ${dottedOid(id)}`)
  }
}

/**
 * IssuingDistributionPoint (RFC 5280 §5.2.5). A part of what is revoked, taken for the whole, would let the rest pass:
 * of all limits only "user certificates alone" fits, since no other is asked about.
 */
function readScope(scope: DerReader): void {
  while (!scope.done) {
    switch (scope.peek()) {
      case 0x81:
        scope.skip()
        break
      case 0x84:
        throw new DerError('it lists certificates of other authorities (indirect list)')
      default:
        throw new DerError('it covers a part of the certificates only (issuing distribution point)')
    }
  }
}
