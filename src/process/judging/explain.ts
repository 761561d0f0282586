import type { ExplainQuery, Explanation } from '../../admin/host.ts'
import { codes } from '../../codes.ts'
import { sourceText } from '../../config/render.ts'
import type { GatewaySpec } from '../../config/spec.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { Operation, Plan } from '../../gateway/plan.ts'
import { upstreamPath } from '../../http/upstream/request-text.ts'
import { assumedCaller } from './assumed-caller.ts'
import { decidedBy, nearestRule } from './deciding-rule.ts'
import type { ExplainedRequest, ExplainedStep } from './explained-request.ts'
import { judgedSteps } from './explained-steps.ts'
import { type Judgement, judge } from './judge.ts'
import { renderExplanation } from './render-explanation.ts'
import { toldObject } from './told-object.ts'

/**
 * Explains a request by sending it through the parser, the canonical view and the decisions that serve traffic, with
 * a client that only listens. Nothing is forwarded, and the service is not asked for an object.
 */
export async function explain(plan: Plan, query: ExplainQuery): Promise<Explanation> {
  const { as, scopes, roles, claims } = query
  let caller: Caller | null = null
  if (as !== null) {
    caller = assumedCaller({ as, scopes, roles, claims }, plan.spec.identities)
    if (caller === null)
      return { ok: false, problem: 'Write the caller as identity/id, with an identity of the configuration.' }
  } else if (scopes.length + roles.length + Object.keys(claims).length > 0)
    return { ok: false, problem: 'Scopes, roles and claims are those of an assumed caller: write who it is.' }
  const object = query.object === null ? null : toldObject(query.object)
  if (typeof object === 'string') return { ok: false, problem: object }
  const body = query.body === null ? null : Buffer.from(query.body)
  const judgement = await judge(plan, { ...query, caller, body, object })
  if (typeof judgement === 'string') return { ok: false, problem: judgement }
  const json = describe(plan, judgement, query)
  return { ok: true, json, text: renderExplanation(json) }
}

/** What an explanation shows beside the judgement. */
export interface Shown {
  readonly method: string
  readonly url: string
  /** Whether to ask for the nearest rule that would allow. */
  readonly whyNot: boolean
}

/** The judgement with the lines of the configuration that it comes from. */
export function describe(plan: Plan, judgement: Judgement, shown: Shown): ExplainedRequest {
  const { x, needs } = judgement
  // The operation as it serves, with the steps that judging leaves out.
  const operation = x.operation === null ? null : plan.operations[x.operation.index]!
  const code = x.code === null ? null : (codes[x.code as keyof typeof codes] ?? null)
  const { caller } = x.facts
  const judged = operation === null ? null : judgedSteps(judgement, operation)
  const denying = judged?.find(({ verdict }) => verdict === 'deny') ?? null
  const allowed = needs === null && x.verdict === 'allow'
  return {
    method: shown.method,
    path: x.path === '' ? shown.url : x.path,
    api: operation?.spec.api ?? null,
    operation: operation?.spec.name ?? null,
    declaredAt: operation === null ? null : sourceText(operation.spec.source),
    steps: judged?.map(({ step: _step, ...told }) => told) ?? pageOf(x),
    verdict: needs === null ? x.verdict : `needs-${needs}`,
    status: x.status === 0 ? null : x.status,
    code: x.code,
    reason: x.reason,
    help: code?.help ?? null,
    caller: caller === undefined ? null : `${caller.identity}/${caller.id}`,
    callerHas: caller === undefined ? null : { scopes: caller.scopes, roles: caller.roles },
    decidedBy: decidedBy(judgement, operation, denying),
    whyNot: shown.whyNot && x.code !== null ? nearestRule(x, operation, denying) : null,
    upstream: operation === null || !allowed ? null : upstreamOf(x, operation, plan.spec),
  }
}

/** A page that an identity serves itself, where the path is one. */
function pageOf({ plan, path }: Exchange): ExplainedStep[] {
  const step = plan.endpoints?.get(path)?.step
  if (step === undefined) return []
  const { name: policy, where, source } = step
  return [{ phase: 'page', policy, verdict: 'answer', where, source: sourceText(source), rule: null }]
}

function upstreamOf(x: Exchange, operation: Operation, spec: GatewaySpec): string {
  const service = spec.services[operation.spec.service]!
  const target = service.targets[0]!
  return `${service.name}: ${target.secure ? 'https' : 'http'}://${target.host}:${target.port}${upstreamPath(x, target.basePath)}`
}
