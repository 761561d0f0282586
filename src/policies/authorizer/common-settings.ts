import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { type DurationText, optionalDuration } from '../../config/schema/duration.ts'
import { headerName, requestHeaderName } from '../header-fields.ts'

const callerParts = ['id', 'identity', 'roles', 'scopes'] as const
/** A part of a proven caller that is shown by name. */
export type CallerPart = (typeof callerParts)[number]

/** What an authorizer is shown beside method, host, path and the operation. */
export interface Show {
  /** Lower-case names. */
  readonly headers: readonly string[]
  readonly query: boolean
  readonly clientAddress: boolean
  readonly caller: readonly CallerPart[]
  /** Paths of claims. */
  readonly claims: readonly string[]
}

/** What every kind of authorizer has, complete. */
export interface CommonSettings {
  readonly show: Show
  /** Headers that the authorizer sets by their names, in lower case. */
  readonly upstreamHeaders: readonly string[]
  /** Names of context values with the header, in lower case, that each is passed on in. */
  readonly context: Readonly<Record<string, string>>
  /** How long an allowing answer is believed, in milliseconds; 0 asks for each request. */
  readonly rememberMs: number
  /** `WWW-Authenticate` where the authorizer asks for another credential. */
  readonly challenge: string
  /** How long one decision may take, in milliseconds. */
  readonly timeoutMs: number
}

/** The same as it is written. */
export interface WrittenShow {
  readonly headers?: string[] | undefined
  readonly query?: boolean | undefined
  readonly clientAddress?: boolean | undefined
  readonly caller?: CallerPart[] | undefined
  readonly claims?: string[] | undefined
}

/** The common settings as they stand in a schema. */
export interface WrittenCommon {
  readonly show: Show
  readonly upstreamHeaders: readonly string[]
  readonly context: Readonly<Record<string, string>>
  readonly remember: number
  readonly challenge: string
}

const lowerCase = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())
const lowered = requestHeaderName.transform((name) => name.toLowerCase())

const show: z.ZodType<Show, WrittenShow | undefined> = z
  .strictObject({
    headers: z
      .array(headerName)
      .max(50)
      .describe('Names of request headers, credentials only where they are named.')
      .default([])
      .transform(lowerCase),
    query: z.boolean().describe('The query.').default(true),
    clientAddress: z
      .boolean()
      .describe('The client address, after the rule for trusted proxies.')
      .default(true),
    caller: z
      .array(z.enum(callerParts))
      .describe('Parts of the proven caller: `id`, `identity`, `roles`, `scopes`.')
      .default([...callerParts]),
    claims: z.array(claimPath).max(50).describe('Paths of claims of the caller.').default([]),
  })
  .prefault({})
  .describe('What the authorizer is shown beside method, host, path, path parameters and the operation.')

/** The shape of the common settings, for the `strictObject` of a kind. */
export const commonShape: {
  readonly show: z.ZodType<Show, WrittenShow | undefined>
  readonly upstreamHeaders: z.ZodType<readonly string[], string[] | undefined>
  readonly context: z.ZodType<Readonly<Record<string, string>>, Record<string, string> | undefined>
  readonly remember: z.ZodPrefault<z.ZodType<number, DurationText | 0>>
  readonly challenge: z.ZodType<string, string | undefined>
} = {
  show,
  upstreamHeaders: z
    .array(lowered)
    .max(50)
    .describe('Headers that the authorizer may set towards the service. Clients never can.')
    .default([]),
  context: z
    .record(z.string().min(1).max(200), lowered)
    .describe(
      'Context values that are passed on: name of the value, name of the header. Clients never can set these.',
    )
    .default({}),
  remember: optionalDuration(
    'How long an allowing answer is believed for requests that look the same in all that is shown, never beyond `exp` of the caller; `0` asks for each request.',
  )
    .refine((value) => value <= 3600_000, { error: 'the time is too long\nWrite at most `1h`.' })
    .prefault('10s'),
  challenge: z
    .string()
    .max(1000)
    .regex(
      /^[A-Za-z][\x20-\x7e]*[\x21-\x7e]$/,
      'not a challenge\nWrite a scheme and its parameters, such as `Bearer realm="api"`.',
    )
    .describe(
      '`WWW-Authenticate` of the 401 that is answered where the authorizer asks for another credential.',
    )
    .default('Bearer realm="api"'),
}

/** The common settings, complete. */
export function commonOf({ remember, ...rest }: WrittenCommon, timeoutMs: number): CommonSettings {
  const { show, upstreamHeaders, context, challenge } = rest
  return { show, upstreamHeaders, context, challenge, rememberMs: remember, timeoutMs }
}

/** Names of all headers that an authorizer with these settings may set. */
export function headersSet({ upstreamHeaders, context }: CommonSettings): readonly string[] {
  return [...new Set([...upstreamHeaders, ...Object.values(context)])]
}
