import type { Outgoing } from '../remote-settings.ts'
import type { WrittenCallerPaths } from '../token-caller.ts'

/** Settings of an `introspection` identity, complete. */
export interface IntrospectionSettings extends WrittenCallerPaths {
  /** Address of the introspection endpoint. */
  readonly endpoint: string
  readonly clientId: string
  readonly clientSecret: string
  /** `aud` has to hold one of these; null where the answer says none and the endpoint answers for one resource only. */
  readonly audiences: readonly string[] | null
  /** `iss` of the answer, where it has one; null for any. */
  readonly issuer: string | null
  /** Whether tokens that look like JWTs are asked about too. Default: they are left to `jwt` identities. */
  readonly jwts: boolean
  /** How long an active answer is believed, in milliseconds; 0 asks for each request. */
  readonly rememberMs: number
  readonly realm: string
  readonly forwardToken: boolean
  readonly outgoing: Outgoing
}
