import type { Policy } from '../../gateway/policy.ts'
import type { Report } from '../report.ts'
import type { GatewaySpec } from '../spec.ts'
import { usedByOperations } from './unused.ts'

/** Finds identities that prove callers by their certificate where nobody asks for one: they refuse everybody. */
export function findUnaskedCertificates(
  { admin, identities, listeners, operations }: GatewaySpec,
  policies: readonly Policy[],
  report: Report,
): void {
  const used = usedByOperations(operations)
  const administering = new Set((admin?.callers ?? []).map(({ identity }) => identity))
  const listenersAsk = listeners.some(({ clientCertificates }) => clientCertificates !== null)
  for (const { name, type, settings, source } of identities) {
    const policy = policies.find((one) => one.name === type)
    if (policy?.credential?.(settings) !== 'certificate') continue
    if (administering.has(name) && admin?.clientCertificates === null)
      report.find(
        source,
        `identity \`${name}\` proves administrators by their certificate, and the admin API asks for none`,
        'Write `tls` and `clientCertificates` under `admin`.',
      )
    if (!listenersAsk && (used.has(name) || !administering.has(name)))
      report.find(
        source,
        `identity \`${name}\` proves callers by their certificate, and no listener asks for one`,
        'Write `clientCertificates` at a listener.',
      )
  }
}
