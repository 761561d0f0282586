import type { z } from 'zod'
import type { Code } from '../codes.ts'
import type { OperationSpec } from '../config/spec.ts'
import type { JsonPath, JsonValue } from '../engines/json/json.ts'
import type { NetworkSet } from '../engines/networks/network-set.ts'
import type { ControlHalf, ControlHost, ControlLink } from './control-half.ts'
import type { Caller, FactName, Facts } from './facts.ts'
import type { Phase, ResponsePhase } from './phases.ts'
import type { Verdict } from './verdict.ts'

/** A client certificate, read once a connection. */
export interface ClientCertificate {
  /** Why it is not trusted (chain, time, usage, revocation list), in words for the record; null when it is. */
  readonly problem: string | null
  /** SHA-256 of the certificate, base64url: `x5t#S256` of RFC 8705 §3.1. */
  readonly thumbprint: string
  /** The same in lower-case hex, as tools print it. */
  readonly fingerprint: string
  /** Distinguished name of the subject, RFC 4514 order and escapes. */
  readonly subject: string
  /** Common name of the subject; null when there is none, or several. */
  readonly commonName: string | null
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly emails: readonly string[]
  /** Lower-case hex without leading zeros. */
  readonly serial: string
  readonly issuer: string
  /** When it was valid from and is valid to, in seconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * The one canonical view of a request that router, policies, logs and upstream share. Everything in it was parsed
 * once and has one reading.
 */
export interface RequestView {
  readonly id: string
  /** Milliseconds since 1970, when its first byte was read: the time that decisions go by. */
  readonly startedAt: number
  /** Name of the API and of the operation that it was matched to; '' before that. */
  readonly api: string
  readonly operationName: string
  readonly method: string
  /** Lower case, without a port; '' for an HTTP/1.0 request without Host. */
  readonly host: string
  /** Path in normal form (still percent-encoded where RFC 3986 asks for it). */
  readonly path: string
  /** Query without `?`, in normal form; '' when there is none. */
  readonly query: string
  /** Address of the client after the trusted-proxy rule, in canonical text form. */
  readonly clientAddress: string
  readonly secure: boolean
  /** The certificate that the client showed, trusted or not; null when it showed none. */
  readonly clientCertificate: ClientCertificate | null
  /** The values of a path template's parameters, percent-decoded, in template order. */
  readonly pathParameters: readonly string[]
  readonly facts: Readonly<Facts>
  /** The request that this one is made for, where the gateway reads an object itself; else itself. */
  readonly origin: RequestView
  /** The value of a header, by its lower-case name. Several lines are joined by `, `. */
  header(name: string): string | undefined
  /** How many lines of this header the client sent. */
  headerCount(name: string): number
}

/** A body that was read whole, decoded, and has one reading. */
export interface JsonBody {
  readonly value: JsonValue
}

/** The answer of an upstream that was held back until it is decided (phase `authorize-answer`). */
export interface HeldAnswer {
  readonly status: number
  /** It has no body. */
  readonly empty: boolean
  /** Null for an answer without a body, or one that is not JSON with one reading. */
  readonly json: JsonBody | null
  /** Takes members of objects and elements of lists out of the body; all other bytes stay as they came. */
  remove(paths: readonly JsonPath[]): void
}

/** What the upstream answered to a read that the gateway made itself. */
export interface ObjectAnswer {
  readonly status: number
  readonly json: JsonBody | null
}

/** Reads the object of a request by the operation that `ObjectNeeds.readBy` names, as the same caller. */
export type ReadObject = () => Promise<ObjectAnswer>

/** An operation, as a policy sees it when the plan is made. */
export type OperationOutline = Pick<
  OperationSpec,
  'api' | 'name' | 'method' | 'template' | 'bodyDeclared' | 'authentication'
>

/** What deciding about the objects of one operation takes. */
export interface ObjectNeeds {
  /** `object` decides. */
  readonly object: boolean
  /** The body is read for it: what cannot be read and parsed is refused before it is called. */
  readonly body: boolean
  /**
   * Name of the operation of the same API that `read` calls: a GET whose template is this operation's or the leading
   * segments of it. Null where nothing is read.
   */
  readonly readBy: string | null
  /** `answer` decides: answers are held for it, up to 4 MiB. */
  readonly answer: boolean
}

/** Headers a policy changes. Names are lower case; values are checked for control characters when set. */
export interface HeaderEdit {
  get(name: string): string | undefined
  set(name: string, value: string): void
  append(name: string, value: string): void
  remove(name: string): void
}

/** What the `prepare` phase may change of the request towards the upstream. */
export interface UpstreamRequest {
  readonly headers: HeaderEdit
  /** Name of the service that it goes to. */
  readonly service: string
}

/** What the `respond` phase sees and may change of the answer towards the client. */
export interface ResponseView {
  readonly status: number
  readonly headers: HeaderEdit
  /** True when the gateway itself made the answer (a refusal, a preflight). */
  readonly local: boolean
}

/** Sets facts; a policy may set only those it declared under `writes`. */
export type FactSetter = <K extends FactName>(fact: K, value: NonNullable<Facts[K]>) => void

/** One API key as data threads know it: issued here and not revoked. */
export interface KeyRecord {
  readonly id: string
  /** Name of the identity that accepts it. */
  readonly identity: string
  /** The caller that it proves: with the scopes of the key, and its owner and labels as claims. */
  readonly caller: Caller
  /** The client addresses that it may be used from; null for all. */
  readonly networks: NetworkSet | null
  /** When it ends, in milliseconds since 1970; null for never. It may have passed: whoever asks judges. */
  readonly expires: number | null
  /** When it was issued, in seconds since 1970. */
  readonly issuedAt: number
  /** Notes that it was accepted at this time, in milliseconds since 1970. */
  used(now: number): void
}

/** A credential by what it can be revoked by; what it does not have is left out. */
export interface RevocableCredential {
  /** Name of the identity. */
  readonly identity: string
  /** `jti` of a token. */
  readonly token?: string | undefined
  /** `sub` of a token, or the id of a caller. */
  readonly subject?: string | undefined
  /** `sid` of a token or of a log-in. */
  readonly session?: string | undefined
  /** `kid` of the key that signed it. */
  readonly key?: string | undefined
  /** SHA-256 of a client certificate, lower-case hex. */
  readonly certificate?: string | undefined
  /** When it was issued, in seconds since 1970. */
  readonly issuedAt?: number | undefined
}

/** What was revoked, as data threads know it. */
export interface Revocations {
  /** Changes with each revocation: what was judged under another version is judged again. */
  readonly version: number
  /** Which revocation meets the credential, in words for the record (`the token was revoked`), or null. */
  find(credential: RevocableCredential): string | null
}

/** What a policy may use of the gateway. Narrow members, no service locator. */
export interface Host {
  /** Where the policy stands, for messages: `apis.orders.cors`. */
  readonly where: string
  /** Name of the configured instance (for identities the identity's name, else the policy's). */
  readonly instance: string
  /**
   * Looks an API key up by the keyed hash of what was presented; undefined for what is malformed, unknown or revoked.
   * Never throws.
   */
  findKey(presented: string): KeyRecord | undefined
  readonly revocations: Revocations
  /**
   * `file:line` of a part of the settings, of the whole where that part has no position. Only where the policy is
   * `located`.
   */
  sourceOf(at: readonly (string | number)[]): string
  /** To the half of this policy that runs on the control plane; of a policy without one, a link to nobody. */
  readonly control: ControlLink
}

/** A policy set up with one configuration, inside one plan of one data thread. */
export interface PolicyInstance {
  /** Decides. Synchronous wherever nothing must be awaited: it then allocates no promise. */
  request?(request: RequestView, set: FactSetter): Verdict | Promise<Verdict>
  /**
   * What `object` and `answer` have to do for this operation; asked once a plan, of every policy that has it, so that
   * what depends on the operation alone is decided before the first request. Without it `object` decides without a
   * body, wherever there is one of the two.
   */
  needs?(operation: OperationOutline): ObjectNeeds
  /** Called once every operation was asked about. Like `needs`, it throws what an operator must change. */
  ready?(): void
  /**
   * Whether it has anything to decide for this caller: where not, neither the body is read nor the answer held for it.
   * Default: always.
   */
  judges?(request: RequestView): boolean
  /** Decides about the object (phase `authorize-object`). `body` is null where the request has none, or none is read. */
  object?(request: RequestView, body: JsonBody | null, read: ReadObject): Verdict | Promise<Verdict>
  /** Decides about the upstream's answer before any of it leaves (phase `authorize-answer`). */
  answer?(request: RequestView, answer: HeldAnswer): Verdict | Promise<Verdict>
  /** For `explain --why-not`: the nearest rule that would allow, and what the request lacks for it. */
  whyNot?(request: RequestView): string | null
  /** Edits the request on its way to the upstream (phase `prepare`); of an identity, wherever it is asked for. */
  prepare?(request: RequestView, upstream: UpstreamRequest): void
  /** Serves a page that `Policy.endpoints` names. `body` is that of a POST, whole. */
  serve?(request: RequestView, body: Buffer): Verdict | Promise<Verdict>
  /** Edits the answer (phase `respond`). */
  respond?(request: RequestView, response: ResponseView): void
  close?(): void
}

/** A remark about settings. `at` is where in them. */
export interface SettingsFinding {
  readonly at: readonly (string | number)[]
  readonly message: string
  readonly remedy: string
}

/** A kind of policy. Life cycle: `config` parses → `setup` once a plan → calls a request → `close` with the plan. */
export interface Policy<C = unknown> {
  /** The key users write, and the name of its folder. */
  readonly name: string
  readonly phases: readonly (Phase | ResponsePhase)[]
  /**
   * Where users write it. `identity`: an entry of `identities` whose `type` is this name. `requirement`: under
   * `require`, where each level only adds. `setting`: a key of its own, which an inner block may replace.
   */
  readonly place: 'identity' | 'requirement' | 'setting'
  /** Settings that hold where nobody configured the policy. Without it, an unconfigured policy is absent. */
  readonly implicit?: C
  /**
   * Says in one sentence what `inner` opens wider than `outer` did, or null. A requirement opens nothing that another
   * one closes: it is asked without `outer`, and tells where it asks for nothing.
   */
  opens?(outer: C | undefined, inner: C): string | null
  /** Whom it is hardened against. */
  readonly facing: 'untrusted-client' | 'trusted-operator'
  /** What a throw, a rejection or a timeout of `request` means. No default, on purpose. */
  readonly onError: 'deny' | 'pass'
  /** Milliseconds an asynchronous `request` may take. Default 1000. */
  readonly timeout?: number
  readonly reads: readonly FactName[]
  /** Facts it uses where a policy wrote them: an operation where nobody writes them still loads. */
  readonly mayRead?: readonly FactName[]
  readonly writes: readonly FactName[]
  /** For `identity`: browsers never send its credential by themselves (`Caller.ambient` is always false). */
  readonly neverAmbient?: true
  /** Its pass means that a proven caller may act: an operation with it has an authorization decision. */
  readonly authorizes?: true
  /** What it demands depends on the operation or the path, also where one block holds for several. */
  readonly varies?: true
  /** `Host.sourceOf` knows the lines of its settings. */
  readonly located?: true
  /** What of settings that load can never matter, or will surprise: told by `sallyport check`. */
  findings?(config: C): readonly SettingsFinding[]
  /** Identities that the settings name: one that is not there is refused, since it would never match. */
  identities?(config: C): readonly { readonly at: readonly (string | number)[]; readonly name: string }[]
  /** Only acts on ambient callers: left out of operations that have none. */
  readonly ambientOnly?: true
  /** Names (lower case) of headers it may set towards the upstream: removed from what clients send, always. */
  upstreamHeaders?(config: C): readonly string[]
  /** Names of headers that are removed from what clients send where an operation has it: those of its credential. */
  consumedHeaders?(config: C): readonly string[]
  /**
   * For `identity`: the place that the credential is read from, such as `authorization`. Identities with one place may
   * leave a credential to each other by `notMine`. Default: the name of the policy.
   */
  credential?(config: C): string
  /**
   * For `identity`: paths that the instance serves itself on every host, in normal form. No operation may have one.
   */
  endpoints?(
    config: C,
    instance: string,
  ): readonly { readonly path: string; readonly methods: readonly ('GET' | 'POST')[] }[]
  /**
   * Gives the settings with absolute paths in place of those written, which are relative to the file they stand in.
   * `absolute` is told where in the settings the path stands, and reports a file that cannot be read.
   */
  files?(config: C, absolute: (at: readonly (string | number)[], written: string) => string): C
  /** The half on the control plane, for what the data path must never do itself: calls to others, keeping files. */
  control?(config: C, host: ControlHost): ControlHalf
  /**
   * Where all places share one half on the control plane: its name, which says all of the settings that the half
   * depends on. Default: each place has its own, which a change of its settings ends.
   */
  sharedControl?(config: C): string
  readonly config: z.ZodType<C>
  readonly denials: readonly Code[]
  setup(config: C, host: Host): PolicyInstance
}

/** What tells the half on the control plane from others: its place with its settings, or the name that places share. */
export function placeOfControl(
  policy: Policy,
  where: string,
  settings: unknown,
): readonly [where: string, settings: unknown] {
  const shared = policy.sharedControl?.(settings)
  return shared === undefined ? [where, settings] : [shared, null]
}

/** Defines a policy: gives its configuration type to `setup`, and freezes it. */
export function definePolicy<C>(policy: Policy<C>): Policy<C> {
  return Object.freeze(policy)
}
