import type { Code } from '../codes.ts'

/** What a denial adds for the operator or the client, beyond its code. */
export interface DenyDetail {
  /** For the decision record only; never sent to the client, never a credential. */
  readonly reason?: string
  /** Response headers the denial needs, such as `www-authenticate` or `retry-after`. Names in lower case. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** A page for people in place of the problem document: ASCII, HTML, nothing of the request in it unescaped. */
  readonly page?: string
}

/** The request may go on. */
export interface Pass {
  readonly kind: 'pass'
  /** The rule that allowed it, with file and line, for `explain`. Made once a plan, never once a request. */
  readonly by?: string
}
/** Authenticate phase only: the request carries no credential of this kind. */
export interface Skip {
  readonly kind: 'skip'
  readonly headers?: DenyDetail['headers']
  /** There is a credential in this identity's place, and it names another: refused so if no identity takes it. */
  readonly otherwise?: Deny
  /** What a request without any credential is answered in place of a refusal: a browser is sent to log in. */
  readonly instead?: Answer
}
/** The request ends here. A refusal is a value and never shares a channel with an exception. */
export interface Deny {
  readonly kind: 'deny'
  readonly code: Code
  readonly detail: DenyDetail
}
/** The gateway answers by itself, and it is no refusal: a preflight, a way to the log-in. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** ASCII; '' for none. Nothing of the request goes in unescaped. */
  readonly body: string
}

export type Verdict = Pass | Skip | Deny | Answer

export const pass: Pass = Object.freeze({ kind: 'pass' })

/** A pass that names the rule behind it. Made in `setup`: one value serves every request. */
export function passBy(rule: string): Pass {
  return Object.freeze({ kind: 'pass', by: rule })
}

const noDetail: DenyDetail = Object.freeze({})

/** Refuses the request with a code that the policy declared under `denials`. */
export function deny(code: Code, detail: DenyDetail = noDetail): Deny {
  return { kind: 'deny', code, detail }
}

/** Skips, and names the challenge for `WWW-Authenticate` should every kind of credential be missing. */
export function skipWith(challenge: string): Skip {
  return { kind: 'skip', headers: [['www-authenticate', challenge]] }
}

/**
 * Skips a credential that names another issuer or identity. Another identity that reads the same place may take it;
 * if none does, the request is refused, also beside a right credential of another kind.
 */
export function notMine(otherwise: Deny): Skip {
  return { kind: 'skip', otherwise }
}

/** Answers in the place of the upstream. */
export function answer(status: number, headers: Answer['headers'], body = ''): Answer {
  return { kind: 'answer', status, headers, body }
}
