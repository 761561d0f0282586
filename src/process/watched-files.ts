import type { GatewaySpec } from '../config/spec.ts'
import { tlsEndpoints } from './tls-endpoints.ts'

/** Files that a reload reads: the configuration with its documents, certificates and their keys. */
export function watchedFiles(spec: GatewaySpec): string[] {
  const certificates = tlsEndpoints(spec).flatMap(({ tls }) =>
    tls === null || tls.local.length > 0 ? [] : tls.certificates,
  )
  return [
    ...spec.files,
    ...certificates.flatMap(({ cert, key }) => [cert, key]),
    ...spec.services.flatMap(({ tls }) => tls.authorities),
  ]
}
