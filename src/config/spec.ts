import type { AdminRole } from '../store/admin-roles.ts'

/**
 * The resolved configuration: what loading, inheritance and OpenAPI documents come to. Plain data (it is posted to
 * data threads, which compile it into their plan), complete (no defaults are filled in later), and each part knows
 * the line it came from.
 */

/** Where a value was written. `line` and `column` start at 1; 0 when the source has no positions (TypeScript). */
export interface Source {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface GatewaySpec {
  readonly listeners: readonly ListenerSpec[]
  readonly admin: AdminSpec | null
  /** Folder for the store, the local authority and the admin token; absolute. */
  readonly dataFolder: string
  /** Networks whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id` are believed. */
  readonly trustedProxies: readonly string[]
  readonly limits: WireLimits
  readonly services: readonly ServiceSpec[]
  readonly identities: readonly IdentitySpec[]
  readonly roles: readonly RoleSpec[]
  readonly steps: readonly StepSpec[]
  readonly operations: readonly OperationSpec[]
  readonly log: readonly SinkSpec[]
  /** Number of data threads; 0 runs all in the main thread. */
  readonly dataThreads: number
  /** Between `/readyz` going off and the first `connection: close`. */
  readonly readinessLeadMs: number
  readonly drainTimeoutMs: number
  /** Reload when a configuration file changes. */
  readonly watch: boolean
  /** Every value that came from a reference: kept out of all output. */
  readonly secrets: readonly string[]
  /** Files the configuration was read from, absolute. */
  readonly files: readonly string[]
  /** What an inner block opens wider than its outer one: listed by `sallyport check`. */
  readonly opens: readonly Opening[]
}

export interface Opening {
  readonly what: string
  readonly source: Source
}

/** `host` '' means all interfaces. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface ListenerSpec {
  readonly name: string
  readonly address: Address
  readonly kind: 'gateway' | 'redirect' | 'ops'
  readonly tls: TlsSpec | null
  /** Clear text is served only to these balancers (networks), for requests they received over HTTPS. */
  readonly clearTextFrom: readonly string[]
  /** Null where clients are not asked for certificates. */
  readonly clientCertificates: ClientCertificatesSpec | null
  /** A host that no certificate covers: refused with 421, or served. */
  readonly misdirected: 'refuse' | 'serve'
  /** For `redirect`: the port that the redirect names (443 is left out of the address). */
  readonly redirectPort: number
  /** For `ops`. */
  readonly serve: readonly ('health' | 'metrics')[]
  /** `Strict-Transport-Security` value; '' sends none. */
  readonly hsts: string
  readonly source: Source
}

export interface TlsSpec {
  readonly profile: 'intermediate' | 'modern'
  /** Absolute paths. Empty with `local`. */
  readonly certificates: readonly { readonly cert: string; readonly key: string }[]
  /** Certificate from the gateway's own small authority in the data folder, for these names. */
  readonly local: readonly string[]
}

/** Headers by which balancers tell the certificate of their client. */
export const certificateHeaders = [
  'client-cert', // RFC 9440
  'x-forwarded-client-cert', // Envoy
  'x-forwarded-tls-client-cert', // Traefik
  'ssl-client-cert', // ingress-nginx
  'x-ssl-client-cert', // nginx
  'x-amzn-mtls-clientcert-leaf', // AWS, verify
  'x-amzn-mtls-clientcert', // AWS, passthrough
] as const
export type CertificateHeader = (typeof certificateHeaders)[number]

export interface ClientCertificatesSpec {
  /** Absolute paths. */
  readonly authorities: readonly string[]
  readonly crl: readonly string[]
  /** Connections, or requests of balancers, without a trusted certificate are refused. */
  readonly required: boolean
  /** Of listeners in clear text; null with TLS. */
  readonly header: CertificateHeader | null
  /** Where the files are named; where the block stands for lists that are not. */
  readonly sources: { readonly authorities: Source; readonly crl: Source }
}

export interface AdminSpec {
  readonly address: Address
  /** Networks that read `/metrics` without a token. */
  readonly openMetricsTo: readonly string[]
  /** Null for clear text. */
  readonly tls: TlsSpec | null
  /** Null where administrators are not asked for certificates. `header` is null. */
  readonly clientCertificates: ClientCertificatesSpec | null
  /** Which callers of which identity administer the gateway; the first rule that fits gives the role. */
  readonly callers: readonly AdminCallerRule[]
  readonly source: Source
}

/** Gives a role of the admin API to callers of an identity: by one of the lists. */
export interface AdminCallerRule {
  readonly identity: string
  readonly role: AdminRole
  /** What of the caller is compared. */
  readonly by: 'callers' | 'roles' | 'scopes'
  /** One of these is enough. */
  readonly anyOf: readonly string[]
}

export interface WireLimits {
  readonly requestLineBytes: number
  readonly headerCount: number
  readonly headerBytes: number
  /** Bytes of further requests held while one is being answered on the same connection. */
  readonly pipelinedBytes: number
  readonly handshakeTimeoutMs: number
  readonly handshakes: number
  /** From accept (or the last answer) to the first byte of a request. */
  readonly idleTimeoutMs: number
  /** From the first byte of a request to the end of its head. */
  readonly headTimeoutMs: number
  readonly bodyIdleTimeoutMs: number
  /** How long a client may leave an answer unread. */
  readonly sendTimeoutMs: number
  readonly connections: number
  readonly connectionsPerAddress: number
}

export interface ServiceSpec {
  readonly name: string
  readonly targets: readonly TargetSpec[]
  readonly timeouts: {
    readonly connectMs: number
    readonly responseMs: number
    readonly idleMs: number
    readonly totalMs: number
  }
  /** Of one data thread, to each target. */
  readonly connections: number
  readonly queue: number
  /** Idle connections are closed after this. */
  readonly keepAliveMs: number
  /** `client` passes the client's host on; `target` sends the target's own. */
  readonly hostHeader: 'client' | 'target'
  readonly tls: { readonly authorities: readonly string[]; readonly serverName: string | null }
  /** Link-local addresses and metadata services of clouds may be targets, also when a name resolves to them. */
  readonly allowMetadataAddress: boolean
  readonly source: Source
}

export interface TargetSpec {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  readonly basePath: string
}

export interface IdentitySpec {
  readonly name: string
  /** Name of the authenticate policy. */
  readonly type: string
  /** Its settings, as its schema parsed them. */
  readonly settings: unknown
  readonly source: Source
}

/** A role that the configuration gives, or that includes others. */
export interface RoleSpec {
  readonly name: string
  /** All roles that whoever has it has too, also those by way of others. */
  readonly includes: readonly string[]
  /** As `identity/id`. */
  readonly callers: readonly string[]
  /** One of these is enough; without a claim, every caller of the identity has it. */
  readonly when: readonly {
    readonly identity: string
    readonly claim: string | null
    readonly anyOf: readonly string[]
  }[]
  readonly source: Source
}

/** A configured policy other than an identity. Shared by all operations with the same settings from the same line. */
export interface StepSpec {
  readonly policy: string
  readonly settings: unknown
  readonly mode: 'enforce' | 'observe'
  /** Where it stands, for people: `apis.orders.cors`. */
  readonly where: string
  readonly source: Source
  /** `file:line` of parts of the settings, by their path with dots; empty for policies that do not ask for it. */
  readonly positions: Readonly<Record<string, string>>
}

export type Authentication =
  | { readonly kind: 'anonymous'; readonly reason: string; readonly source: Source }
  /** Any of the groups; all identities of a group. Names of identities. */
  | {
      readonly kind: 'required'
      readonly anyOf: readonly (readonly string[])[]
      /** The alternatives of the document's `security`; empty without a document, or where it says nothing. */
      readonly scopes: readonly ScopeAlternative[]
      readonly source: Source
    }

/** One alternative of a document's `security`, in names of identities. */
export interface ScopeAlternative {
  readonly identities: readonly string[]
  /** What it asks of which identity's caller. Those that are asked for nothing are left out. */
  readonly demands: readonly {
    readonly identity: string
    readonly names: readonly string[]
    /** For schemes without scopes the list may name roles (OpenAPI 3.1, Security Requirement Object). */
    readonly rolesToo: boolean
  }[]
}

export interface OperationSpec {
  readonly api: string
  /** operationId, or `METHOD /template`; `undeclared` for the operation that `undeclared: observe` adds. */
  readonly name: string
  /** `*` only for `undeclared: observe`. */
  readonly method: string
  /** Full public path template, prefix included, normal form: `/v1/orders/{orderId}`. `/v1/*` for undeclared ones. */
  readonly template: string
  /** Lower case; empty means every host. */
  readonly hosts: readonly string[]
  /** Index into `services`. */
  readonly service: number
  /** Whole leading segments removed from the path before it goes upstream ('' or `/v1`), decided before authorization. */
  readonly stripPrefix: string
  readonly addPrefix: string
  readonly authentication: Authentication
  /** Indices into `steps`. */
  readonly steps: readonly number[]
  readonly bodyBytes: number
  /** GET and HEAD may carry a body because the document declares one. */
  readonly bodyDeclared: boolean
  /** Longest answer stream: idle and total, in milliseconds. 0 is no limit. */
  readonly streamIdleMs: number
  readonly streamTotalMs: number
  readonly allowPath: readonly PathAllowance[]
  /** Header names with `_` or `.` that may pass, lower case. */
  readonly allowHeaderNames: readonly string[]
  /** `undeclared: observe` ends on this day (ISO date); null for declared operations. */
  readonly undeclaredUntil: string | null
  readonly source: Source
}

/** Classes of otherwise refused paths that an API may let through, unchanged in form. */
export type PathAllowance = 'semicolon' | 'encoded-slash' | 'double-slash' | 'encoded-percent'

export type SinkSpec =
  | { readonly type: 'stdout'; readonly format: 'auto' | 'json' | 'text' }
  | { readonly type: 'file'; readonly path: string; readonly format: 'json' | 'text' }
  | {
      readonly type: 'syslog'
      readonly secure: boolean
      readonly host: string
      readonly port: number
      readonly authorities: readonly string[]
    }
