import { z } from 'zod'
import { type DurationText, duration } from '../config/schema/duration.ts'
import type { RemoteSettings } from '../gateway/control-half.ts'

/** How a policy reaches others: provider, authorizer, introspection endpoint. */
export interface Outgoing extends RemoteSettings {
  /** For a whole call, in milliseconds. */
  readonly timeoutMs: number
}

/** The settings as they stand in a schema. */
export interface WrittenOutgoing {
  readonly authorities: readonly string[]
  readonly proxy?: string | undefined
  readonly timeout: number
}

/** A time between two others, ends included. `least` and `most` are written as in configuration. */
export function durationBetween(
  meaning: string,
  [least, leastMs]: readonly [DurationText, number],
  [most, mostMs]: readonly [DurationText, number],
): z.ZodType<number, DurationText> {
  return duration(meaning).refine((value) => value >= leastMs && value <= mostMs, {
    error: `the time is out of range\nWrite between \`${least}\` and \`${most}\`.`,
  })
}

/** The shape of outgoing settings, for the `strictObject` of a policy. */
export const outgoingShape: {
  readonly authorities: z.ZodDefault<z.ZodType<readonly string[], readonly string[]>>
  readonly proxy: z.ZodOptional<z.ZodType<string, string>>
  readonly timeout: z.ZodPrefault<z.ZodType<number, DurationText>>
} = {
  authorities: z
    .array(z.string().min(1).max(4096))
    .max(100)
    .describe('PEM files of the authorities that its certificate is checked by, in place of the system’s.')
    .default([]),
  proxy: z
    .url({
      protocol: /^https?$/,
      error: 'not the address of a proxy\nWrite `http://HOST:PORT` or `https://HOST:PORT`.',
    })
    .max(2048)
    .describe('Address of the proxy that calls go through. Environment variables are not read.')
    .optional(),
  timeout: durationBetween('Longest time of one call.', ['100ms', 100], ['60s', 60_000]).prefault('10s'),
}

/** The settings with paths as written. */
export function outgoingOf(written: WrittenOutgoing): Outgoing {
  return {
    authorities: written.authorities,
    proxy: written.proxy ?? null,
    timeoutMs: written.timeout,
  }
}

/** The settings with absolute paths; for `files` of a policy. */
export function outgoingFiles(
  outgoing: Outgoing,
  absolute: (at: readonly (string | number)[], written: string) => string,
): Outgoing {
  const { authorities } = outgoing
  return { ...outgoing, authorities: authorities.map((file, at) => absolute(['authorities', at], file)) }
}
