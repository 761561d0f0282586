import type { ApiInput, RulesInput } from './schema/apis.ts'
import type { DurationText } from './schema/duration.ts'
import type { LimitsInput } from './schema/limits.ts'
import type { AdminInput, ListenerInput } from './schema/listeners.ts'
import type { SinkInput } from './schema/log.ts'
import type { ServiceInput } from './schema/services.ts'

/** Blocks of policies: `S` names the policies that are settings, `R` those that are requirements. */
type Blocks<S extends string, R extends string> = { readonly [K in S]?: unknown } & {
  /** Requirements only add: what an outer block demands, every inner one demands too. */
  readonly require?: { readonly [K in R]?: unknown }
}

/** Rules of one operation, route or tag. */
export type RulesConfiguration<S extends string, R extends string> = RulesInput & Blocks<S, R>

/** One entry of `apis`. */
export type ApiConfiguration<S extends string, R extends string> = ApiInput &
  Blocks<S, R> & {
    readonly routes?: Readonly<Record<string, RulesConfiguration<S, R> | null>>
    readonly operations?: Readonly<Record<string, RulesConfiguration<S, R> | null>>
  }

/** A whole configuration as written in TypeScript. The keys are those of YAML. */
export type ConfigurationInput<S extends string, R extends string> = Blocks<S, R> & {
  readonly listeners: Readonly<Record<string, ListenerInput>>
  readonly admin?: AdminInput | 'off' | false
  readonly data?: string
  readonly trustedProxies?: readonly string[]
  readonly limits?: LimitsInput
  readonly services?: Readonly<Record<string, ServiceInput>>
  readonly identities?: Readonly<
    Record<string, { readonly type: string; readonly [setting: string]: unknown }>
  >
  readonly apis?: Readonly<Record<string, ApiConfiguration<S, R>>>
  readonly log?: readonly SinkInput[]
  readonly dataThreads?: number | 'auto'
  readonly readinessLead?: DurationText
  readonly drainTimeout?: DurationText
  readonly watch?: boolean
}

/**
 * Types a configuration file written in TypeScript: `export default defineConfig({ … })`. Returns what it is given;
 * everything is checked when it is loaded, as for YAML.
 */
export function defineConfig<S extends string, R extends string>(
  configuration: ConfigurationInput<S, R>,
): ConfigurationInput<S, R> {
  return configuration
}
