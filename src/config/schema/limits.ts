import { z } from 'zod'
import { type DurationText, duration } from './duration.ts'
import { type SizeText, size } from './size.ts'
import { count } from './values.ts'

/** Section `limits` as written. */
export interface LimitsInput {
  requestLine?: SizeText | undefined
  headerCount?: number | undefined
  headers?: SizeText | undefined
  pipelined?: SizeText | undefined
  handshakeTimeout?: DurationText | undefined
  handshakes?: number | undefined
  idleTimeout?: DurationText | undefined
  headTimeout?: DurationText | undefined
  bodyIdleTimeout?: DurationText | undefined
  sendTimeout?: DurationText | undefined
  connections?: number | undefined
  connectionsPerAddress?: number | undefined
  body?: SizeText | undefined
}

/** Section `limits`, complete: milliseconds and bytes. */
export type Limits = { readonly [K in keyof LimitsInput]-?: number }

const KB = 1024
const MB = 1024 * KB

/** A limit of body bytes: 0 to 64 GB. */
export function bodySize(meaning: string): z.ZodType<number, SizeText> {
  return size(meaning, 0, 64 * 1024 * MB)
}

export const limits: z.ZodType<Limits, LimitsInput> = z.strictObject({
  requestLine: size('Longest request line.', 128, MB).prefault('8KB'),
  headerCount: count('Most header fields of a request.', 1, 10_000).default(100),
  headers: size('Most bytes of all header fields of a request.', 256, 16 * MB).prefault('32KB'),
  pipelined: size('Most bytes of further requests held while one is answered.', 0, 16 * MB).prefault('64KB'),
  handshakeTimeout: duration('Longest TLS handshake.').prefault('10s'),
  handshakes: count('Most TLS handshakes under way at once.', 1, 1_000_000).default(1000),
  idleTimeout: duration('Longest wait for the first byte of a request.').prefault('60s'),
  headTimeout: duration('From the first byte of a request to the end of its head.').prefault('10s'),
  bodyIdleTimeout: duration('Longest pause between two pieces of a request body.').prefault('10s'),
  sendTimeout: duration('How long a client may leave an answer unread.').prefault('30s'),
  connections: count('Most client connections at once.', 1, 10_000_000).default(20_000),
  connectionsPerAddress: count('Most client connections at once from one address.', 1, 10_000_000).default(
    1000,
  ),
  body: bodySize('Largest request body. An API or an operation may say another.').prefault('10MB'),
})
