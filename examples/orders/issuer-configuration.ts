import { type JsonWebKey, randomBytes } from 'node:crypto'
import {
  type ClientMetadata,
  type Configuration,
  type Grant,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { findAccount } from './issuer-accounts.ts'
import { page } from './issuer-login.ts'
import { defaultResource, getResourceServerInfo, orderScopes, resources } from './issuer-resources.ts'
import { memoryStore } from './issuer-store.ts'

/** What differs from one provider to another. */
export interface IssuerOptions {
  readonly clients: readonly ClientMetadata[]
  /** Private P-256 key that signs access, ID and logout tokens. */
  readonly key: JsonWebKey
  /** Life of access tokens in seconds. */
  readonly life: number
}

const day = 24 * 3600
const loginScopes = ['openid', 'profile', 'offline_access']

/**
 * The provider's configuration: discovery, key set, client credentials, code flow with PKCE, refresh, introspection,
 * revocation, RP-initiated and back-channel logout. Everything that the library warns of when left out is set.
 */
export function issuerConfiguration(options: IssuerOptions): Configuration {
  return {
    adapter: memoryStore(),
    jwks: { keys: [{ ...options.key, alg: 'ES256', use: 'sig' }] },
    clients: [...options.clients],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    // Sessions do not outlive the process, so neither need the keys of their cookies.
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    ttl: {
      AccessToken: options.life,
      ClientCredentials: options.life,
      IdToken: options.life,
      AuthorizationCode: 60,
      Interaction: 600,
      RefreshToken: day,
      Session: day,
      Grant: day,
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    scopes: loginScopes,
    claims: { openid: ['sub', 'roles'], profile: ['name'] },
    // The ID token holds the claims too, so that a log-in needs no call of the userinfo endpoint.
    conformIdTokenClaims: false,
    findAccount: (_context, sub) =>
      findAccount(sub) && {
        accountId: sub,
        claims: async () => ({ sub, name: sub, ...roleClaim(sub) }),
      },
    extraTokenClaims: async (_context, token) =>
      token.kind === 'AccessToken' ? roleClaim(token.accountId) : undefined,
    interactions: { policy: logInOnly(), url: (_context, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: grantAll,
    features: {
      // Its pages take any name and load fonts from elsewhere; `issuer-login.ts` is the log-in page.
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource,
        getResourceServerInfo,
        // Who logged in for the order API need not name it again to get its tokens.
        useGrantedResource: async () => true,
      },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context, form) => {
          const button =
            '<button type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>'
          context.body = page(`${form}${button}`)
        },
        postLogoutSuccessSource: async (context) => {
          context.body = page('<p>You are logged out.</p>')
        },
      },
    },
    clientBasedCORS: () => false,
    // The library's dispatcher refuses loopback, which is where every client of the demo listens.
    fetch: (url, { dispatcher: _refusing, ...init } = {}) => fetch(url, init),
    renderError: async (context, out) => {
      context.type = 'text/plain'
      context.body = `${out.error}: ${out.error_description ?? 'nothing more is known'}\n`
    },
  }
}

function roleClaim(name: string): { roles?: readonly string[] } | undefined {
  const roles = findAccount(name)?.roles ?? []
  return roles.length > 0 ? { roles } : undefined
}

/** Nobody is asked for consent, since all clients belong to the demo. */
function logInOnly(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  return policy
}

/** What the log-in allows the client: everything it may ask for. */
async function grantAll({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, provider } = oidc
  const accountId = session?.accountId
  if (client === undefined || accountId === undefined) return undefined
  const kept = session?.grantIdFor(client.clientId)
  const found = kept === undefined ? undefined : await provider.Grant.find(kept)
  if (found !== undefined) return found
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(loginScopes.join(' '))
  for (const resource of Object.values(resources)) grant.addResourceScope(resource, orderScopes)
  await grant.save()
  return grant
}
