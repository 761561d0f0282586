import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { TlsSpec } from '../config/spec.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'

/** A certificate with its key, and the hosts it speaks for. */
export interface Certificate {
  readonly context: SecureContext
  readonly options: SecureContextOptions
  /** Whether one of its names is this host: exact names, `*.` for one label, addresses. */
  covers(host: string): boolean
}

/** Mozilla's server side TLS guideline, *intermediate*: TLS 1.3, and TLS 1.2 with forward secrecy and AEAD only. */
const intermediateCiphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/** Protocol options of a profile. */
export function profileOptions(profile: TlsSpec['profile']): SecureContextOptions {
  return {
    minVersion: profile === 'modern' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: intermediateCiphers,
    ecdhCurve: 'X25519MLKEM768:X25519:prime256v1:secp384r1',
  }
}

/**
 * Reads a certificate and its key from PEM files. Throws when they do not belong together. `trust` is of the clients of
 * its listener: without the authorities in each context, one chosen by SNI would trust every public authority.
 */
export function readCertificate(
  certFile: string,
  keyFile: string,
  profile: TlsSpec['profile'],
  trust: ClientTrust | null,
): Certificate {
  const cert = readFileSync(certFile)
  const options = { ...profileOptions(profile), cert, key: readFileSync(keyFile) }
  const names = namesOf(new X509Certificate(cert))
  return underTrust({ options, covers: (host) => covers(names, host) }, trust)
}

/** The same certificate with other authorities for clients. */
export function underTrust(
  certificate: Pick<Certificate, 'options' | 'covers'>,
  trust: ClientTrust | null,
): Certificate {
  const options: SecureContextOptions =
    trust === null
      ? certificate.options
      : { ...certificate.options, ca: trust.authorities.map(({ x509 }) => x509.toString()) }
  return { options, context: createSecureContext(options), covers: certificate.covers }
}

function namesOf(certificate: X509Certificate): string[] {
  const list = certificate.subjectAltName ?? ''
  return list.split(', ').flatMap((entry) => {
    if (entry.startsWith('DNS:')) return [entry.slice(4).toLowerCase()]
    if (entry.startsWith('IP Address:')) return [canonicalAddress(entry.slice(11))]
    return []
  })
}

/** Certificates print IPv6 in full upper-case groups; hosts carry the short form in brackets. */
function canonicalAddress(text: string): string {
  return text.includes(':') ? (URL.parse(`http://[${text}]`)?.hostname ?? text) : text
}

function covers(names: readonly string[], host: string): boolean {
  for (const name of names) {
    if (name === host) return true
    if (!name.startsWith('*.')) continue
    const dot = host.indexOf('.')
    if (dot > 0 && host.slice(dot) === name.slice(1)) return true
  }
  return false
}

/** Chooses by SNI: the first certificate that covers the name, else the first of all. */
export function chooseCertificate(
  certificates: readonly Certificate[],
  serverName: string | false | null | undefined,
): Certificate {
  const first = certificates[0]!
  if (typeof serverName !== 'string' || serverName === '') return first
  const host = serverName.toLowerCase()
  return certificates.find((certificate) => certificate.covers(host)) ?? first
}
