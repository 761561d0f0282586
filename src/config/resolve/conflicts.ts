import { findConflicts } from '../../engines/match/conflicts.ts'
import type { Report } from '../report.ts'
import type { OperationSpec } from '../spec.ts'

/** Most conflicts told of: one prefix written twice makes as many as the API has operations. */
const told = 50

/**
 * Refuses operations of one method whose templates match the same paths on a common host: which of them serves a
 * request would be chance. A literal beside a template is no conflict (literals come first), nor is an API with
 * `hosts` beside one for every host (the named host comes first).
 */
export function refuseConflicts(operations: readonly OperationSpec[], report: Report): void {
  for (const [first, second] of findConflicts(operations).slice(0, told)) {
    const operation = operations[second]!
    const other = operations[first]!
    report.refuseAt(
      operation.source,
      ['apis', operation.api, operation.name],
      `${operation.method} ${operation.template} matches the same paths as ${other.template} of API \`${other.api}\``,
      'Remove one of the two, or give their APIs different `hosts` or `prefix`.',
      other.source,
    )
  }
}
