import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'

/**
 * Names of the order API for the parameter `resource` (RFC 8707), which must be absolute URIs. Whoever names none
 * gets tokens for `signed`.
 */
export const resources = {
  /** JWTs (RFC 9068). The provider neither introspects nor revokes those: they say all themselves. */
  signed: 'urn:orders:api',
  /** Opaque tokens, which only introspection can read, and which revocation ends. */
  opaque: 'urn:orders:opaque',
} as const

/** What a token for the order API may be good for. */
export const orderScopes = 'orders:read orders:write'

/** Audience, scopes and form of the tokens for one of `resources`. */
export function resourceServer(resource: string): ResourceServer {
  if (resource !== resources.signed && resource !== resources.opaque) throw new errors.InvalidTarget()
  // The audience is a plain word, as with most providers, and not the URI that asked for it.
  const common = { scope: orderScopes, audience: 'orders' }
  if (resource === resources.opaque) return { ...common, accessTokenFormat: 'opaque' }
  return { ...common, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
}

/** For the provider's configuration: `resourceServer`, and all scopes for a service that asks for none. */
export async function getResourceServerInfo(
  context: KoaContextWithOIDC,
  resource: string,
): Promise<ResourceServer> {
  const params = context.oidc.params
  // RFC 6749 section 3.3 lets a server have a default scope; the library has no setting for one.
  if (params?.['grant_type'] === 'client_credentials') params['scope'] ??= orderScopes
  return resourceServer(resource)
}

/** For the provider's configuration: what a request without `resource` is about. */
export async function defaultResource(
  context: KoaContextWithOIDC,
  _client: unknown,
  oneOf?: readonly string[],
): Promise<string | undefined> {
  if (oneOf !== undefined) return oneOf[0]
  // A log-in that asks for `openid` alone gets a token for the userinfo endpoint, which takes no other.
  const scopes = context.oidc.requestParamScopes
  const service = context.oidc.params?.['grant_type'] === 'client_credentials'
  return service || [...scopes].some((scope) => orderScopes.split(' ').includes(scope))
    ? resources.signed
    : undefined
}
