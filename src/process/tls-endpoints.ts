import type { ClientCertificatesSpec, GatewaySpec, Source, TlsSpec } from '../config/spec.ts'
import { ensureLocalCertificate } from './authority/local-authority.ts'

/** Where TLS, or a certificate that a balancer tells, may end here: a listener, or the admin API. */
export interface TlsEndpoint {
  /** For messages: `listener public`, `the admin API`. */
  readonly name: string
  /** As the configuration has it: `listeners.public`, `admin`. */
  readonly path: string
  readonly tls: TlsSpec | null
  readonly clientCertificates: ClientCertificatesSpec | null
  readonly source: Source
}

/** All of a configuration. */
export function tlsEndpoints({ listeners, admin }: GatewaySpec): TlsEndpoint[] {
  const endpoints = listeners.map(
    ({ name, tls, clientCertificates, source }): TlsEndpoint => ({
      name: `listener ${name}`,
      path: `listeners.${name}`,
      tls,
      clientCertificates,
      source,
    }),
  )
  if (admin === null) return endpoints
  const { tls, clientCertificates, source } = admin
  return [...endpoints, { name: 'the admin API', path: 'admin', tls, clientCertificates, source }]
}

/** The configuration with the files of the gateway's own authority, which are made where `local` asks for them. */
export async function withLocalCertificates(spec: GatewaySpec): Promise<GatewaySpec> {
  const names = [...new Set(tlsEndpoints(spec).flatMap(({ tls }) => tls?.local ?? []))]
  if (names.length === 0) return spec
  const { cert, key } = await ensureLocalCertificate(spec.dataFolder, names)
  const complete = <T extends { readonly tls: TlsSpec | null }>(one: T): T =>
    one.tls === null || one.tls.local.length === 0
      ? one
      : { ...one, tls: { ...one.tls, certificates: [{ cert, key }] } }
  return {
    ...spec,
    listeners: spec.listeners.map(complete),
    admin: spec.admin === null ? null : complete(spec.admin),
  }
}
