import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { optionalDuration } from '../../config/schema/duration.ts'
import { line, secretAddress } from '../provider-fields.ts'
import { realm } from '../realm.ts'
import { outgoingOf, outgoingShape } from '../remote-settings.ts'
import type { IntrospectionSettings } from './introspection-settings.ts'

const written = z.strictObject({
  endpoint: secretAddress.describe('Address of the introspection endpoint (RFC 7662).'),
  clientId: line.describe('The gateway’s own client id at the provider.'),
  clientSecret: line.describe('Its secret, best from a file. Sent by `client_secret_basic`.'),
  audience: z
    .union([z.literal(false), line, z.array(line).min(1).max(100)])
    .describe(
      '`aud` of the answer: one of these. `false` where the provider names none, and answers this client about tokens for this API only.',
    ),
  issuer: line.describe('`iss` of the answer. Default: not looked at.').optional(),
  tokens: z
    .enum(['opaque', 'any'])
    .describe(
      '`opaque`: tokens that have the form of a JWT are left to `jwt` identities. `any`: all are asked about.',
    )
    .default('opaque'),
  caller: claimPath.describe('Path of the member that names the caller.').default('sub'),
  scopes: claimPath
    .describe('Path of the member with scopes: a list, or a text with spaces between.')
    .default('scope'),
  roles: claimPath.describe('Path of the member with roles. Default: none.').optional(),
  remember: optionalDuration(
    'How long an active answer is believed, never beyond `exp`; `0` asks for each request. A token that the provider revokes lives on for so long.',
  )
    .refine((value) => value <= 3600_000, { error: 'the time is too long\nWrite at most `1h`.' })
    .prefault('10s'),
  realm,
  forwardToken: z
    .boolean()
    .describe(
      'Passes the token on to the service, which can then use it elsewhere in the name of the caller.',
    )
    .default(false),
  ...outgoingShape,
})

/** The schema of an `introspection` identity. */
export const introspectionSettings: z.ZodType<IntrospectionSettings> = written.transform(
  ({ audience, issuer, tokens, scopes, roles, remember, authorities, proxy, timeout, ...rest }) => ({
    ...rest,
    scopes: [scopes],
    audiences: audience === false ? null : [audience].flat(),
    issuer: issuer ?? null,
    jwts: tokens === 'any',
    roles: roles === undefined ? [] : [roles],
    rememberMs: remember,
    outgoing: outgoingOf({ authorities, proxy, timeout }),
  }),
)
