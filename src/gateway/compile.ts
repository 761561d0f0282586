import type {
  GatewaySpec,
  IdentitySpec,
  OperationSpec,
  ScopeAlternative,
  ServiceSpec,
  Source,
  StepSpec,
} from '../config/spec.ts'
import { buildRouter } from '../engines/match/router.ts'
import { allowedClasses } from '../engines/path/path-classes.ts'
import { asciiJson } from '../observe/ascii-json.ts'
import type { ControlLink } from './control-half.ts'
import type { FactName } from './facts.ts'
import { GuardedPaths } from './guarded-paths.ts'
import { partialAnswerHeaders } from './held-answer.ts'
import { type Phase, phases, type ResponsePhase } from './phases.ts'
import type { Authentication, Endpoint, ObjectStep, Operation, Plan, Step } from './plan.ts'
import { type Host, type ObjectNeeds, type Policy, type PolicyInstance, placeOfControl } from './policy.ts'
import { type Grants, rolesOf } from './roles.ts'
import type { Upstream } from './upstream.ts'

/** A configuration that loads but cannot be put into force. */
export class PlanError extends Error {
  readonly source: Source
  constructor(message: string, source: Source) {
    super(message)
    this.name = 'PlanError'
    this.source = source
  }
}

/** What the policies of a plan may ask while it serves. */
export interface Lookups extends Pick<Host, 'findKey' | 'revocations'> {
  readonly grants: Grants
  /** The link to the control half of the policy with these settings at this place. */
  control(policy: string, where: string, settings: unknown): ControlLink
}

/** What a plan is compiled with. */
export interface CompileOptions {
  readonly generation: number
  readonly policies: readonly Policy[]
  readonly lookups: Lookups
  readonly upstream: (service: ServiceSpec) => Upstream
}

const defaultTimeoutMs = 1000

/** Compiles the resolved configuration into the plan that serves requests. Throws PlanError; leaves nothing open then. */
export function compile(spec: GatewaySpec, options: CompileOptions): Plan {
  const instances: PolicyInstance[] = []
  try {
    return build(spec, options, instances)
  } catch (error) {
    closeAll(instances)
    throw error
  }
}

/** Closes whatever the policies of a plan hold. */
export function closeAll(instances: readonly PolicyInstance[]): void {
  for (const instance of instances) instance.close?.()
}

interface Ready {
  readonly policy: Policy
  readonly step: Step
  /** Headers that carry its credential. */
  readonly consumes: readonly string[]
}

const none: readonly never[] = []

function build(spec: GatewaySpec, options: CompileOptions, instances: PolicyInstance[]): Plan {
  const byName = new Map(options.policies.map((policy) => [policy.name, policy]))
  const reserved = new Set<string>()
  const setUp = (
    policyName: string,
    instanceName: string,
    settings: unknown,
    where: string,
    source: Source,
    observe: boolean,
    positions: Readonly<Record<string, string>> = {},
  ): Ready => {
    const policy = byName.get(policyName)
    if (policy === undefined) throw new PlanError(`there is no policy named ${policyName}`, source)
    const { lookups } = options
    const host: Host = {
      sourceOf: (at) => positions[at.join('.')] ?? positions[''] ?? where,
      where,
      instance: instanceName,
      findKey: (presented) => lookups.findKey(presented),
      revocations: lookups.revocations,
      control: lookups.control(policyName, ...placeOfControl(policy, where, settings)),
    }
    const instance = asked(where, source, () => policy.setup(settings, host))
    instances.push(instance)
    for (const name of policy.upstreamHeaders?.(settings) ?? []) reserved.add(name)
    const step: Step = {
      name: instanceName,
      instance,
      observe,
      varies: policy.varies === true,
      onError: policy.onError,
      writes: policy.writes,
      credential: policy.credential?.(settings) ?? policyName,
      timeout: policy.timeout ?? defaultTimeoutMs,
      where,
      source,
    }
    return { policy, step, consumes: policy.consumedHeaders?.(settings) ?? none }
  }
  const steps = spec.steps.map((step: StepSpec) =>
    setUp(
      step.policy,
      step.policy,
      step.settings,
      step.where,
      step.source,
      step.mode === 'observe',
      step.positions,
    ),
  )
  const identities = new Map(
    spec.identities.map((identity: IdentitySpec) => [
      identity.name,
      setUp(
        identity.type,
        identity.name,
        identity.settings,
        `identities.${identity.name}`,
        identity.source,
        false,
      ),
    ]),
  )
  const upstreams = spec.services.map(options.upstream)
  const authentications = new Map<string, Authentication>()
  const reservedOf = reservedHeadersOf()
  const names = new Map(spec.operations.map(({ api, name }, index) => [`${api} ${name}`, index]))
  const operations = spec.operations.map((operation, index): Operation => {
    const authentication = authenticationOf(operation, identities, authentications, reserved)
    const ambient = (authentication?.identities ?? []).some(
      ({ name }) => identities.get(name)?.policy.neverAmbient !== true,
    )
    const mine = operation.steps
      .map((step) => steps[step]!)
      .filter(({ policy }) => ambient || policy.ambientOnly !== true)
    checkFacts(operation, mine, authentication, identities)
    const inPhase = (phase: Phase | ResponsePhase): Step[] =>
      mine
        .filter((ready) => ready.policy.phases.includes(phase) && acts(ready.step.instance, phase))
        .map((ready) => ready.step)
    const objects = mine.flatMap(({ step }) => objectWork(step, operation, names, spec.operations))
    const answer = objects.filter(({ needs }) => needs.answer).map(({ step }) => step)
    return Object.freeze({
      index,
      spec: operation,
      upstream: upstreams[operation.service]!,
      screen: inPhase('screen'),
      preflight: inPhase('preflight'),
      authentication,
      reservedHeaders: reservedOf(authentication?.reservedHeaders ?? reserved, [
        ...mine.flatMap(({ consumes }) => consumes),
        ...(answer.length > 0 ? partialAnswerHeaders : none),
      ]),
      authorize: inPhase('authorize'),
      object: objects.filter(({ needs }) => needs.object),
      answer,
      prepare: [...(authentication?.identities ?? []).filter(prepares), ...inPhase('prepare')],
      respond: inPhase('respond'),
      allowedPathClasses: allowedClasses(operation.allowPath),
      until:
        operation.undeclaredUntil === null
          ? Number.POSITIVE_INFINITY
          : Date.parse(`${operation.undeclaredUntil}T23:59:59Z`),
      apiJson: asciiJson(operation.api),
      nameJson: asciiJson(operation.name),
    })
  })
  for (const { step } of steps) asked(step.where, step.source, () => step.instance.ready?.())
  return Object.freeze({
    generation: options.generation,
    spec,
    router: buildRouter(spec.operations),
    operations,
    guarded: new GuardedPaths(operations),
    roles: rolesOf(spec.roles, options.lookups.grants),
    identities: new Map([...identities].map(([name, { step }]) => [name, step])),
    endpoints: endpointsOf(spec, identities),
    listeners: new Map(spec.listeners.map((listener) => [listener.name, listener])),
    uses: { active: 0 },
    instances,
  })
}

/** The pages of identities, by path; two of one path, or one that an operation has too, would have two readings. */
function endpointsOf(
  spec: GatewaySpec,
  identities: ReadonlyMap<string, Ready>,
): ReadonlyMap<string, Endpoint> | null {
  const endpoints = new Map<string, Endpoint>()
  for (const { name, settings, source } of spec.identities) {
    const { policy, step } = identities.get(name)!
    for (const { path, methods } of policy.endpoints?.(settings, name) ?? []) {
      const taken = endpoints.has(path)
        ? 'another identity'
        : spec.operations.some(({ template }) => template === path)
          ? 'an operation'
          : null
      if (taken !== null)
        throw new PlanError(`identities.${name} serves ${path}, which ${taken} has already`, source)
      endpoints.set(path, { step, methods })
    }
  }
  return endpoints.size === 0 ? null : endpoints
}

const prepares = ({ instance }: Step): boolean => instance.prepare !== undefined

/** A policy may belong to a phase and, with these settings, have nothing to do there. */
function acts(instance: PolicyInstance, phase: Phase | ResponsePhase): boolean {
  if (phase === 'prepare') return instance.prepare !== undefined
  if (phase === 'respond') return instance.respond !== undefined
  return instance.request !== undefined
}

/** What a policy has to do about the objects of an operation; empty for one that does nothing there. */
function objectWork(
  step: Step,
  operation: OperationSpec,
  names: ReadonlyMap<string, number>,
  operations: readonly OperationSpec[],
): readonly (ObjectStep & { readonly needs: ObjectNeeds })[] {
  const { instance } = step
  const needs = asked(step.where, step.source, () => instance.needs?.(operation)) ?? {
    object: instance.object !== undefined,
    body: false,
    readBy: null,
    answer: instance.answer !== undefined,
  }
  if (!needs.object && !needs.answer) return none
  if (step.observe && (needs.body || needs.answer))
    throw new PlanError(
      `${step.where} cannot be observed for ${operation.name}: it would hold bodies or answers that nothing may be refused for. Try it with \`sallyport authorize test\``,
      step.source,
    )
  if (needs.readBy === null) return [{ step, body: needs.body, readBy: -1, needs }]
  const readBy = names.get(`${operation.api} ${needs.readBy}`) ?? -1
  const by = operations[readBy]
  if (by === undefined || by.method !== 'GET' || !leads(by.template, operation.template))
    throw new PlanError(
      `${step.where} reads the object of ${operation.name} by ${needs.readBy}, which is no GET of the API whose path is that of ${operation.name} or its beginning`,
      step.source,
    )
  return [{ step, body: needs.body, readBy, needs }]
}

/** What a policy says when the plan is made; what it throws is told with the line of its block. */
function asked<T>(where: string, source: Source, ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    throw new PlanError(`${where}: ${error instanceof Error ? error.message : String(error)}`, source)
  }
}

/** Whether a template has the segments that the other one begins with, parameters in the same places. */
function leads(template: string, other: string): boolean {
  const segments = (text: string): string[] =>
    text.split('/').map((segment) => segment.replace(/\{[^}]*\}/, '{}'))
  const own = segments(template)
  return own.every((segment, index) => segments(other)[index] === segment)
}

/** Equal authentications are shared: 10,000 operations of one API hold one. */
function authenticationOf(
  operation: OperationSpec,
  identities: ReadonlyMap<string, Ready>,
  shared: Map<string, Authentication>,
  reserved: ReadonlySet<string>,
): Authentication | null {
  const { authentication } = operation
  if (authentication.kind === 'anonymous') return null
  const key = JSON.stringify([authentication.anyOf, authentication.scopes])
  const known = shared.get(key)
  if (known !== undefined) return known
  const names = [...new Set(authentication.anyOf.flat())]
  if (names.length === 0 || authentication.anyOf.some((group) => group.length === 0)) {
    throw new PlanError(
      `${operation.name} of ${operation.api} has an empty authentication, which would admit everybody`,
      authentication.source,
    )
  }
  const list = names.map((name) => {
    const ready = identities.get(name)
    if (ready === undefined) throw new PlanError(`there is no identity named ${name}`, authentication.source)
    if (!ready.policy.phases.includes('authenticate'))
      throw new PlanError(`${ready.policy.name} cannot authenticate`, authentication.source)
    return ready
  })
  const made: Authentication = Object.freeze({
    reservedHeaders: new Set([...reserved, ...list.flatMap(({ consumes }) => consumes)]),
    identities: list.map(({ step }) => step),
    groups: authentication.anyOf.map((group) => group.map((name) => names.indexOf(name))),
    demands: demandsOf(authentication.anyOf, authentication.scopes, names),
  })
  shared.set(key, made)
  return made
}

/** What the document asks of the callers of each group; null where it asks nothing of any. */
function demandsOf(
  groups: readonly (readonly string[])[],
  scopes: readonly ScopeAlternative[],
  names: readonly string[],
): Authentication['demands'] {
  if (scopes.every(({ demands }) => demands.length === 0)) return null
  return groups.map((group) =>
    scopes
      .filter(({ identities }) => identities.every((name) => group.includes(name)))
      .map(({ demands }) =>
        demands.map(({ identity, rolesToo, names: asked }) => ({
          index: names.indexOf(identity),
          rolesToo,
          names: asked,
        })),
      ),
  )
}

/** Adds the headers that the policies of an operation consume; equal sets are one, over however many operations. */
function reservedHeadersOf(): (
  reserved: ReadonlySet<string>,
  consumed: readonly string[],
) => ReadonlySet<string> {
  const known = new Map<ReadonlySet<string>, Map<string, ReadonlySet<string>>>()
  return (reserved, names) => {
    if (names.length === 0) return reserved
    const sets = known.get(reserved) ?? new Map<string, ReadonlySet<string>>()
    known.set(reserved, sets)
    const set = sets.get(names.join()) ?? new Set([...reserved, ...names])
    sets.set(names.join(), set)
    return set
  }
}

/** A policy that reads a fact nobody wrote would decide on nothing: refused at load, not met at run time. */
function checkFacts(
  operation: OperationSpec,
  steps: readonly Ready[],
  authentication: Authentication | null,
  identities: ReadonlyMap<string, Ready>,
): void {
  const known = new Set<FactName>()
  for (const phase of phases) {
    if (phase === 'authenticate') {
      for (const step of authentication?.identities ?? []) {
        for (const fact of identities.get(step.name)?.policy.writes ?? []) known.add(fact)
      }
      continue
    }
    for (const { policy, step } of steps) {
      if (!policy.phases.includes(phase)) continue
      for (const fact of policy.reads) {
        if (!known.has(fact))
          throw new PlanError(
            `${step.where} needs to know the ${fact}, which nothing before it finds out for ${operation.name}`,
            step.source,
          )
      }
      for (const fact of policy.writes) known.add(fact)
    }
  }
}
