import { sourceText } from '../../config/render.ts'
import type { Operation, Step } from '../../gateway/plan.ts'
import type { ExplainedStep } from './explained-request.ts'
import type { Judgement } from './judge.ts'

/** A step of the operation, with what came of it. */
export interface JudgedStep extends ExplainedStep {
  /** Null for `anonymous`, which no policy decides. */
  readonly step: Step | null
}

/** The steps of an operation in their order, each with its verdict. */
export function judgedSteps(judgement: Judgement, operation: Operation): JudgedStep[] {
  const { x } = judgement
  const verdicts = verdictsOf(x.trail ?? [])
  const rules = rulesOf(x.decidedBy ?? [], verdicts)
  // The first that is not decided is the one that lacks what it needs; those behind it were not reached.
  let lacking = judgement.needs === 'object'
  const one = (phase: string, step: Step, verdict: string | undefined): JudgedStep => ({
    phase,
    policy: step.observe ? `${step.name} (observe)` : step.name,
    verdict: verdict ?? 'not reached',
    where: step.where,
    source: sourceText(step.source),
    rule: verdict === 'pass' ? (rules.get(step.name)?.shift() ?? null) : null,
    step,
  })
  const judged = (phase: string, list: readonly Step[]): JudgedStep[] =>
    list.map((step) => one(phase, step, verdicts.get(step.name)?.shift()))
  const byObject = (phase: string, list: readonly Step[]): JudgedStep[] =>
    list.map((step) => {
      const verdict = verdicts.get(step.name)?.shift()
      const lacks = lacking && !step.observe && (verdict === undefined || step === judgement.undecided)
      if (lacks) lacking = false
      return one(phase, step, lacks ? 'needs the object' : verdict)
    })
  const { authentication } = operation.spec
  return [
    ...judged('screen', operation.screen),
    ...(x.isPreflight ? judged('preflight', operation.preflight) : []),
    ...(authentication.kind === 'anonymous'
      ? [
          {
            phase: 'authenticate',
            policy: 'anonymous',
            verdict: 'pass',
            where: authentication.reason,
            source: sourceText(authentication.source),
            rule: null,
            step: null,
          },
        ]
      : judged('authenticate', operation.authentication?.identities ?? [])),
    ...judged('authorize', operation.authorize),
    ...byObject(
      'authorize-object',
      operation.object.map(({ step }) => step),
    ),
    ...operation.prepare.map((step) => one('prepare', step, 'applies')),
    ...byObject('authorize-answer', operation.answer),
    ...operation.respond.map((step) => one('respond', step, 'applies')),
  ]
}

/** Verdicts by name of the policy, in the order they were given: the order of the phases. */
function verdictsOf(trail: readonly (string | number)[]): Map<string, string[]> {
  const verdicts = new Map<string, string[]>()
  for (let i = 0; i < trail.length; i += 3) {
    const name = String(trail[i])
    verdicts.set(name, [...(verdicts.get(name) ?? []), String(trail[i + 1])])
  }
  return verdicts
}

/** Rules by name of the policy. Where some of its passes name a rule and others none, none is told for a step. */
function rulesOf(
  decidedBy: readonly string[],
  verdicts: ReadonlyMap<string, readonly string[]>,
): Map<string, string[]> {
  const rules = new Map<string, string[]>()
  for (let i = 0; i < decidedBy.length; i += 2) {
    const name = decidedBy[i]!
    rules.set(name, [...(rules.get(name) ?? []), decidedBy[i + 1]!])
  }
  for (const [name, list] of rules) {
    if (verdicts.get(name)?.filter((verdict) => verdict === 'pass').length !== list.length) rules.delete(name)
  }
  return rules
}
