import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { optionalDuration } from '../../config/schema/duration.ts'
import { algorithms, traitsOf } from '../../engines/jwt/algorithms.ts'
import { line, oneOrMore, scope, secretAddress } from '../provider-fields.ts'
import { realm } from '../realm.ts'
import { durationBetween, outgoingOf, outgoingShape } from '../remote-settings.ts'
import { isReturnPath } from './log-in/return-path.ts'
import type { OidcSettings } from './oidc-settings.ts'

/** What the gateway itself says in the authorization request, or what would take the answer elsewhere. */
const ownParameters: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
])
const parameter = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'not a name\nWrite letters, digits, `_`, `.` and `-`.')
  .refine((name) => !ownParameters.has(name), {
    error: 'the gateway sets this parameter itself\nRemove it.',
  })

const written = z.strictObject({
  issuer: secretAddress.describe('Issuer of the provider, letter for letter as in its metadata.'),
  discovery: secretAddress
    .describe(
      'Where the metadata are read, where that is not below `issuer`. `/.well-known/openid-configuration` is added when missing.',
    )
    .optional(),
  clientId: line.describe('Id of the client that was registered at the provider for this gateway.'),
  clientSecret: line
    .describe(
      'Its secret, best from a file or the environment. Without one, it is a public client: PKCE alone binds the code.',
    )
    .optional(),
  requestScopes: z
    .array(scope)
    .max(50)
    .refine((scopes) => scopes.includes('openid'), {
      error: 'without `openid` the provider proves nobody\nAdd `openid`.',
    })
    .default(['openid', 'profile'])
    .describe('Scopes that the provider is asked for. `offline_access` asks for a refresh token.'),
  parameters: z
    .record(parameter, line)
    .default({})
    .describe('Further parameters of the authorization request, such as `prompt` or `audience`.'),
  algorithms: z
    .array(
      z.enum(algorithms).refine((one) => traitsOf(one).kty !== 'oct', {
        error: 'a shared secret signs nothing here\nChoose an algorithm with public keys.',
      }),
    )
    .min(1)
    .default(['RS256', 'ES256', 'PS256', 'EdDSA'])
    .describe('Algorithms of ID tokens that are accepted; what the token says chooses none.'),
  clockTolerance: optionalDuration('How far the clocks may differ, up to 5 minutes.')
    .refine((value) => value <= 300_000, { error: 'the time is too long\nWrite at most `5m`.' })
    .prefault('30s'),
  caller: claimPath.describe('Path of the claim of the ID token that names the caller.').default('sub'),
  scopes: oneOrMore(claimPath)
    .describe('Paths of claims with scopes: a list, or a text with spaces between.')
    .default('scope'),
  roles: oneOrMore(claimPath)
    .describe('Paths of claims with roles: a list, or the text of one.')
    .default('roles'),
  session: z
    .strictObject({
      idle: durationBetween(
        'How long a session lasts without a request.',
        ['1m', 60_000],
        ['24d', 2_073_600_000],
      ).prefault('30m'),
      absolute: durationBetween(
        'How long it lasts in any case.',
        ['1m', 60_000],
        ['24d', 2_073_600_000],
      ).prefault('12h'),
    })
    .prefault({})
    .describe('How long people stay logged in.'),
  afterLogout: z
    .union([
      z.string().refine(isReturnPath, { error: 'not a path\nWrite one that begins with `/`.' }),
      secretAddress,
    ])
    .describe('Where browsers go after the log-out: a path of the same host, or an address.')
    .optional(),
  basePath: z
    .string()
    .max(200)
    .regex(
      /^(?:\/\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/,
      'not a path in normal form\nWrite one such as `/auth/staff`.',
    )
    .describe('Path before the pages of this identity. Default: `/.sallyport/` and the name of the identity.')
    .optional(),
  forwardToken: z
    .boolean()
    .describe(
      'Passes the access token on to the service, which can then use it elsewhere in the name of the caller.',
    )
    .default(false),
  realm,
  ...outgoingShape,
})

/** The schema of an `oidc` identity. */
export const oidcSettings: z.ZodType<OidcSettings> = written.transform(
  ({ discovery, clientSecret, clockTolerance, session, scopes, roles, ...rest }): OidcSettings => {
    const { issuer, clientId, requestScopes, parameters, algorithms, caller, afterLogout, basePath } = rest
    return {
      issuer,
      discovery: discovery ?? issuer,
      clientId,
      clientSecret: clientSecret ?? null,
      requestScopes,
      parameters,
      algorithms,
      clockToleranceSeconds: clockTolerance / 1000,
      caller,
      scopes: [scopes].flat(),
      roles: [roles].flat(),
      idleMs: Math.min(session.idle, session.absolute),
      absoluteMs: session.absolute,
      afterLogout: afterLogout ?? null,
      basePath: basePath ?? null,
      forwardToken: rest.forwardToken,
      realm: rest.realm,
      outgoing: outgoingOf(rest),
    }
  },
)
