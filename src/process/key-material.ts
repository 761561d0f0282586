import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Problem } from '../config/problem.ts'
import type { GatewaySpec, Source } from '../config/spec.ts'
import { readCertificate } from '../http/certificates.ts'
import { readClientTrust } from '../http/client-trust.ts'
import { type TlsEndpoint, tlsEndpoints } from './tls-endpoints.ts'

/** What is wrong with the files of certificates, keys and authorities that a configuration names. */
export function keyMaterialProblems(spec: GatewaySpec): Problem[] {
  const endpoints = tlsEndpoints(spec)
  return [
    ...endpoints.flatMap(({ path, tls, source }) =>
      (tls?.certificates ?? []).flatMap(({ cert, key }) =>
        attempt(
          source,
          `${path}.tls`,
          `${cert} and ${key} cannot be used`,
          'Name a certificate and its key, as PEM, that this user may read.',
          () => readCertificate(cert, key, tls!.profile, null),
        ),
      ),
    ),
    ...clientTrustProblems(endpoints),
    ...spec.services.flatMap(({ name, tls, source }) =>
      tls.authorities.flatMap((file) =>
        attempt(
          source,
          `services.${name}.tls.authorities`,
          `${file} cannot be used`,
          'Name a file with certificates of authorities, as PEM, that this user may read.',
          () => createSecureContext({ ca: readFileSync(file) }),
        ),
      ),
    ),
  ]
}

/** What is wrong with the authorities and revocation lists of client certificates, at the key that names them. */
export function clientTrustProblems(endpoints: readonly TlsEndpoint[]): Problem[] {
  return endpoints.flatMap(({ path, clientCertificates: asked }) => {
    if (asked === null) return []
    const { authorities, crl } = asked.sources
    const unusable = attempt(
      authorities,
      `${path}.clientCertificates.authorities`,
      'client certificates cannot be verified',
      'Name the certificates of all authorities up to their roots.',
      () => readClientTrust({ ...asked, crl: [] }),
    )
    if (unusable.length > 0 || asked.crl.length === 0) return unusable
    return attempt(
      crl,
      `${path}.clientCertificates.crl`,
      'client certificates cannot be verified',
      'Name one whole revocation list of each authority that has any, PEM or DER.',
      () => readClientTrust(asked),
    )
  })
}

function attempt(
  source: Source,
  path: string,
  message: string,
  remedy: string,
  use: () => unknown,
): Problem[] {
  try {
    use()
    return []
  } catch (error) {
    return [{ source, path, message: `${message} (${reasonOf(error)})`, remedy }]
  }
}

/** OpenSSL's `error:05800074:x509 certificate routines::key values mismatch` without what nobody reads. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.startsWith('error:') ? text.slice(text.lastIndexOf(':') + 1) : text
}
