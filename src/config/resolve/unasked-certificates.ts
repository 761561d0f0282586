import type { Policy } from '../../gateway/policy.ts'
import type { Report } from '../report.ts'
import type { GatewaySpec } from '../spec.ts'

/** Finds identities that prove callers by their certificate where no listener asks for one: they refuse everybody. */
export function findUnaskedCertificates(
  { identities, listeners }: GatewaySpec,
  policies: readonly Policy[],
  report: Report,
): void {
  if (listeners.some(({ clientCertificates }) => clientCertificates !== null)) return
  for (const { name, type, settings, source } of identities) {
    const policy = policies.find((one) => one.name === type)
    if (policy?.credential?.(settings) !== 'certificate') continue
    report.find(
      source,
      `identity \`${name}\` proves callers by their certificate, and no listener asks for one`,
      'Write `clientCertificates` at a listener.',
    )
  }
}
