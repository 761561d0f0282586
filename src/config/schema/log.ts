import { z } from 'zod'
import { text } from './values.ts'

/** One entry of `log` as written. */
export type SinkInput =
  | string
  | { type: 'stdout'; format?: 'auto' | 'json' | 'text' | undefined }
  | { type: 'file'; path: string; format?: 'json' | 'text' | undefined }
  | {
      type: 'syslog'
      address: string
      tls?: boolean | undefined
      authorities?: readonly string[] | undefined
    }

export const sink: z.ZodType<SinkInput, SinkInput> = z.union([
  z.string().min(1).meta({
    description:
      '`stdout`, `stdout:json`, `file:./access.log`, `syslog+tcp://host:port`, `syslog+tls://host:port`.',
  }),
  z.strictObject({
    type: z.literal('stdout'),
    format: z
      .enum(['auto', 'json', 'text'])
      .optional()
      .meta({ description: '`auto`: text on a terminal, JSON elsewhere.', fallback: 'auto' }),
  }),
  z.strictObject({
    type: z.literal('file'),
    path: text('File, relative to the configuration file.'),
    format: z.enum(['json', 'text']).optional().meta({ description: 'Form of a line.', fallback: 'json' }),
  }),
  z.strictObject({
    type: z.literal('syslog'),
    address: text('`host:port` of the receiver (RFC 5424 over TCP).'),
    tls: z.boolean().optional().meta({ description: 'Whether the connection is TLS.', fallback: 'true' }),
    authorities: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Files (PEM) of the authorities to trust.' }),
  }),
])
