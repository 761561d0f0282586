import type { Algorithm } from '../../../engines/jwt/algorithms.ts'
import type { FaultName } from '../../../engines/jwt/faults.ts'
import type { Claims } from '../../../gateway/facts.ts'

/** The providers whose tokens are known. */
export const presetNames = ['keycloak', 'entra', 'auth0', 'okta', 'cognito', 'google', 'firebase'] as const
export type PresetName = (typeof presetNames)[number]

/** Settings that only some presets have. */
export const presetKeys = ['tenant', 'region', 'userPool', 'project'] as const
export type PresetKey = (typeof presetKeys)[number]

/** What a preset derives from. */
export type PresetWritten = { readonly [key in PresetKey | 'issuer']?: string | undefined }

/** A mistake in the settings, at one of them. */
export interface PresetMistake {
  readonly key: PresetKey | 'issuer'
  readonly message: string
}

/** Why a token that is genuine is not accepted: it is of another kind, or what it says is not whole. */
export interface PresetRefusal {
  /** `wrong`: no token for here (401). `insufficient`: a new one would be the same (403). */
  readonly kind: 'wrong' | 'insufficient'
  /** For the operator: what happened and what to do. Constant words, nothing of the token. */
  readonly reason: string
}

/** What is known of a provider: where its keys are, how its tokens look, and what usually goes wrong. */
export interface Preset {
  /** Settings of `presetKeys` that it has. */
  readonly keys: readonly PresetKey[]
  /** The issuers accepted, that of the discovery document first. */
  issuers(written: PresetWritten): readonly string[] | PresetMistake
  /** Audiences where none are written. */
  audiences?(written: PresetWritten): readonly string[]
  /** True where access tokens have no `aud`: `clients` binds them instead. */
  readonly boundByClients: boolean
  readonly algorithms: readonly Algorithm[]
  /** Paths, as users write them. */
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** Claims that name the client, the first that is there counts. */
  readonly clientClaims: readonly string[]
  /** Looks at the claims of a proven token. */
  check?(claims: Claims): PresetRefusal | null
  /** The likely mistake behind a fault, in constant words. `claims` are not proven; null where there are none. */
  hint?(fault: FaultName, claims: Claims | null, token: string): string | null
}

/** The usual `issuers`: as written. */
export function writtenIssuer({ issuer }: PresetWritten): readonly string[] | PresetMistake {
  return issuer === undefined ? { key: 'issuer', message: missingIssuer } : [issuer]
}

const missingIssuer =
  'the issuer is missing\nWrite `issuer`, letter for letter what stands in `iss` of the tokens.'

/** Whether `aud` is or has this value. */
export function hasAudience(claims: Claims | null, audience: string): boolean {
  const found = claims?.['aud']
  return found === audience || (Array.isArray(found) && found.includes(audience))
}
