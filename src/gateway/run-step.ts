import { codes } from '../codes.ts'
import type { Exchange } from './exchange.ts'
import type { ObjectStep, Step } from './plan.ts'
import type { FactSetter, HeldAnswer, ReadObject } from './policy.ts'
import { type Deny, deny, pass, type Verdict } from './verdict.ts'

/**
 * Runs one step and gives its verdict, whatever the policy does: a throw, a rejection and a timeout become what the
 * policy's `onError` says. In `mode: observe` a denial is noted and the request goes on.
 */
export function runStep(x: Exchange, step: Step): Verdict | Promise<Verdict> {
  return run(x, step, () => step.instance.request!(x, step.writes.length === 0 ? noFacts : setter(x, step)))
}

/** Runs the page of an identity by the same rules. It sets no facts: whoever asks for it is nobody yet. */
export function runServe(x: Exchange, step: Step, body: Buffer): Verdict | Promise<Verdict> {
  return run(x, step, () => step.instance.serve!(x, body))
}

/** Runs a policy that decides about the object. */
export function runObject(x: Exchange, { step, readBy }: ObjectStep): Verdict | Promise<Verdict> {
  const read: ReadObject = () => x.readObject(x.plan.operations[readBy]!)
  return run(x, step, () => step.instance.object!(x, x.body, read))
}

/** Runs a policy that decides about the answer. Under `mode: observe` nothing is taken out of it. */
export function runAnswer(x: Exchange, step: Step, answer: HeldAnswer): Verdict | Promise<Verdict> {
  const seen = step.observe ? { ...answer, remove: () => undefined } : answer
  return run(x, step, () => step.instance.answer!(x, seen))
}

function run(x: Exchange, step: Step, decide: () => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  const began = performance.now()
  let verdict: Verdict | Promise<Verdict>
  try {
    verdict = decide()
  } catch (error) {
    verdict = failed(step, error)
  }
  if (verdict instanceof Promise) return within(verdict, step).then((late) => settle(x, step, late, began))
  return settle(x, step, verdict, began)
}

function settle(x: Exchange, step: Step, verdict: Verdict, began: number): Verdict {
  const microseconds = Math.round((performance.now() - began) * 1000)
  if (step.observe && verdict.kind !== 'pass') {
    x.note(step.name, `observed-${verdict.kind}`, microseconds)
    if (verdict.kind === 'deny') x.observed++
    return pass
  }
  x.note(step.name, verdict.kind, microseconds)
  if (verdict.kind === 'pass' && verdict.by !== undefined)
    x.decidedBy = [...(x.decidedBy ?? []), step.name, verdict.by]
  return verdict
}

/** What the failure of a policy means, by its own declaration. The text of the error stays with the operator. */
function failed(step: Step, error: unknown): Verdict {
  if (step.onError === 'pass') return pass
  return policyFailed(step, error instanceof Error ? `${error.name}: ${error.message}` : 'not an Error')
}

function policyFailed(step: Step, why: string): Deny {
  return deny(codes.POLICY_FAILED, { reason: `${step.where}: ${why}` })
}

function within(verdict: Promise<Verdict>, step: Step): Promise<Verdict> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(step.onError === 'pass' ? pass : policyFailed(step, `no decision in ${step.timeout} ms`))
    }, step.timeout)
    verdict.then(
      (settled) => {
        clearTimeout(timer)
        resolve(settled)
      },
      (error: unknown) => {
        clearTimeout(timer)
        resolve(failed(step, error))
      },
    )
  })
}

const noFacts: FactSetter = (fact) => {
  throw new Error(`the policy does not declare that it writes ${fact}`)
}

function setter(x: Exchange, step: Step): FactSetter {
  return (fact, value) => {
    if (!step.writes.includes(fact)) noFacts(fact, value)
    x.setFact(fact, value)
  }
}
