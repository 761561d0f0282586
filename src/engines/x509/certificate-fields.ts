import { DerError, DerReader, tags } from './der-reader.ts'
import { dottedOid, readBits, readFlag, readOid, readSmall, readTime, serialText } from './der-values.ts'
import { type DistinguishedName, readName } from './distinguished-name.ts'
import { extensionsIn } from './extensions.ts'
import { readAlternativeNames } from './general-names.ts'

/** What a certificate says (RFC 5280 §4.1), as far as it matters for what it may be used for. */
export interface CertificateFields {
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Seconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Object identifier, hex. */
  readonly signatureAlgorithm: string
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly emails: readonly string[]
  readonly isAuthority: boolean
  /** How many authorities may stand below it; null without a limit. */
  readonly pathLength: number | null
  /** First byte of its named bits (RFC 5280 §4.2.1.3); null when it does not say. */
  readonly keyUsage: number | null
  /** Object identifiers, hex; null when it does not say. */
  readonly extendedKeyUsage: readonly string[] | null
  /** It limits names of certificates below it. */
  readonly constrainsNames: boolean
  /** Extensions that must be understood and are not, dotted. */
  readonly unknownCritical: readonly string[]
}

/** Bits of `CertificateFields.keyUsage`. */
export const digitalSignature = 0x80
export const keyCertSign = 0x04
export const crlSign = 0x02

/** Extensions without an effect on what is decided here: key identifiers, policies, distribution points. */
const harmless: ReadonlySet<string> = new Set(['551d0e', '551d23', '551d20', '551d1f', '551d12', '551d2e'])

type Extensions = {
  -readonly [K in keyof Omit<
    CertificateFields,
    'serial' | 'issuer' | 'subject' | 'notBefore' | 'notAfter' | 'signatureAlgorithm'
  >]: CertificateFields[K]
} & { unknownCritical: string[] }

/** Reads a certificate. Throws `DerError` for what is no certificate, or has two readings. */
export function readCertificateFields(bytes: Buffer): CertificateFields {
  const file = new DerReader(bytes)
  const certificate = file.enter(tags.sequence)
  file.finish()
  const content = certificate.enter(tags.sequence)
  if (content.peek() === 0xa0) readSmall(content.enter(0xa0))
  const serial = serialText(content.read(tags.integer))
  const signatureAlgorithm = readOid(content.enter(tags.sequence))
  const issuer = readName(content)
  const validity = content.enter(tags.sequence)
  const notBefore = readTime(validity)
  const notAfter = readTime(validity)
  const subject = readName(content)
  content.read(tags.sequence) // the key, which OpenSSL reads
  while (content.peek() === 0x81 || content.peek() === 0x82) content.skip()
  const said = content.peek() === 0xa3 ? readExtensions(content.enter(0xa3)) : nothingSaid()
  content.finish()
  if (readOid(certificate.enter(tags.sequence)) !== signatureAlgorithm)
    throw new DerError('it names two signature algorithms')
  return { serial, issuer, subject, notBefore, notAfter, signatureAlgorithm, ...said }
}

function nothingSaid(): Extensions {
  return {
    dnsNames: [],
    uris: [],
    emails: [],
    isAuthority: false,
    pathLength: null,
    keyUsage: null,
    extendedKeyUsage: null,
    constrainsNames: false,
    unknownCritical: [],
  }
}

function readExtensions(reader: DerReader): Extensions {
  const said = nothingSaid()
  for (const { id, critical, value } of extensionsIn(reader.enter(tags.sequence)))
    readExtension(id, value, critical, said)
  return said
}

function readExtension(id: string, value: DerReader, critical: boolean, said: Extensions): void {
  switch (id) {
    case '551d0f':
      said.keyUsage = readBits(value)
      break
    case '551d11':
      Object.assign(said, readAlternativeNames(value))
      break
    case '551d13': {
      const constraints = value.enter(tags.sequence)
      said.isAuthority = readFlag(constraints)
      if (!constraints.done) said.pathLength = readSmall(constraints)
      break
    }
    case '551d25': {
      const uses = value.enter(tags.sequence)
      const list: string[] = []
      while (!uses.done) list.push(readOid(uses))
      said.extendedKeyUsage = list
      break
    }
    case '551d1e':
      said.constrainsNames = true
      return
    default:
      if (critical && !harmless.has(id)) said.unknownCritical.push(dottedOid(id))
      return
  }
  value.finish()
}
