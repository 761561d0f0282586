import type { Authentication } from '../config/spec.ts'
import type { JsonPath } from '../engines/json/json.ts'
import type { Exchange } from '../gateway/exchange.ts'
import type { Step } from '../gateway/plan.ts'
import type { Host, Policy, PolicyInstance } from '../gateway/policy.ts'
import { runAnswer, runObject, runStep } from '../gateway/run-step.ts'
import { pass, type Verdict } from '../gateway/verdict.ts'
import { RevocationIndex } from '../store/revocations/revocation-index.ts'
import { CaseExchange, jsonBody } from './case-exchange.ts'
import { caseKeys } from './case-keys.ts'
import { HeaderLines } from './header-lines.ts'
import type { PolicyCase } from './policy-case.ts'

/** What came of a case. */
export interface CaseOutcome {
  readonly verdict: Verdict
  readonly exchange: CaseExchange
  /** The request's headers as the upstream gets them. */
  readonly upstream: HeaderLines
  /** The answer's headers as the client gets them; null where the case has no answer. */
  readonly response: HeaderLines | null
  /** What was taken out of the answer's body. */
  readonly removed: readonly JsonPath[]
}

/** Sets a policy up as a plan does. */
export function setUp(policy: Policy, one: PolicyCase): { config: unknown; instance: PolicyInstance } {
  const config = policy.config.parse(one.config)
  const keys = caseKeys(one.keys)
  const revocations = new RevocationIndex()
  revocations.replace(one.revocations)
  const instanceName = one.identity ?? policy.name
  const host: Host = {
    where: `contract.${policy.name}`,
    instance: instanceName,
    findKey: (presented) => keys.find(presented),
    revocations,
    sourceOf: (at) => `sallyport.yaml:${at.join('.')}`,
    control: { state: one.control, ask: () => ask(one) },
  }
  // Settings travel to data threads as plain data: what a clone loses, the policy would miss there.
  return { config, instance: policy.setup(structuredClone(config), host) }
}

/** Runs one case through the gateway's own runner. */
export async function runCase(policy: Policy, one: PolicyCase): Promise<CaseOutcome> {
  const { config, instance } = setUp(policy, one)
  try {
    const exchange = new CaseExchange(one.request, one.object)
    const removed: JsonPath[] = []
    const verdict = servesItself(policy, config, one)
      ? await instance.serve!(exchange, Buffer.from(one.request.body ?? ''))
      : await decide(policy, instance, exchange, one, removed)
    const upstream = new HeaderLines(one.request.headers)
    for (const name of policy.upstreamHeaders?.(config) ?? []) upstream.remove(name)
    for (const name of policy.consumedHeaders?.(config) ?? []) upstream.remove(name)
    if (verdict.kind !== 'deny') instance.prepare?.(exchange, { headers: upstream, service: 'orders' })
    const response = one.response === undefined ? null : new HeaderLines(one.response.headers)
    if (one.response !== undefined && response !== null) {
      const { status, local } = one.response
      instance.respond?.(exchange, { status, headers: response, local })
    }
    return { verdict, exchange, upstream, response, removed }
  } finally {
    instance.close?.()
  }
}

/** Whether the request is for a page of the policy's own. */
function servesItself(policy: Policy, config: unknown, { request, identity }: PolicyCase): boolean {
  const pages = policy.endpoints?.(config, identity ?? policy.name) ?? []
  return pages.some(
    ({ path, methods }) => path === request.path && methods.some((method) => method === request.method),
  )
}

/** The verdict of one policy, by the rules of the gateway: declared facts, `onError`, time. */
export async function decide(
  policy: Policy,
  instance: PolicyInstance,
  exchange: CaseExchange,
  one: Pick<PolicyCase, 'request' | 'response'>,
  removed: JsonPath[] = [],
): Promise<Verdict> {
  const step: Step = {
    name: policy.name,
    instance,
    observe: false,
    varies: false,
    onError: policy.onError,
    writes: policy.writes,
    credential: policy.name,
    timeout: policy.timeout ?? 1000,
    where: `contract.${policy.name}`,
    source: { file: '', line: 0, column: 0 },
  }
  // A case is no request on a socket: it has the parts of an exchange that a policy and its runner may touch.
  const x = exchange as unknown as Exchange
  const { api, operationName: name, method, path: template } = exchange
  const authentication: Authentication = {
    kind: 'required',
    anyOf: [['staff']],
    scopes: [],
    source: step.source,
  }
  const bodyDeclared = (one.request.body ?? '') !== ''
  const outline = { api, name, method, template, bodyDeclared, authentication }
  const needs = instance.needs?.(outline)
  if (instance.request !== undefined) {
    const verdict = await runStep(x, step)
    if (verdict.kind !== 'pass') return verdict
  }
  if (instance.object !== undefined && needs?.object !== false) {
    const verdict = await runObject(x, { step, body: needs?.body === true, readBy: 0 })
    if (verdict.kind !== 'pass') return verdict
  }
  if (one.response === undefined || instance.answer === undefined || needs?.answer === false) return pass
  const { status, json } = one.response
  return await runAnswer(x, step, {
    status,
    empty: json === undefined,
    json: jsonBody(json),
    remove: (paths) => removed.push(...paths),
  })
}

function ask({ answer }: PolicyCase): Promise<unknown> {
  return answer === undefined
    ? Promise.reject(new Error('a case has no control plane'))
    : Promise.resolve(answer)
}
