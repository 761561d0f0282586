import type { GatewaySpec, ListenerSpec, OperationSpec, Source } from '../config/spec.ts'
import type { Router } from '../engines/match/router.ts'
import type { FactName } from './facts.ts'
import type { GuardedPaths } from './guarded-paths.ts'
import type { PolicyInstance } from './policy.ts'
import type { Roles } from './roles.ts'
import type { Upstream } from './upstream.ts'

/** A configured policy, ready to run. */
export interface Step {
  readonly name: string
  readonly instance: PolicyInstance
  readonly observe: boolean
  /** Two operations with this step may be asked for different things. */
  readonly varies: boolean
  /** What a throw, a rejection or a timeout of it means. */
  readonly onError: 'deny' | 'pass'
  readonly writes: readonly FactName[]
  /** For identities: the place that the credential is read from. */
  readonly credential: string
  /** Milliseconds. */
  readonly timeout: number
  readonly where: string
  readonly source: Source
}

/** A policy that decides about objects. */
export interface ObjectStep {
  readonly step: Step
  /** Whether it judges the body. */
  readonly body: boolean
  /** Index of the operation by which it reads the object; -1 for none. */
  readonly readBy: number
}

/** A page that an identity serves itself, such as where a provider sends browsers back to. */
export interface Endpoint {
  readonly step: Step
  readonly methods: readonly ('GET' | 'POST')[]
}

/** One way to be authenticated: all of these, by index into `Authentication.identities`. */
export type Group = readonly number[]

/** What a document asks of the caller of one identity. */
export interface Demand {
  /** Into `Authentication.identities`. */
  readonly index: number
  /** All of these: scopes, or roles of the same name where the scheme knows no scopes. */
  readonly names: readonly string[]
  readonly rolesToo: boolean
}

/** The authentication of an operation; null is anonymous. */
export interface Authentication {
  /** `Operation.reservedHeaders`, with the headers that carry these credentials. */
  readonly reservedHeaders: ReadonlySet<string>
  readonly identities: readonly Step[]
  readonly groups: readonly Group[]
  /**
   * For each group the alternatives of the document's `security` that it is, each with what it asks for; one must hold.
   * Null where the document asks for nothing.
   */
  readonly demands: readonly (readonly (readonly Demand[])[])[] | null
}

/** An operation with everything that happens to its requests, in order. */
export interface Operation {
  readonly index: number
  readonly spec: OperationSpec
  readonly upstream: Upstream
  readonly screen: readonly Step[]
  readonly preflight: readonly Step[]
  readonly authentication: Authentication | null
  /** Names of request headers that the upstream never gets from a client: what the gateway consumes or sets (T27, T28). */
  readonly reservedHeaders: ReadonlySet<string>
  readonly authorize: readonly Step[]
  readonly object: readonly ObjectStep[]
  readonly answer: readonly Step[]
  readonly prepare: readonly Step[]
  readonly respond: readonly Step[]
  /** Bits of the path classes (`engines/path`) it lets through. */
  readonly allowedPathClasses: number
  /** When `undeclared: observe` ends, in milliseconds since 1970; Infinity for declared operations. */
  readonly until: number
  /** JSON texts of the names, ready for the record. */
  readonly apiJson: string
  readonly nameJson: string
}

/**
 * The compiled configuration. Frozen: a request holds the plan it started with to its end, and a reload swaps the
 * whole of it.
 */
export interface Plan {
  readonly generation: number
  readonly spec: GatewaySpec
  readonly router: Router
  readonly operations: readonly Operation[]
  readonly guarded: GuardedPaths
  readonly roles: Roles
  /** By name, also those that no operation uses: the admin API and `whoami` judge by them. */
  readonly identities: ReadonlyMap<string, Step>
  /** Pages of the identities' own, by path; null where there are none. */
  readonly endpoints: ReadonlyMap<string, Endpoint> | null
  readonly listeners: ReadonlyMap<string, ListenerSpec>
  /** Requests that hold this plan; it is closed when it is retired and none does. */
  readonly uses: { active: number }
  /** Everything that was set up, to be closed with the plan. */
  readonly instances: readonly PolicyInstance[]
}
