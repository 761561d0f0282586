import type { Code } from '../codes.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import type { Log } from '../observe/log.ts'
import type { AdminRole } from '../store/admin-roles.ts'
import type { Actor } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import type { IdentityKeysHost } from './identity-keys.ts'

/** What listeners without a token may show. */
export interface OpsHost {
  /** Whether new requests may be sent here: false before the first plan serves, and from the start of draining. */
  ready(): boolean
  /** The Prometheus page. */
  metrics(): string
  readonly log: Log
}

/** What the admin API does; the process provides it. */
export interface AdminHost extends OpsHost, IdentityKeysHost {
  readonly store: Store
  /** The configured identities: what is kept for one must be for one that is there. */
  identities(): readonly KnownIdentity[]
  /** Judges a request by the identities of `admin.callers`. */
  identify(request: PresentedRequest): Promise<Identified>
  /** Version, uptime, generation, threads, sinks: anything that is JSON. */
  status(): unknown
  /** What `undeclared: observe` let through: anything that is JSON. */
  undeclared(): unknown
  explain(query: ExplainQuery): Promise<Explanation>
  reload(actor: Actor): Promise<ReloadOutcome>
  /** A request that proved nothing, or a caller who may not do this, was refused. */
  refused(refusal: AdminRefusal): void
}

/** A configured identity, as the admin API sees it. */
export interface KnownIdentity {
  readonly name: string
  readonly type: string
  /** A rule of `admin.callers` gives roles to its callers. */
  readonly administers: boolean
}

/** A request with its credentials. */
export interface PresentedRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case, in the order they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Of the socket. */
  readonly address: string
  /** It came over TLS. */
  readonly secure: boolean
  /** The certificate of its connection, trusted or not; null when none was shown. */
  readonly certificate: ClientCertificate | null
}

/** Who was refused as administrator, for the audit log: clients learn the code alone. */
export interface AdminRefusal {
  /** Of the socket. */
  readonly address: string
  /** Who it is proven to be, as the audit log names it; null for nobody. */
  readonly caller: string | null
  readonly reason: string
}

/** What the identities say of a request. `reason` is for the audit log, as the decision record would have it. */
export type Identified =
  /** No credential that any of them knows. */
  | { readonly kind: 'nothing' }
  /** A credential that is wrong. */
  | { readonly kind: 'wrong'; readonly reason: string }
  /** A caller; the role is null when no rule gives it one. `name` is `identity/id`. */
  | { readonly kind: 'caller'; readonly name: string; readonly role: AdminRole | null }
  /** A right credential that is not enough by its own identity, or one that cannot be judged now. */
  | { readonly kind: 'refused'; readonly code: Code; readonly reason: string }

export interface ExplainQuery {
  readonly method: string
  /** Absolute URL, or a path. */
  readonly url: string
  /** `identity/id` of the caller to assume, or null. */
  readonly as: string | null
  /** Address the request comes from, or null for loopback. */
  readonly from: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What the assumed caller's credential would say. */
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  /** Body of the request, or null for none. */
  readonly body: string | null
  /** JSON that the service would answer to a read of the object, `null` for no such object; null where nobody knows. */
  readonly object: string | null
  /** Ask a denying policy for the nearest rule that would allow. */
  readonly whyNot: boolean
}

export type Explanation =
  | { readonly ok: true; readonly text: string; readonly json: unknown }
  /** The question makes no sense; `problem` is a sentence for the caller. */
  | { readonly ok: false; readonly problem: string }

export type ReloadOutcome =
  | { readonly ok: true; readonly generation: number }
  /** Refused: the old configuration serves on. Sentences without secrets. */
  | { readonly ok: false; readonly problems: readonly string[] }
