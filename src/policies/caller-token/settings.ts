import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { duration } from '../../config/schema/duration.ts'
import { parseClaimPath } from '../../engines/claims/claim-path.ts'
import type { SigningAlgorithm } from '../../engines/jwt-signing/signing-key.ts'
import { requestHeaderName } from '../header-fields.ts'

/** Settings of `caller-token`. */
export interface CallerTokenSettings {
  /** Header that carries the token. Default `X-Caller-Token`. */
  readonly header: string
  /** Default `ES256`. */
  readonly algorithm: SigningAlgorithm
  /** Value of `iss`. Default `sallyport`. */
  readonly issuer: string
  /** Value of `aud`. Default: the name of the service that the request goes to. */
  readonly audience?: string | undefined
  /** From `iat` to `exp`, in seconds; written with a unit. Default 60s. */
  readonly lifetime: number
  /** Paths of claims that go along. */
  readonly claims: readonly string[]
  /** Plain headers: name → what it tells. */
  readonly headers: Readonly<Record<string, string>>
}

/** Headers with a meaning of their own: services take them for the client's. */
const takenNames: ReadonlySet<string> = new Set(['authorization', 'cookie', 'set-cookie', 'origin'])

const header = requestHeaderName.refine((name) => !takenNames.has(name.toLowerCase()), {
  error: 'the header has a meaning of its own\nWrite another one, such as `X-Caller-Token`.',
})

/** Shown to operators and compared by services: visible ASCII is enough, and has one spelling. */
const name = z
  .string()
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'not a name\nWrite visible ASCII characters without spaces.')

/** In front of the path of a claim, where other things of a caller can stand too. */
export const claimPrefix = 'claims.'

const plainSource = z.union([
  z.enum(['id', 'identity', 'scopes', 'roles']),
  z
    .string()
    .refine(
      (text) => text.startsWith(claimPrefix) && parseClaimPath(text.slice(claimPrefix.length)) !== null,
      {
        error:
          'not known of a caller\nWrite `id`, `identity`, `scopes`, `roles`, or a claim: `claims.email`.',
      },
    ),
])

const lifetimeMeaning = 'How long a token is valid, 10s to 10m. It is renewed when half of that has passed.'

const lifetime = duration(lifetimeMeaning)
  .transform((milliseconds) => Math.floor(milliseconds / 1000))
  .refine((seconds) => seconds >= 10, { error: 'clocks differ by more\nWrite at least `10s`.' })
  .refine((seconds) => seconds <= 600, { error: 'a stolen token would live too long\nWrite at most `10m`.' })

/** Names differ by more than case: which one arrives would depend on an order. */
function eachOnce({ header, headers }: CallerTokenSettings): boolean {
  const names = [header, ...Object.keys(headers)].map((one) => one.toLowerCase())
  return new Set(names).size === names.length
}

/** Schema of the settings. */
export const settings: z.ZodType<CallerTokenSettings> = z
  .strictObject({
    header: header
      .default('X-Caller-Token')
      .describe('Header that carries the token. What clients send under this name is removed.'),
    algorithm: z
      .enum(['ES256', 'EdDSA'])
      .default('ES256')
      .describe('Algorithm of the signature: `ES256` or `EdDSA` (Ed25519).'),
    issuer: name.default('sallyport').describe('Value of `iss`, by which services know this gateway.'),
    audience: name
      .optional()
      .describe('Value of `aud`. Without it: the name of the service that the request goes to.'),
    lifetime: lifetime.prefault('60s').describe(lifetimeMeaning),
    claims: z
      .array(claimPath)
      .max(50)
      .default([])
      .describe('Claims of the credential that go along: `email`, or `address.country` for an inner one.'),
    headers: z
      .record(header, plainSource)
      .default({})
      .describe(
        'Plain headers beside the token: name to `id`, `identity`, `scopes`, `roles` or `claims.<path>`.',
      ),
  })
  .refine(eachOnce, { error: 'a header is named twice\nGive each a name of its own.' })
