import type { Report } from '../report.ts'
import type { GatewaySpec } from '../spec.ts'

/** Finds identities and services that no operation uses: left over, or meant for something that was forgotten. */
export function findUnused({ admin, identities, services, operations }: GatewaySpec, report: Report): void {
  const usedServices = new Set(operations.map(({ service }) => service))
  const usedIdentities = new Set((admin?.callers ?? []).map(({ identity }) => identity))
  for (const { authentication } of operations) {
    if (authentication.kind === 'required')
      for (const group of authentication.anyOf) for (const name of group) usedIdentities.add(name)
  }
  for (const { name, source } of identities) {
    if (!usedIdentities.has(name))
      report.find(
        source,
        `identity \`${name}\` is used by no operation`,
        'Name it under `authenticate`, or remove it.',
      )
  }
  for (const [index, { name, source }] of services.entries()) {
    if (!usedServices.has(index))
      report.find(
        source,
        `service \`${name}\` is used by no operation`,
        'Name it under `service`, or remove it.',
      )
  }
}
