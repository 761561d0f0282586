import { codes } from '../codes.ts'
import type { Exchange } from './exchange.ts'
import type { Caller } from './facts.ts'
import type { Authentication } from './plan.ts'
import { runStep } from './run-step.ts'
import { deny, pass, type Verdict } from './verdict.ts'

/**
 * Who is calling. Every identity of the list looks at the request: a credential that is present and wrong refuses the
 * request even beside a right one, so an attacker cannot try the weak kind in the shade of the strong. Then one group
 * must be whole. Nothing presented is a refusal with the challenges of all.
 */
export function authenticate(x: Exchange, authentication: Authentication): Verdict | Promise<Verdict> {
  const { identities } = authentication
  if (identities.length === 1) {
    const verdict = runStep(x, identities[0]!)
    return verdict instanceof Promise
      ? verdict.then((v) => conclude(authentication, x, [v], [x.facts.caller]))
      : conclude(authentication, x, [verdict], [x.facts.caller])
  }
  return judgeFrom(x, authentication, 0, [], [])
}

function judgeFrom(
  x: Exchange,
  authentication: Authentication,
  from: number,
  verdicts: Verdict[],
  callers: (Caller | undefined)[],
): Verdict | Promise<Verdict> {
  for (let i = from; i < authentication.identities.length; i++) {
    x.facts.caller = undefined
    const verdict = runStep(x, authentication.identities[i]!)
    if (verdict instanceof Promise) {
      return verdict.then((late) => {
        verdicts.push(late)
        callers.push(x.facts.caller)
        return late.kind === 'deny' ? late : judgeFrom(x, authentication, i + 1, verdicts, callers)
      })
    }
    if (verdict.kind === 'deny') return verdict
    verdicts.push(verdict)
    callers.push(x.facts.caller)
  }
  return conclude(authentication, x, verdicts, callers)
}

function conclude(
  authentication: Authentication,
  x: Exchange,
  verdicts: readonly Verdict[],
  callers: readonly (Caller | undefined)[],
): Verdict {
  x.facts.caller = undefined
  const denied = verdicts.find((verdict) => verdict.kind === 'deny')
  if (denied !== undefined) return denied
  for (const group of authentication.groups) {
    // A `pass` without a caller proves nothing: an identity that forgot to say who it saw admits nobody.
    if (!group.every((index) => verdicts[index]?.kind === 'pass' && callers[index] !== undefined)) continue
    const caller = callers[group[0]!]
    if (caller === undefined) continue
    x.facts.caller = caller
    return pass
  }
  const headers: (readonly [string, string])[] = []
  for (const verdict of verdicts)
    if (verdict.kind === 'skip' && verdict.headers !== undefined) headers.push(...verdict.headers)
  return deny(codes.CREDENTIALS_MISSING, { headers })
}
