import { z } from 'zod'
import type { Policy } from '../../gateway/policy.ts'
import { type ApiBlock, apiBlock, policyShape, requireBlock } from './apis.ts'
import { duration } from './duration.ts'
import { type Limits, limits } from './limits.ts'
import { type AdminInput, admin, type ListenerInput, listener } from './listeners.ts'
import { type SinkInput, sink } from './log.ts'
import { type RoleInput, roles } from './roles.ts'
import { type ServiceBlock, service } from './services.ts'
import { flag, name, networks, text } from './values.ts'

/** A whole configuration as parsed. Blocks of policies stay as written. */
export interface Configuration {
  readonly listeners: Readonly<Record<string, ListenerInput>>
  readonly admin: AdminInput | 'off' | false
  readonly data?: string | undefined
  readonly trustedProxies: readonly string[]
  readonly limits: Limits
  readonly services: Readonly<Record<string, ServiceBlock>>
  readonly identities: Readonly<Record<string, { readonly type: string }>>
  readonly roles: Readonly<Record<string, RoleInput>>
  readonly apis: Readonly<Record<string, ApiBlock>>
  readonly log: readonly SinkInput[]
  readonly dataThreads: number | 'auto'
  readonly readinessLead?: number | undefined
  readonly drainTimeout: number
  readonly watch: boolean
}

/** The schema of everything that is no block of a policy. */
export function configurationSchema(policies: readonly Policy[]): z.ZodType<Configuration> {
  return z.strictObject({
    listeners: z.record(name, listener).meta({ description: 'Addresses the gateway answers on.' }),
    admin: admin.prefault({}),
    data: text('Folder of the gateway’s own data: keys, local authority, admin token.')
      .optional()
      .meta({ fallback: '`.sallyport` beside the first file' }),
    trustedProxies: networks(
      'Networks whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id` are believed.',
    ).default([]),
    limits: limits.prefault({}).meta({ description: 'What a client may send or hold.' }),
    log: z.array(sink).max(20).prefault(['stdout']).meta({ description: 'Where access records go.' }),
    dataThreads: z
      .union([z.literal('auto'), z.int().min(0).max(256)])
      .default('auto')
      .meta({ description: 'Threads that serve; `auto` is one a core, `0` serves in the main thread.' }),
    readinessLead: duration(
      'How long the gateway serves on after `/readyz` went off, so that balancers notice before clients do.',
    )
      .optional()
      .meta({ fallback: 'none' }),
    drainTimeout: duration('How long requests in flight may finish when the gateway stops.').prefault('30s'),
    watch: flag('Reload when a file of the configuration changes.').default(false),
    services: z.record(name, service).default({}).meta({ description: 'What stands behind the gateway.' }),
    identities: z
      .record(name, z.looseObject({ type: z.string() }))
      .default({})
      .meta({ description: 'Ways to prove who calls.', identities: true }),
    roles,
    require: requireBlock(policies).optional(),
    ...policyShape(policies, 'setting'),
    apis: z.record(name, apiBlock(policies)).default({}).meta({ description: 'What may be called.' }),
  }) as unknown as z.ZodType<Configuration>
}
