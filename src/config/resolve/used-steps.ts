import type { OperationSpec, StepSpec } from '../spec.ts'

/** Steps that some operation uses, and the operations with their indices into these: nothing else is set up. */
export function usedSteps(
  steps: readonly StepSpec[],
  operations: readonly OperationSpec[],
): { readonly steps: readonly StepSpec[]; readonly operations: readonly OperationSpec[] } {
  const used = new Set(operations.flatMap((operation) => operation.steps))
  const kept: StepSpec[] = []
  const moved = new Map<number, number>()
  for (const [index, step] of steps.entries()) {
    if (used.has(index)) moved.set(index, kept.push(step) - 1)
  }
  // Operations share their list of steps: thousands of them, a handful of lists.
  const lists = new Map<readonly number[], readonly number[]>()
  const move = (list: readonly number[]): readonly number[] => {
    const known = lists.get(list) ?? list.map((index) => moved.get(index)!)
    lists.set(list, known)
    return known
  }
  return { steps: kept, operations: operations.map((one) => ({ ...one, steps: move(one.steps) })) }
}
