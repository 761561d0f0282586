import type { ExplainQuery, Explanation } from '../../admin/host.ts'
import { codes } from '../../codes.ts'
import { sourceText } from '../../config/render.ts'
import type { GatewaySpec, Source } from '../../config/spec.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import { plainCaller } from '../../gateway/facts.ts'
import { decide } from '../../gateway/handle.ts'
import type { Authentication, Operation, Plan, Step } from '../../gateway/plan.ts'
import type { FactSetter } from '../../gateway/policy.ts'
import { answer, pass, type Verdict } from '../../gateway/verdict.ts'
import { upstreamPath } from '../../http/upstream/request-text.ts'
import { printable } from '../../observe/printable.ts'
import { judgeRequest } from './judged-request.ts'

/** One step of an explanation. */
export interface ExplainedStep {
  readonly phase: string
  readonly policy: string
  /** `pass`, `deny`, …, `not reached`, or `applies` for edits of headers. */
  readonly verdict: string
  readonly where: string
  readonly source: string
}

/** What would happen to a request, and which line of the configuration says so. */
export interface ExplainedRequest {
  readonly method: string
  readonly path: string
  readonly api: string | null
  readonly operation: string | null
  readonly declaredAt: string | null
  readonly steps: readonly ExplainedStep[]
  readonly verdict: string
  readonly status: number | null
  readonly code: string | null
  readonly reason: string | null
  readonly help: string | null
  readonly caller: string | null
  readonly upstream: string | null
}

/**
 * Explains a request by sending it through the parser, the canonical view and the decisions that serve traffic, with
 * a client that only listens. Nothing is forwarded.
 */
export async function explain(plan: Plan, query: ExplainQuery): Promise<Explanation> {
  const assumed = query.as === null ? plan : assume(plan, query.as)
  if (assumed === null)
    return { ok: false, problem: 'Write the caller as identity/id, with an identity of the configuration.' }
  // Pages of identities begin and end log-ins: they are told of, and not asked.
  const x = await judgeRequest(assumed, query, (asked) =>
    assumed.endpoints?.has(asked.path) === true ? answer(200, []) : decide(asked),
  )
  if (typeof x === 'string') return { ok: false, problem: x }
  const json = describe(x, query)
  return { ok: true, json, text: renderExplanation(json) }
}

/** The plan as if the caller had proved to be this one, with a credential of the identity. */
function assume(plan: Plan, as: string): Plan | null {
  const slash = as.indexOf('/')
  const identity = slash < 0 ? as : as.slice(0, slash)
  const id = slash < 0 ? 'assumed' : as.slice(slash + 1)
  if (!plan.spec.identities.some((one) => one.name === identity)) return null
  const operations = plan.operations.map((operation): Operation => {
    const { authentication } = operation
    if (authentication === null) return operation
    const identities = authentication.identities.map(
      (step): Step => ({ ...step, instance: { request: (_request, set) => judge(step.name, set) } }),
    )
    return {
      ...operation,
      authentication: { ...authentication, identities } satisfies Authentication,
    }
  })
  const judge = (name: string, set: FactSetter): Verdict => {
    if (name !== identity) return { kind: 'skip' }
    set('caller', plainCaller(identity, id))
    return pass
  }
  return { ...plan, operations }
}

function describe(x: Exchange, query: ExplainQuery): ExplainedRequest {
  const { operation } = x
  const code = x.code === null ? null : (codes[x.code as keyof typeof codes] ?? null)
  const { caller } = x.facts
  return {
    method: query.method,
    path: x.path === '' ? query.url : x.path,
    api: operation?.spec.api ?? null,
    operation: operation?.spec.name ?? null,
    declaredAt: operation === null ? null : text(operation.spec.source),
    steps: operation === null ? pageOf(x) : steps(x, operation),
    verdict: x.verdict,
    status: x.status === 0 ? null : x.status,
    code: x.code,
    reason: x.reason,
    help: code?.help ?? null,
    caller: caller === undefined ? null : `${caller.identity}/${caller.id}`,
    upstream: operation === null || x.verdict !== 'allow' ? null : upstreamOf(x, operation, x.plan.spec),
  }
}

/** A page that an identity serves itself, where the path is one. */
function pageOf({ plan, path }: Exchange): ExplainedStep[] {
  const step = plan.endpoints?.get(path)?.step
  return step === undefined
    ? []
    : [{ phase: 'page', policy: step.name, verdict: 'answer', where: step.where, source: text(step.source) }]
}

function upstreamOf(x: Exchange, operation: Operation, spec: GatewaySpec): string {
  const service = spec.services[operation.spec.service]!
  const target = service.targets[0]!
  return `${service.name}: ${target.secure ? 'https' : 'http'}://${target.host}:${target.port}${upstreamPath(x, target.basePath)}`
}

function steps(x: Exchange, operation: Operation): ExplainedStep[] {
  const verdicts = new Map<string, string[]>()
  const trail = x.trail ?? []
  for (let i = 0; i < trail.length; i += 3) {
    const name = String(trail[i])
    verdicts.set(name, [...(verdicts.get(name) ?? []), String(trail[i + 1])])
  }
  const one = (phase: string, step: Step, verdict: string | undefined): ExplainedStep => ({
    phase,
    policy: step.observe ? `${step.name} (observe)` : step.name,
    verdict: verdict ?? 'not reached',
    where: step.where,
    source: text(step.source),
  })
  const judged = (phase: string, list: readonly Step[]): ExplainedStep[] =>
    list.map((step) => one(phase, step, verdicts.get(step.name)?.shift()))
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
            source: text(authentication.source),
          },
        ]
      : judged('authenticate', operation.authentication?.identities ?? [])),
    ...judged('authorize', operation.authorize),
    ...operation.prepare.map((step) => one('prepare', step, 'applies')),
    ...operation.respond.map((step) => one('respond', step, 'applies')),
  ]
}

function text(source: Source): string {
  return sourceText(source)
}

/** The explanation for people. */
export function renderExplanation(e: ExplainedRequest): string {
  const lines = [`${e.method} ${e.path}`]
  if (e.api !== null) lines.push(`  ${e.api} · ${e.operation}   ${e.declaredAt}`)
  for (const step of e.steps)
    lines.push(
      `  ${step.phase.padEnd(13)} ${step.policy.padEnd(20)} ${step.verdict.padEnd(12)} ${step.where}   ${step.source}`,
    )
  const outcome =
    e.code === null
      ? `${e.verdict}${e.status === null ? '' : ` (${e.status})`}`
      : `${e.verdict}: ${e.status} ${e.code}`
  lines.push(`  → ${outcome}${e.caller === null ? '' : ` as ${e.caller}`}`)
  if (e.reason !== null) lines.push(`    ${e.reason}`)
  if (e.help !== null) lines.push(`    ${e.help}`)
  if (e.upstream !== null) lines.push(`    forwarded to ${e.upstream}`)
  // Names come from documents, and a remote gateway's answer from wherever `--admin` points.
  return lines.map((line) => `${printable(line)}\n`).join('')
}
