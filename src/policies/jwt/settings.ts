import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { optionalDuration } from '../../config/schema/duration.ts'
import { size } from '../../config/schema/size.ts'
import { algorithms } from '../../engines/jwt/algorithms.ts'
import { headerName } from '../header-fields.ts'
import { protectedResource } from '../protected-resource.ts'
import { address, line, oneOrMore } from '../provider-fields.ts'
import { realm } from '../realm.ts'
import { durationBetween, outgoingShape } from '../remote-settings.ts'
import { claimRule } from './claim-rules.ts'
import { complete } from './complete.ts'
import type { JwtSettings } from './jwt-settings.ts'
import { presetNames } from './presets/preset.ts'

/** A JWK (RFC 7517 §4): what may stand in it is judged by the engine. */
const jwk = z.record(z.string(), z.unknown())

const keys = z
  .strictObject({
    url: address.describe('Address of the key set (JWKS).').optional(),
    file: z
      .string()
      .min(1)
      .max(4096)
      .describe('File with a key set, or with public keys or certificates in PEM.')
      .optional(),
    inline: z
      .strictObject({ keys: z.array(jwk).min(1).max(100).describe('The keys, as JWK.') })
      .describe('The key set itself.')
      .optional(),
  })
  .refine((written) => Object.values(written).filter((value) => value !== undefined).length === 1, {
    error: 'keys have one source\nWrite one of `url`, `file` and `inline`.',
  })

/** Settings of a `jwt` identity as users write them. */
const written = z.strictObject({
  preset: z
    .enum(presetNames)
    .describe('Provider whose tokens these are: sets what is usual there.')
    .optional(),
  issuer: line.describe('`iss` of the tokens, letter for letter. Some presets derive it.').optional(),
  tenant: z.string().describe('Entra: the directory id.').optional(),
  region: z.string().describe('Cognito: the region.').optional(),
  userPool: z.string().describe('Cognito: the id of the user pool.').optional(),
  project: z.string().describe('Firebase: the id of the project.').optional(),
  discovery: address
    .describe(
      'Where the metadata of the provider are read, where that is not below `issuer`. `/.well-known/openid-configuration` is added when missing.',
    )
    .optional(),
  keys: keys.describe('Where the keys come from, in place of discovery.').optional(),
  audience: oneOrMore(line)
    .describe('`aud` of the tokens: one of these. Required, unless `clients` binds them (Cognito).')
    .optional(),
  clients: oneOrMore(line).describe('Clients whose tokens are accepted. Default: all.').optional(),
  algorithms: z
    .array(z.enum(algorithms))
    .min(1)
    .describe(
      'Algorithms of signatures that are accepted; what the token says chooses none. Default: by preset.',
    )
    .optional(),
  tokenType: z
    .enum(['any', 'at+jwt'])
    .describe('`at+jwt`: access tokens by all rules of RFC 9068. `any`: also `JWT` and none.')
    .default('any'),
  clockTolerance: optionalDuration('How far the clocks may differ, up to 5 minutes.')
    .refine((value) => value <= 300_000, { error: 'the time is too long\nWrite at most `5m`.' })
    .prefault('30s'),
  maxLifetime: durationBetween('Longest time from `iat` to `exp`.', ['1s', 1000], ['24d', 2_073_600_000])
    .optional()
    .meta({ description: 'Longest time from `iat` to `exp`. Default: what the issuer chose.' }),
  caller: claimPath.describe('Path of the claim that names the caller.').default('sub'),
  scopes: oneOrMore(claimPath)
    .describe('Paths of claims with scopes: a list, or a text with spaces between. Default: by preset.')
    .optional(),
  roles: oneOrMore(claimPath)
    .describe('Paths of claims with roles: a list, or the text of one. Default: by preset.')
    .optional(),
  require: z
    .array(claimRule)
    .max(100)
    .describe('What claims have to be. All rules have to be met.')
    .default([]),
  from: z
    .strictObject({
      header: headerName
        .refine((name) => !['authorization', 'cookie', 'set-cookie', 'origin'].includes(name.toLowerCase()), {
          error: 'the header has a meaning of its own\nLeave `from` out to read `Authorization`.',
        })
        .describe('Header with the bare token.'),
    })
    .describe('Where the token stands, in place of `Authorization: Bearer`.')
    .optional(),
  realm,
  resource: protectedResource
    .describe('What clients are told about the API at a well-known address (RFC 9728). Default: nothing.')
    .optional(),
  forwardToken: z
    .boolean()
    .describe(
      'Passes the token on to the service, which can then use it elsewhere in the name of the caller.',
    )
    .default(false),
  cache: z
    .union([z.literal(0), size('', 65_536, 1024 ** 3)])
    .describe('Memory of each data thread for tokens that were proven; `0`: none is kept.')
    .prefault('8MB'),
  refresh: durationBetween('How often the keys are read anew.', ['5s', 5000], ['24h', 86_400_000]).prefault(
    '5m',
  ),
  maxStale: durationBetween(
    'How long keys count that cannot be read again. After that, requests are refused with 503.',
    ['1m', 60_000],
    ['24d', 2_073_600_000],
  ).prefault('24h'),
  ...outgoingShape,
})

/** The schema: what is written, completed by the preset. */
export const jwtSettings: z.ZodType<JwtSettings> = written.transform(complete)
