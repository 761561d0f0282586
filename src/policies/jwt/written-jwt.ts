import type { Algorithm } from '../../engines/jwt/algorithms.ts'
import type { WrittenProtectedResource } from '../protected-resource.ts'
import type { WrittenOutgoing } from '../remote-settings.ts'
import type { ClaimRule } from './claim-rules.ts'
import type { PresetName, PresetWritten } from './presets/preset.ts'

/** Settings of a `jwt` identity as users write them, with units read and defaults that hold for all providers. */
export interface WrittenJwt extends PresetWritten, WrittenOutgoing {
  readonly preset?: PresetName | undefined
  readonly discovery?: string | undefined
  readonly keys?:
    | {
        readonly url?: string | undefined
        readonly file?: string | undefined
        readonly inline?: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined
      }
    | undefined
  readonly audience?: string | readonly string[] | undefined
  readonly clients?: string | readonly string[] | undefined
  readonly algorithms?: readonly Algorithm[] | undefined
  readonly tokenType: 'any' | 'at+jwt'
  /** Milliseconds, as all times here. */
  readonly clockTolerance: number
  readonly maxLifetime?: number | undefined
  readonly caller: string
  readonly scopes?: string | readonly string[] | undefined
  readonly roles?: string | readonly string[] | undefined
  readonly require: readonly ClaimRule[]
  readonly from?: { readonly header: string } | undefined
  readonly realm: string
  readonly resource?: WrittenProtectedResource | undefined
  readonly forwardToken: boolean
  readonly cache: number
  readonly refresh: number
  readonly maxStale: number
}
