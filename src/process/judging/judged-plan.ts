import type { Caller } from '../../gateway/facts.ts'
import type { Operation, Plan, Step } from '../../gateway/plan.ts'
import type { RequestView } from '../../gateway/policy.ts'
import { pass } from '../../gateway/verdict.ts'

/** A plan for requests whose caller may be assumed, and whose object nobody reads. */
export interface JudgedPlan {
  readonly plan: Plan
  /** Says that this request comes with a credential of this caller, and with no other. */
  assume(request: RequestView, caller: Caller): void
}

const known = new WeakMap<Plan, JudgedPlan>()

/** The plan to judge by. Made once for a plan: a thousand questions cost no more than the first. */
export function judgedPlan(plan: Plan): JudgedPlan {
  const before = known.get(plan)
  if (before !== undefined) return before
  const callers = new WeakMap<RequestView, Caller>()
  const steps = new Map<Step, Step>()
  const assuming = (step: Step): Step => {
    const made = steps.get(step) ?? assumable(step, callers)
    steps.set(step, made)
    return made
  }
  const operations = plan.operations.map((operation): Operation => {
    const { authentication } = operation
    return {
      ...operation,
      authentication:
        authentication === null
          ? null
          : { ...authentication, identities: authentication.identities.map(assuming) },
      // Under `mode: observe` they decide nothing, and would ask for the object all the same.
      object: operation.object.filter(({ step, readBy }) => !(step.observe && readBy >= 0)),
      answer: operation.answer.filter(({ observe }) => !observe),
    }
  })
  const made: JudgedPlan = {
    plan: { ...plan, operations },
    assume: (request, caller) => void callers.set(request, caller),
  }
  known.set(plan, made)
  return made
}

function assumable(step: Step, callers: WeakMap<RequestView, Caller>): Step {
  const { instance } = step
  return {
    ...step,
    instance: {
      request: (request, set) => {
        const caller = callers.get(request)
        if (caller === undefined) return instance.request!(request, set)
        if (caller.identity !== step.name) return { kind: 'skip' }
        set('caller', caller)
        return pass
      },
    },
  }
}
