import { suggest } from '../../config/nearest.ts'
import { sourceText } from '../../config/render.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { Plan, Step } from '../../gateway/plan.ts'
import type { ClientCertificate } from '../../gateway/policy.ts'
import { runStep } from '../../gateway/run-step.ts'
import { pass, type Verdict } from '../../gateway/verdict.ts'
import { printable } from '../../observe/printable.ts'
import { judgeRequest } from './judged-request.ts'

/** Whose credentials are asked about. */
export interface WhoamiQuery {
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Address they come from, or null for loopback. */
  readonly from: string | null
  /** Name of the one identity to ask, or null for all. */
  readonly identity: string | null
  /** The certificate that the client shows, or null. */
  readonly certificate: ClientCertificate | null
}

/** How one identity judges a credential. */
export interface JudgedIdentity {
  readonly identity: string
  readonly source: string
  /** `proven`, `refused`, `another's` (a credential in its place that it leaves to others), or `absent`. */
  readonly verdict: string
  readonly caller: JudgedCaller | null
  readonly code: string | null
  /** What the decision record would say; it names the likely mistake. */
  readonly reason: string | null
}

/** What is proven about the caller. Claims by name only: their values may be personal. */
export interface JudgedCaller {
  readonly id: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: readonly string[]
}

/** Judges the credentials of a request by every identity, or by the one named. A sentence where that cannot be done. */
export async function whoami(plan: Plan, query: WhoamiQuery): Promise<readonly JudgedIdentity[] | string> {
  const { identity: only } = query
  const steps = [...plan.identities.values()].filter(({ name }) => only === null || name === only)
  if (steps.length === 0)
    return only === null
      ? 'The configuration has no identities.'
      : `The configuration has no identity named ${only}. ${suggest(only, [...plan.identities.keys()], 'identity')}`
  const judged: JudgedIdentity[] = []
  const result = await judgeRequest(plan, { method: 'GET', url: '/', ...query }, async (exchange) => {
    exchange.clientCertificate = query.certificate
    for (const step of steps) {
      exchange.facts.caller = undefined
      judged.push(describe(step, await runStep(exchange, step), exchange.facts.caller))
    }
    return pass
  })
  if (typeof result === 'string') return result
  return judged.length === 0
    ? `The request is refused before anybody asks who it is from: ${result.x.code}.`
    : judged
}

function describe(step: Step, verdict: Verdict, caller: Caller | undefined): JudgedIdentity {
  const denial = verdict.kind === 'deny' ? verdict : verdict.kind === 'skip' ? verdict.otherwise : undefined
  const proven = verdict.kind === 'pass' && caller !== undefined
  return {
    identity: step.name,
    source: sourceText(step.source),
    verdict: proven
      ? 'proven'
      : verdict.kind === 'deny'
        ? 'refused'
        : denial === undefined
          ? 'absent'
          : "another's",
    caller: proven
      ? { id: caller.id, scopes: caller.scopes, roles: caller.roles, claims: Object.keys(caller.claims) }
      : null,
    code: denial?.code.code ?? null,
    reason: denial?.detail.reason ?? null,
  }
}

/** For people. */
export function renderWhoami(judged: readonly JudgedIdentity[]): string {
  const lines = judged.flatMap(({ identity, source, verdict, caller, code, reason }) => {
    const outcome = code === null ? verdict : `${verdict}: ${code}`
    return [
      `${identity.padEnd(16)} ${outcome}   ${source}`,
      ...(reason === null ? [] : [`  ${reason}`]),
      ...(caller === null ? [] : [`  caller ${identity}/${caller.id}`, ...lists(caller)]),
    ]
  })
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function lists({ scopes, roles, claims }: JudgedCaller): string[] {
  return Object.entries({ scopes, roles, claims }).flatMap(([name, list]) =>
    list.length === 0 ? [] : [`  ${name.padEnd(6)} ${list.join(' ')}`],
  )
}
