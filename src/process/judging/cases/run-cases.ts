import type { Plan } from '../../../gateway/plan.ts'
import { describe } from '../explain.ts'
import type { ExplainedRequest } from '../explained-request.ts'
import { judge } from '../judge.ts'
import type { AuthorizationCase, Expectation } from './read-cases.ts'

/** What came of a case. */
export interface CaseOutcome {
  readonly case: AuthorizationCase
  readonly ok: boolean
  /** In the words of an expectation: `allow`, or `deny 403 ROLE_MISSING`. */
  readonly got: string
  /** The explanation of a case that went otherwise; null for one that went as expected. */
  readonly explained: ExplainedRequest | null
  /** Why the request cannot be judged at all; null where it was. */
  readonly problem: string | null
}

/** Judges the cases one after another by one plan. */
export async function runCases(plan: Plan, cases: readonly AuthorizationCase[]): Promise<CaseOutcome[]> {
  const outcomes: CaseOutcome[] = []
  for (const one of cases) {
    const judgement = await judge(plan, one.question)
    if (typeof judgement === 'string') {
      outcomes.push({ case: one, ok: false, got: 'no decision', explained: null, problem: judgement })
      continue
    }
    const { x, needs } = judgement
    const verdict = needs === null ? (x.verdict === 'error' ? 'deny' : x.verdict) : `needs-${needs}`
    const ok = meets(one.expect, verdict, x.status, x.code)
    const got = [verdict, ...(x.status === 0 ? [] : [x.status]), ...(x.code === null ? [] : [x.code])].join(
      ' ',
    )
    const explained = ok ? null : describe(plan, judgement, { ...one.question, whyNot: true })
    outcomes.push({ case: one, ok, got, explained, problem: null })
  }
  return outcomes
}

function meets(expect: Expectation, verdict: string, status: number, code: string | null): boolean {
  if (typeof expect === 'number') return status === expect
  return expect === verdict || expect === code
}
