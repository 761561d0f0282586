import type { ClientCertificate } from '../../gateway/policy.ts'

/** Names that are told, and characters of each: whoever shows a certificate chose them. */
const mostNames = 4
const longestName = 100

/** Whose certificate it is, for the record: its names, and the fingerprint by which it can be found or revoked. */
export function describeCertificate(certificate: ClientCertificate): string {
  const { fingerprint, commonName, dnsNames, uris, emails, subject } = certificate
  const names = [
    ...dnsNames.map((name) => `DNS ${name}`),
    ...uris.map((name) => `URI ${name}`),
    ...emails.map((name) => `email ${name}`),
    ...(commonName === null ? [] : [`CN ${commonName}`]),
  ]
  if (names.length === 0 && subject !== '') names.push(`subject ${subject}`)
  const told = names.slice(0, mostNames).map(safe)
  if (names.length > mostNames) told.push(`${names.length - mostNames} more`)
  if (fingerprint !== '') told.push(`SHA-256 ${fingerprint}`)
  return told.length === 0 ? 'nothing of it could be read' : told.join(', ')
}

/** Printable ASCII, cut. */
function safe(name: string): string {
  const start = name.slice(0, longestName).replace(/[^\x20-\x7e]/g, '?')
  return name.length > longestName ? `${start}...` : start
}
