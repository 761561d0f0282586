/** The caller as an authorizer is shown it: what `show.caller` and `show.claims` name, and nothing else. */
export interface ShownCaller {
  readonly id?: string
  readonly identity?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  /** Claims by their path as it is written in `show.claims`; those that the caller has not are left out. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * What an authorizer is shown of a request: plain data, all of it declared in the settings. A decision is remembered
 * under all of this, so nothing that differs between two requests may reach an authorizer past it.
 */
export interface ShownRequest {
  readonly api: string
  /** Name of the operation, and the template of its path. */
  readonly operation: string
  readonly route: string
  readonly method: string
  readonly host: string
  /** In normal form, percent-encoded where RFC 3986 asks for it. */
  readonly path: string
  /** Without `?`; '' where there is none, or where it is not shown. */
  readonly query: string
  /** Percent-decoded, by the names in the template. */
  readonly pathParameters: Readonly<Record<string, string>>
  /** Lower-case names; those that the request has not are left out. */
  readonly headers: Readonly<Record<string, string>>
  /** Null where it is not shown. */
  readonly clientAddress: string | null
  readonly secure: boolean
  /** Null where nobody is proven, or nothing of the caller is shown. */
  readonly caller: ShownCaller | null
}

/** One question to an authorizer. The two members beside what is shown tell requests apart and decide nothing. */
export interface AuthorizerEvent {
  readonly requestId: string
  /** When the request came, in milliseconds since 1970. */
  readonly at: number
  readonly shown: ShownRequest
}

/** What an authorizer decided. Nothing of it is believed to be well-formed beyond its types. */
export interface AuthorizerAnswer {
  readonly allow: boolean
  /** For the decision record only. */
  readonly reason?: string
  /** Values by name, of which `context` of the settings passes some on in headers. */
  readonly context: Readonly<Record<string, string>>
  /** Headers by lower-case name, of which those in `upstreamHeaders` of the settings are passed on. */
  readonly upstreamHeaders: Readonly<Record<string, string>>
  /** 401 says that the request proves nobody, as another credential might. Default: 403. */
  readonly denyStatus?: 401 | 403
  /** How long the answer holds, in milliseconds. It may shorten `remember`, never lengthen it. */
  readonly ttlMs?: number
}

/** The authorizer did not decide. The message is for the operator, without text of the authorizer's own. */
export class AuthorizerFailure extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AuthorizerFailure'
  }
}

/** One kind of authorizer. It lives on the control plane, in the half of its policy. */
export interface AuthorizerBackend {
  /** Rejects with an `AuthorizerFailure` where there is no decision, which refuses the request. */
  decide(event: AuthorizerEvent): Promise<AuthorizerAnswer>
  /** Ends what it holds. Called once. */
  close?(): void
}
