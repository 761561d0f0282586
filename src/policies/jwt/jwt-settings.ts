import type { Algorithm } from '../../engines/jwt/algorithms.ts'
import type { ProtectedResource } from '../protected-resource.ts'
import type { Outgoing } from '../remote-settings.ts'
import type { ClaimRule } from './claim-rules.ts'
import type { PresetName } from './presets/preset.ts'

/** Where the keys of the issuer come from. */
export type KeyOrigin =
  | { readonly kind: 'discovery'; readonly url: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly file: string }
  | {
      readonly kind: 'inline'
      readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
    }

/** Settings of a `jwt` identity, complete: nothing is filled in later. Plain data. */
export interface JwtSettings {
  readonly preset: PresetName | null
  /** Accepted values of `iss`; the first is that of the metadata. */
  readonly issuers: readonly [string, ...string[]]
  readonly origin: KeyOrigin
  /** Null where `clients` binds the tokens. */
  readonly audiences: readonly string[] | null
  /** Null for all. */
  readonly clients: readonly string[] | null
  readonly algorithms: readonly Algorithm[]
  /** Keys are shared secrets. */
  readonly symmetric: boolean
  readonly rfc9068: boolean
  readonly clockToleranceSeconds: number
  readonly maxLifetimeSeconds: number | null
  /** Paths, as written. */
  readonly caller: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly require: readonly ClaimRule[]
  /** Lower-case name of the header with the bare token; null for `Authorization: Bearer`. */
  readonly header: string | null
  readonly realm: string
  /** What is published about the API; null for nothing. */
  readonly resource: ProtectedResource | null
  readonly forwardToken: boolean
  /** Bytes; 0 for none. */
  readonly cacheBytes: number
  readonly refreshMs: number
  readonly maxStaleMs: number
  readonly outgoing: Outgoing
}
