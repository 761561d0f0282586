import { codes } from '../codes.ts'
import { choiceOf, type LogInChoice } from './choice.ts'
import type { Exchange } from './exchange.ts'
import type { Caller } from './facts.ts'
import { insufficientScope } from './insufficient-scope.ts'
import type { Authentication, Demand, Group, Step } from './plan.ts'
import { runStep } from './run-step.ts'
import { type Deny, type DenyDetail, deny, pass, type Verdict } from './verdict.ts'

/**
 * Who is calling. Every identity of the list looks at the request: a credential that is present and wrong refuses the
 * request even beside a right one, so an attacker cannot try the weak kind in the shade of the strong. Then one group
 * must be whole, and no credential may be left over that names somebody else. Nothing presented is a refusal with the
 * challenges of all.
 */
export function authenticate(x: Exchange, authentication: Authentication): Verdict | Promise<Verdict> {
  const { identities } = authentication
  if (identities.length === 1) {
    const verdict = runStep(x, identities[0]!)
    return verdict instanceof Promise
      ? verdict.then((late) => concludeOne(x, authentication, late))
      : concludeOne(x, authentication, verdict)
  }
  return judgeFrom(x, authentication, 0, [], [])
}

/** The usual case, without a list. */
function concludeOne(x: Exchange, authentication: Authentication, verdict: Verdict): Verdict {
  const { identities, demands } = authentication
  // A `pass` without a caller proves nothing: an identity that forgot to say who it saw admits nobody.
  if (verdict.kind === 'pass' && x.facts.caller !== undefined) {
    // With one identity every group is that one, and has every alternative.
    const asked = demands?.[0]
    return asked === undefined || meets(x, asked, [x.facts.caller]) ? pass : scopeMissing(asked)
  }
  x.facts.caller = undefined
  if (verdict.kind === 'deny') return verdict
  if (verdict.kind === 'skip' && verdict.otherwise !== undefined) return verdict.otherwise
  return missing(identities, [verdict], [false])
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
        if (late.kind === 'deny') return withoutCaller(x, late)
        verdicts.push(late)
        callers.push(x.facts.caller)
        return judgeFrom(x, authentication, i + 1, verdicts, callers)
      })
    }
    if (verdict.kind === 'deny') return withoutCaller(x, verdict)
    verdicts.push(verdict)
    callers.push(x.facts.caller)
  }
  return conclude(x, authentication, verdicts, callers)
}

function withoutCaller(x: Exchange, verdict: Verdict): Verdict {
  x.facts.caller = undefined
  return verdict
}

function conclude(
  x: Exchange,
  { identities, groups, demands }: Authentication,
  verdicts: readonly Verdict[],
  callers: readonly (Caller | undefined)[],
): Verdict {
  x.facts.caller = undefined
  const proven = callers.map((caller, index) => verdicts[index]!.kind === 'pass' && caller !== undefined)
  const left = verdicts.flatMap((verdict, index): LeftOver[] => {
    if (verdict.kind !== 'skip' || verdict.otherwise === undefined) return []
    const { name, credential } = identities[index]!
    const taken = identities.some((identity, other) => proven[other] && identity.credential === credential)
    return taken ? [] : [{ name, otherwise: verdict.otherwise }]
  })
  if (left.length > 0) return left.length === 1 ? left[0]!.otherwise : unknown(left)
  const whole = groups.filter((group) => group.every((index) => proven[index]))
  if (whole.length === 0) return missing(identities, verdicts, proven)
  const chosen = whole.find((group) => covers(group, proven)) ?? whole[0]!
  const asked = demands === null ? null : whole.flatMap((group) => demands[groups.indexOf(group)]!)
  const caller = callers[chosen[0]!]!
  // Two proofs of two callers have two readings: which one counted would depend on who reads (T24).
  if (!covers(chosen, proven) && callers.some((other, index) => proven[index] && other!.id !== caller.id))
    return deny(codes.CREDENTIALS_CONFLICT)
  x.facts.caller = caller
  return asked === null || meets(x, asked, callers) ? pass : scopeMissing(asked)
}

/** Whether one alternative of the document's `security` has all that it asks for (OpenAPI, "Security Requirement"). */
function meets(
  x: Exchange,
  alternatives: readonly (readonly Demand[])[],
  callers: readonly (Caller | undefined)[],
): boolean {
  return alternatives.some((demands) =>
    demands.every(({ index, names, rolesToo }) => {
      const caller = callers[index]
      if (caller === undefined) return false
      const roles = rolesToo ? x.plan.roles.of(caller, x.startedAt).roles : []
      return names.every((name) => caller.scopes.includes(name) || roles.includes(name))
    }),
  )
}

function scopeMissing(alternatives: readonly (readonly Demand[])[]): Deny {
  const lists = alternatives.map((demands) => demands.flatMap(({ names }) => names))
  return deny(codes.SCOPE_MISSING, {
    reason: `the document asks for ${lists.map((names) => names.join(' and ')).join(', or for ')}`,
    headers: insufficientScope(lists[0]!),
  })
}

/** A credential that an identity leaves to others, and that none takes. */
interface LeftOver {
  readonly name: string
  readonly otherwise: Deny
}

/** Which identity it was meant for cannot be said: the record has what each of them found. */
function unknown(left: readonly LeftOver[]): Deny {
  return deny(codes.CREDENTIALS_UNKNOWN, {
    reason: left
      .map(({ name, otherwise }) => `${name}: ${otherwise.detail.reason ?? 'not its own'}`)
      .join(' '),
    headers: once(left.flatMap(({ otherwise }) => otherwise.detail.headers ?? [])),
  })
}

/** Whether the group holds everything that was proven. */
function covers(group: Group, proven: readonly boolean[]): boolean {
  return proven.every((one, index) => !one || group.includes(index))
}

/** Nothing was presented, or a part of what a group asks for. */
function missing(
  identities: readonly Step[],
  verdicts: readonly Verdict[],
  proven: readonly boolean[],
): Verdict {
  if (!proven.includes(true)) {
    const choices = verdicts.flatMap((verdict, index): LogInChoice[] =>
      verdict.kind === 'skip' && verdict.instead !== undefined
        ? [{ name: identities[index]!.name, answer: verdict.instead }]
        : [],
    )
    if (choices.length > 0) return choices.length === 1 ? choices[0]!.answer : choiceOf(choices)
  }
  const headers = verdicts.flatMap((verdict) => (verdict.kind === 'skip' ? (verdict.headers ?? []) : []))
  return deny(codes.CREDENTIALS_MISSING, { headers: once(headers) })
}

/** Two identities of one kind have one challenge: said twice, it would tell how many there are. */
function once(headers: NonNullable<DenyDetail['headers']>): NonNullable<DenyDetail['headers']> {
  return [...new Map(headers.map((header) => [header.join(), header])).values()]
}
