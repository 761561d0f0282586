import { z } from 'zod'
import { type DurationText, duration, optionalDuration } from './duration.ts'
import { count, flag, text } from './values.ts'

/** `timeouts` of a service as written. */
export interface TimeoutsInput {
  connect?: DurationText | undefined
  response?: DurationText | undefined
  idle?: DurationText | undefined
  total?: DurationText | 0 | undefined
  streamIdle?: DurationText | 0 | undefined
  streamTotal?: DurationText | 0 | undefined
}

/** One entry of `services` as written. */
export interface ServiceInput {
  targets: readonly string[]
  timeouts?: TimeoutsInput | undefined
  connections?: number | undefined
  queue?: number | undefined
  keepAlive?: DurationText | undefined
  hostHeader?: 'target' | 'client' | undefined
  tls?: { authorities?: readonly string[] | undefined; serverName?: string | undefined } | undefined
  allowMetadataAddress?: boolean | undefined
}

/** One entry of `services`, complete: milliseconds. */
export interface ServiceBlock {
  readonly targets: readonly string[]
  readonly timeouts: { readonly [K in keyof TimeoutsInput]-?: number }
  readonly connections: number
  readonly queue: number
  readonly keepAlive: number
  readonly hostHeader: 'target' | 'client'
  readonly tls: { readonly authorities: readonly string[]; readonly serverName?: string | undefined }
  readonly allowMetadataAddress: boolean
}

const timeouts: z.ZodType<ServiceBlock['timeouts'], TimeoutsInput> = z.strictObject({
  connect: duration('Until a target accepts the connection.').prefault('3s'),
  response: duration('From the request to the head of the answer.').prefault('15s'),
  idle: duration('Longest pause between two pieces of an answer.').prefault('30s'),
  total: optionalDuration('Whole exchange, of an answer that is no stream.').prefault(0),
  streamIdle: optionalDuration('Longest pause in an answer that streams (server-sent events).').prefault(
    '5m',
  ),
  streamTotal: optionalDuration('Longest answer that streams.').prefault(0),
})

export const service: z.ZodType<ServiceBlock, ServiceInput> = z.strictObject({
  targets: z
    .array(z.string())
    .min(1)
    .max(1000)
    .meta({ description: 'Addresses, `http://host:port/base` or `https://…`, used in turn.' }),
  timeouts: timeouts.prefault({}).meta({ description: 'Deadlines towards the targets.' }),
  connections: count('Most connections to each target, of each data thread.', 1, 100_000).default(256),
  queue: count('Most requests that wait for a connection, of each data thread.', 0, 1_000_000).default(1024),
  keepAlive: duration('Idle connections to a target are closed after this.').prefault('30s'),
  hostHeader: z
    .enum(['target', 'client'])
    .default('target')
    .meta({ description: '`Host` sent to the target: its own, or the one of the client.' }),
  tls: z
    .strictObject({
      authorities: z
        .array(z.string().min(1))
        .max(100)
        .default([])
        .meta({ description: 'Files (PEM) of the authorities to trust instead of the public ones.' }),
      serverName: text(
        'Name to verify and to ask for, when it differs from the host of the target.',
      ).optional(),
    })
    .prefault({})
    .meta({ description: 'TLS towards `https` targets. Always verified.' }),
  allowMetadataAddress: flag(
    'Lets a target be a link-local or cloud metadata address, which hands out credentials.',
  ).default(false),
})
