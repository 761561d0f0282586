import { z } from 'zod'

/**
 * Headers that belong to one connection (RFC 9110 §7.6.1), frame the message, or name its target. A policy that
 * could set or remove them could smuggle a second request or contradict the routing decision.
 */
const reservedNames: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * A header name in configuration. Narrower than a token of RFC 9110 §5.6.2: `_` and `.` are read as `-` by many
 * services (T19), and `*` would be taken for a wildcard where there is none.
 */
export const headerName: z.ZodType<string, string> = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'not a header name\nWrite letters, digits and `-`, such as `X-Api-Key`.')
  .refine((name) => !reservedNames.has(name.toLowerCase()), {
    error:
      'the header frames the message or belongs to the connection\nLeave it out: only the gateway writes it.',
  })

/** What the gateway itself writes towards the upstream: another value would lie about every client. */
const gatewayRequestNames: ReadonlySet<string> = new Set([
  'forwarded',
  'traceparent',
  'tracestate',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
])

/** The name of a header that a policy writes or removes towards the upstream. */
export const requestHeaderName: z.ZodType<string, string> = headerName.refine(
  (name) => !gatewayRequestNames.has(name.toLowerCase()),
  { error: 'the gateway writes this header itself, from what it knows of the request\nLeave it out.' },
)

/**
 * A header value in configuration: visible ASCII, spaces and tabs inside (RFC 9110 §5.5). A CR or LF would start
 * another header or request (T26). The message never repeats the value, which may be a secret.
 */
export const headerValue: z.ZodType<string, string> = z
  .string()
  .max(4096)
  .regex(
    /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/,
    'not a header value\nWrite visible ASCII characters without line breaks, spaces only inside.',
  )
