import { DerError, type DerReader, tags } from './der-reader.ts'

/** Names of a certificate by kind; addresses, directory names and others are not among them. */
export interface AlternativeNames {
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly emails: readonly string[]
}

/** Reads `GeneralNames` (RFC 5280 §4.2.1.6). */
export function readAlternativeNames(reader: DerReader): AlternativeNames {
  const dnsNames: string[] = []
  const uris: string[] = []
  const emails: string[] = []
  const names = reader.enter(tags.sequence)
  while (!names.done) {
    switch (names.peek()) {
      case 0x81:
        emails.push(visible(names.read(0x81)))
        break
      case 0x82:
        dnsNames.push(visible(names.read(0x82)).toLowerCase())
        break
      case 0x86:
        uris.push(visible(names.read(0x86)))
        break
      default:
        names.skip()
    }
  }
  return { dnsNames, uris, emails }
}

/** IA5String of visible characters: no space, no NUL, no line feed (T26). */
function visible(content: Buffer): string {
  for (const byte of content)
    if (byte <= 0x20 || byte >= 0x7f) throw new DerError('a name has control characters')
  if (content.length === 0) throw new DerError('a name is empty')
  return content.toString('latin1')
}
