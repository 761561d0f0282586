import { z } from 'zod'
import { duration } from '../../config/schema/duration.ts'
import { headerName } from '../header-fields.ts'

/** Settings of `cors`. */
export interface CorsSettings {
  /** Origins whose pages may read answers, exactly as browsers send them, or only `*`. */
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  /** Request headers that pages may set. */
  readonly headers: readonly string[]
  /** Response headers that pages may read. */
  readonly expose: readonly string[]
  /** Whether browsers send cookies and client certificates along. Default false. */
  readonly credentials: boolean
  /** How long browsers keep a preflight's answer, in seconds; written with a unit. Default 10m. */
  readonly maxAge: number
}

/** Whether this is an origin in the one form in which browsers send it (RFC 6454 §6.2). */
function isOrigin(text: string): boolean {
  if (text === '*') return true
  const url = URL.parse(text)
  // A URL may hold `*`, and looks like a pattern then: there are none here.
  if (url === null || text.includes('*')) return false
  // Schemes without an origin of their own (`app://…` of web views) give `null` here: compared by their parts.
  if (url.origin !== 'null') return url.origin === text
  return url.host !== '' && text === `${url.protocol}//${url.host}`
}

const origin = z.string().max(300).refine(isOrigin, {
  error:
    'not an origin as browsers send it\nWrite scheme, host and any unusual port, in lower case, without a path: `https://app.example.com`.',
})

const maxAgeMeaning = "How long browsers keep a preflight's answer, up to 24h."

/** In seconds. Longer than any browser keeps it. */
const longest = 24 * 3600

const maxAge = duration(maxAgeMeaning)
  .transform((milliseconds) => Math.floor(milliseconds / 1000))
  .refine((seconds) => seconds <= longest, { error: 'no browser keeps it so long\nWrite at most `24h`.' })

/** Schema of the settings. */
export const settings: z.ZodType<CorsSettings> = z
  .strictObject({
    origins: z
      .array(origin)
      .min(1)
      .max(200)
      .describe(
        'Origins whose pages may read answers, compared exactly. `*` stands alone and means every page.',
      ),
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
      .min(1)
      .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .describe('Methods that pages may use. The operations of the API still decide which exist.'),
    headers: z
      .array(headerName)
      .max(100)
      .default(['Authorization', 'Content-Type'])
      .describe('Request headers that pages may set, beyond those that browsers always allow.'),
    expose: z.array(headerName).max(100).default([]).describe('Response headers that pages may read.'),
    credentials: z
      .boolean()
      .default(false)
      .describe('Whether browsers send cookies and client certificates along. Not with `*`.'),
    maxAge: maxAge.prefault('10m').describe(maxAgeMeaning),
  })
  .refine(({ origins }) => origins.length === 1 || !origins.includes('*'), {
    path: ['origins'],
    error: '`*` already means every origin\nWrite it alone, or write the origins.',
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    path: ['credentials'],
    error: 'every page of the web could act as the signed-in user\nWrite the origins instead of `*`.',
  })
