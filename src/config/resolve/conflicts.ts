import type { Report } from '../report.ts'
import type { OperationSpec } from '../spec.ts'
import { shapeOf } from './template.ts'

/**
 * Refuses operations of one method whose templates match the same paths on a common host: which of them serves a
 * request would be chance. A literal beside a template is no conflict: literals come first.
 */
export function refuseConflicts(operations: readonly OperationSpec[], report: Report): void {
  const byShape = new Map<string, OperationSpec[]>()
  for (const operation of operations) {
    const key = `${operation.method} ${shapeOf(operation.template)}`
    const others = byShape.get(key)
    if (others === undefined) {
      byShape.set(key, [operation])
      continue
    }
    const other = others.find(({ hosts }) => intersect(hosts, operation.hosts))
    others.push(operation)
    if (other === undefined) continue
    report.refuseAt(
      operation.source,
      ['apis', operation.api, operation.name],
      `${operation.method} ${operation.template} matches the same paths as ${other.template} of API \`${other.api}\``,
      'Remove one of the two, or give their APIs different `hosts` or `prefix`.',
      other.source,
    )
  }
}

function intersect(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((host) => b.includes(host))
}
