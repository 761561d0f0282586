import type { Problem } from '../config/problem.ts'

/** Why the gateway does not start, or does not reload: sentences for the operator, with the remedy in them. */
export class StartError extends Error {
  /** Problems of the configuration, when that is the reason. */
  readonly problems: readonly Problem[]

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message)
    this.name = 'StartError'
    this.problems = problems
  }
}
