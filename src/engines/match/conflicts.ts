import { parseTemplate } from './template.ts'

/** What of an operation decides which requests it answers. */
export interface RoutedOperation {
  /** Upper case, or `*` for whatever method is not declared. */
  readonly method: string
  readonly template: string
  /** Lower case; empty means every host. */
  readonly hosts: readonly string[]
}

/**
 * Finds operations that answer the same requests: same method, templates that match the same paths, and a common
 * host (or both for every host). Pairs of indices, each with the first operation that claims the place.
 *
 * Operations with a template that does not parse are left out.
 */
export function findConflicts(operations: readonly RoutedOperation[]): [number, number][] {
  const first = new Map<string, number>()
  const conflicts: [number, number][] = []
  for (const [index, operation] of operations.entries()) {
    const result = parseTemplate(operation.template)
    if (!result.ok) continue
    const rivals = new Set<number>()
    for (const host of operation.hosts.length === 0 ? [''] : new Set(operation.hosts)) {
      const place = `${operation.method} ${host} ${result.template.key}`
      const rival = first.get(place)
      if (rival === undefined) first.set(place, index)
      else rivals.add(rival)
    }
    for (const rival of rivals) conflicts.push([rival, index])
  }
  return conflicts
}
