import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts'
import { DerError } from './der-reader.ts'

/** A certificate as OpenSSL holds it, with what it says as this folder reads it. */
export interface Certificate {
  readonly x509: X509Certificate
  readonly fields: CertificateFields
  readonly publicKey: KeyObject
  /** SHA-256 of its bytes. */
  readonly digest: Buffer
}

/** Largest certificate that is read; OpenSSL's own limit for a chain is 100 KB. */
const mostBytes = 65_536

/** Reads a certificate from DER, or one that OpenSSL has read. Throws `DerError`. */
export function readCertificate(source: Buffer | X509Certificate): Certificate {
  const x509 = source instanceof X509Certificate ? source : parsed(source)
  const { raw } = x509
  if (raw.length > mostBytes) throw new DerError('it is too large')
  const fields = readCertificateFields(raw)
  let publicKey: KeyObject
  try {
    publicKey = x509.publicKey
  } catch {
    throw new DerError('its key is of an unknown kind')
  }
  return { x509, fields, publicKey, digest: digestOf(raw) }
}

/** SHA-256 of a certificate's bytes. */
export function digestOf(raw: Buffer): Buffer {
  return createHash('sha256').update(raw).digest()
}

function parsed(bytes: Buffer): X509Certificate {
  if (bytes.length > mostBytes) throw new DerError('it is too large')
  let x509: X509Certificate
  try {
    x509 = new X509Certificate(bytes)
  } catch {
    throw new DerError('it is no certificate')
  }
  // OpenSSL reads over what follows, and reads forms that are not DER.
  if (!x509.raw.equals(bytes)) throw new DerError('it is not in its only encoding (DER)')
  return x509
}
