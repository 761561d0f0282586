import type { Exchange } from '../../gateway/exchange.ts'
import type { Caller } from '../../gateway/facts.ts'
import { decide } from '../../gateway/handle.ts'
import type { Plan, Step } from '../../gateway/plan.ts'
import type { HeldAnswer, ObjectAnswer } from '../../gateway/policy.ts'
import { runAnswer } from '../../gateway/run-step.ts'
import { answer, pass, type Verdict } from '../../gateway/verdict.ts'
import { judgedPlan } from './judged-plan.ts'
import { type AskedRequest, judgeRequest, type Needs } from './judged-request.ts'

/** A request, with who is assumed to send it. */
export interface JudgedQuestion extends AskedRequest {
  /** Null: who it is, its headers have to prove. */
  readonly caller: Caller | null
}

/** What came of a request. */
export interface Judgement {
  readonly x: Exchange
  /** What it would take to decide; null where it is decided. */
  readonly needs: Needs | null
  /** The policy that decides by the answer of the service and could not; null for any other. */
  readonly undecided: Step | null
}

/** Decides as traffic is decided, up to the answer of the service. A sentence where the question makes no sense. */
export async function judge(plan: Plan, question: JudgedQuestion): Promise<Judgement | string> {
  const judged = judgedPlan(plan)
  let undecided: Step | null = null
  const result = await judgeRequest(judged.plan, question, async (x) => {
    if (question.caller !== null) judged.assume(x, question.caller)
    // Pages of identities begin and end log-ins: they are told of, and not asked.
    if (plan.endpoints?.has(x.path) === true) return answer(200, [])
    const verdict = await decide(x)
    if (verdict.kind !== 'pass') return verdict
    for (const step of x.operation!.answer) {
      const seen = answerOf(question.object ?? null)
      const late: Verdict = await runAnswer(x, step, seen.answer)
      if (seen.asked()) {
        undecided = step
        return 'object'
      }
      if (late.kind !== 'pass') return late
    }
    return pass
  })
  return typeof result === 'string' ? result : { ...result, undecided }
}

/** The answer that a policy judges: the one told, or one that notices when it is looked at. */
function answerOf(told: ObjectAnswer | null): { answer: HeldAnswer; asked: () => boolean } {
  const remove = (): void => undefined
  if (told !== null) return { answer: { ...told, empty: told.json === null, remove }, asked: () => false }
  let asked = false
  return {
    answer: {
      get empty() {
        asked = true
        return false
      },
      get status() {
        asked = true
        return 200
      },
      get json() {
        asked = true
        return null
      },
      remove,
    },
    asked: () => asked,
  }
}
