import type { Asked, Statement } from './statement.ts'
import { StatementIndex } from './statement-index.ts'

/** What a set of policies says about a request, with the statement that says so. */
export type Outcome =
  | { readonly kind: 'deny' | 'allow'; readonly statement: Statement }
  | { readonly kind: 'silent'; readonly statement: null }

const silent: Outcome = { kind: 'silent', statement: null }

/** Statements of any number of policies: one denial denies, else one allowance allows, else nothing was said. */
export class PolicySet {
  readonly statements: readonly Statement[]
  readonly #denials: StatementIndex
  readonly #allowances: StatementIndex

  constructor(statements: readonly Statement[]) {
    this.statements = statements
    this.#denials = new StatementIndex(statements.filter(({ effect }) => effect === 'Deny'))
    this.#allowances = new StatementIndex(statements.filter(({ effect }) => effect === 'Allow'))
  }

  evaluate(asked: Asked): Outcome {
    const denial = this.#denials.find(asked)
    if (denial !== null) return { kind: 'deny', statement: denial }
    const allowance = this.#allowances.find(asked)
    return allowance === null ? silent : { kind: 'allow', statement: allowance }
  }
}
