import type { Algorithm } from '../../engines/jwt/algorithms.ts'
import type { Outgoing } from '../remote-settings.ts'

/** Settings of an `oidc` identity, complete. Plain data. */
export interface OidcSettings {
  readonly issuer: string
  /** Where the metadata are read. */
  readonly discovery: string
  readonly clientId: string
  /** Null for a public client. */
  readonly clientSecret: string | null
  /** Asked of the provider. */
  readonly requestScopes: readonly string[]
  /** Further parameters of the authorization request. */
  readonly parameters: Readonly<Record<string, string>>
  readonly algorithms: readonly Algorithm[]
  readonly clockToleranceSeconds: number
  /** Paths, as written. */
  readonly caller: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** Milliseconds without a request after which a session ends. */
  readonly idleMs: number
  /** Milliseconds after which it ends in any case. */
  readonly absoluteMs: number
  /** Path or address that browsers are sent to after the log-out; null for a page of the gateway or the provider. */
  readonly afterLogout: string | null
  /** Path before the pages of the identity; null for `/.sallyport/<identity>`. */
  readonly basePath: string | null
  readonly forwardToken: boolean
  readonly realm: string
  readonly outgoing: Outgoing
}

/** The provider and client that sessions belong to: those of another are not taken over. */
export function providerOf({ issuer, clientId }: OidcSettings): string {
  return JSON.stringify([issuer, clientId])
}
