import type { Report } from '../report.ts'
import type { GatewaySpec, OperationSpec } from '../spec.ts'

/** Finds identities and services that no operation uses: left over, or meant for something that was forgotten. */
export function findUnused({ admin, identities, services, operations }: GatewaySpec, report: Report): void {
  const usedServices = new Set(operations.map(({ service }) => service))
  const usedIdentities = usedByOperations(operations)
  for (const { identity } of admin?.callers ?? []) usedIdentities.add(identity)
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

/** Names of the identities that some operation asks for. */
export function usedByOperations(operations: readonly OperationSpec[]): Set<string> {
  return new Set(
    operations.flatMap(({ authentication }) =>
      authentication.kind === 'required' ? authentication.anyOf.flat() : [],
    ),
  )
}
