import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { ListenerInput } from '../schema/listeners.ts'
import type { ClientCertificatesSpec } from '../spec.ts'
import { existingFile } from './existing-file.ts'

/** Resolves `clientCertificates` of a listener, or of the admin API; null when it has none. */
export function resolveClientCertificates(
  at: Path,
  { clientCertificates: block, clearTextFrom }: Pick<ListenerInput, 'clientCertificates' | 'clearTextFrom'>,
  report: Report,
): ClientCertificatesSpec | null {
  if (block === undefined) return null
  const { header } = block
  if (header !== undefined && clearTextFrom === undefined) {
    report.refuseKey(
      [...at, 'header'],
      'a client could send this header itself',
      'Remove it: with `tls` the certificate is that of the handshake. Balancers need a listener with `clearTextFrom`.',
    )
  }
  if (header === undefined && clearTextFrom !== undefined) {
    report.refuseKey(
      at,
      'in clear text there is no handshake that a certificate could come in',
      'Name the `header` by which the balancer tells it, such as `client-cert`.',
    )
  }
  const files = (key: 'authorities' | 'crl'): string[] =>
    (block[key] ?? []).map((file, index) => existingFile([...at, key, index], file, report))
  return {
    authorities: files('authorities'),
    crl: files('crl'),
    required: block.required ?? false,
    header: header ?? null,
    sources: {
      authorities: report.tree.keyOf([...at, 'authorities']),
      crl: report.tree.keyOf([...at, 'crl']),
    },
  }
}
