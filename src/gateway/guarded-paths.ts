import { LenientPaths } from '../engines/match/lenient-paths.ts'
import type { Operation, Step } from './plan.ts'

/**
 * Declared paths behind which a service may run the handler of another operation, one that demands more. Many services
 * run one handler whatever the letter case of a path and whether it ends in a slash, so that `/orders/SEARCH`, which is
 * an `/orders/{id}` here, would meet the handler of `/orders/search` without its requirements. Under
 * `undeclared: observe` that also holds for the methods that a declared path lacks.
 */
export class GuardedPaths {
  readonly #operations: readonly Operation[]
  /** Null where all operations demand the same: there is nothing to guard. */
  readonly #paths: LenientPaths | null

  constructor(operations: readonly Operation[]) {
    this.#operations = operations
    const [first] = operations
    const differ = operations.some((one) => demandsMore(one, first!) || demandsMore(first!, one))
    this.#paths = differ ? new LenientPaths(operations.map(({ spec }) => spec)) : null
  }

  /** Whether the path, matched to this operation, may be another's that demands more. */
  has(host: string, path: string, matched: Operation): boolean {
    if (this.#paths === null) return false
    const found = this.#paths.find(host, path)
    return (
      !found.includes(matched.index) && found.some((index) => demandsMore(this.#operations[index]!, matched))
    )
  }
}

function demandsMore(one: Operation, than: Operation): boolean {
  return (
    (one.authentication !== null && one.authentication !== than.authentication) ||
    one.screen.some((step) => adds(step, than.screen)) ||
    one.authorize.some((step) => adds(step, than.authorize)) ||
    one.answer.some((step) => adds(step, than.answer)) ||
    one.object.some(({ step }) =>
      adds(
        step,
        than.object.map((other) => other.step),
      ),
    )
  )
}

/** What varies may demand more of one operation than of another that has it too. */
function adds(step: Step, to: readonly Step[]): boolean {
  return !step.observe && (step.varies || !to.includes(step))
}
