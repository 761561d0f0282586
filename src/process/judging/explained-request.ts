/** One step of an explanation. */
export interface ExplainedStep {
  readonly phase: string
  readonly policy: string
  /** `pass`, `deny`, …, `not reached`, `needs the object`, or `applies` for edits of headers. */
  readonly verdict: string
  readonly where: string
  readonly source: string
  /** The rule by which it allowed, with file and line; null where the policy has one answer only. */
  readonly rule: string | null
}

/** What decided. */
export interface DecidingRule {
  readonly policy: string
  /** With file and line. */
  readonly rule: string
}

/** Who the request comes from, as far as it is proven or assumed. */
export interface ExplainedCaller {
  readonly scopes: readonly string[]
  /** With those that the section `roles` gives. */
  readonly roles: readonly string[]
}

/** What would happen to a request, and which line of the configuration says so. */
export interface ExplainedRequest {
  readonly method: string
  readonly path: string
  readonly api: string | null
  readonly operation: string | null
  readonly declaredAt: string | null
  readonly steps: readonly ExplainedStep[]
  /** `allow`, `deny`, `answer`, `error`; `needs-object` and `needs-body` where these were not told. */
  readonly verdict: string
  readonly status: number | null
  readonly code: string | null
  readonly reason: string | null
  readonly help: string | null
  readonly caller: string | null
  readonly callerHas: ExplainedCaller | null
  /** The rules that allowed, or the step that denied. */
  readonly decidedBy: readonly DecidingRule[]
  /** The nearest rule that would allow; null where it was not asked for, or none is known. */
  readonly whyNot: string | null
  readonly upstream: string | null
}
