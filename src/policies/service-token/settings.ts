import { z } from 'zod'
import { line, scope, secretAddress } from '../provider-fields.ts'
import { type Outgoing, outgoingOf, outgoingShape } from '../remote-settings.ts'

/** Settings of `service-token`, complete. */
export interface ServiceTokenSettings {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  /** `client_secret_post` in place of `client_secret_basic`. */
  readonly secretInForm: boolean
  readonly scopes: readonly string[]
  /** Sent as `resource` (RFC 8707); null for none. */
  readonly resource: string | null
  /** Sent as `audience`, which some providers ask for; null for none. */
  readonly audience: string | null
  readonly outgoing: Outgoing
}

const written = z.strictObject({
  tokenEndpoint: secretAddress.describe('Address of the token endpoint.'),
  clientId: line.describe('The client id that the gateway has at the provider.'),
  clientSecret: line.describe('Its secret, best from a file.'),
  clientAuthentication: z
    .enum(['basic', 'post'])
    .describe('How the secret is sent: `basic` in a header, `post` in the form.')
    .default('basic'),
  scopes: z
    .array(scope)
    .max(100)
    .describe('Scopes to ask for. Default: those that the provider gives unasked.')
    .default([]),
  resource: z.url().max(2048).describe('Sent as `resource` (RFC 8707).').optional(),
  audience: line.describe('Sent as `audience`, where the provider asks for it (Auth0).').optional(),
  ...outgoingShape,
})

/** Schema of the settings. */
export const settings: z.ZodType<ServiceTokenSettings> = written.transform(
  ({ clientAuthentication, resource, audience, authorities, proxy, timeout, ...rest }) => ({
    ...rest,
    secretInForm: clientAuthentication === 'post',
    resource: resource ?? null,
    audience: audience ?? null,
    outgoing: outgoingOf({ authorities, proxy, timeout }),
  }),
)
