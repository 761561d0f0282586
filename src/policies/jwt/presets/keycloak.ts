import { hasAudience, type Preset, writtenIssuer } from './preset.ts'

const audienceMapper =
  'Keycloak puts no audience of an API into tokens by itself. Add a mapper of type Audience to the client or to one of its client scopes, with the value of `audience`, and “Add to access token” on.'

/**
 * Keycloak: `typ` of the header is `JWT` also for access tokens, the claim `typ` tells the kinds apart; `aud` is
 * `account` or absent until a mapper adds one; realm roles under `realm_access`.
 */
export const keycloak: Preset = {
  keys: [],
  issuers: writtenIssuer,
  boundByClients: false,
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  scopes: ['scope'],
  roles: ['realm_access.roles'],
  clientClaims: ['azp', 'client_id'],
  check(claims) {
    const kind = claims['typ']
    if (kind === undefined || kind === 'Bearer' || kind === 'DPoP') return null
    if (kind === 'ID')
      return {
        kind: 'wrong',
        reason: 'It is an ID token of Keycloak. Send the access token of the same log-in.',
      }
    return { kind: 'wrong', reason: 'The claim "typ" of Keycloak says that it is no access token.' }
  },
  hint(fault, claims) {
    if (fault === 'AUDIENCE_WRONG')
      return hasAudience(claims, 'account')
        ? `The audience is \`account\`, which is Keycloak’s own account page. ${audienceMapper}`
        : audienceMapper
    if (fault === 'CLAIM_MISSING' && claims !== null && claims['aud'] === undefined) return audienceMapper
    if (fault === 'ALGORITHM_REFUSED' && claims?.['typ'] === 'Refresh')
      return 'It is a refresh token of Keycloak. Send the access token.'
    if (fault === 'ISSUER_WRONG')
      return 'Keycloak takes `iss` from the address that the token was asked at, unless its `hostname` is set: set it to the public address, and read keys at the inner one with `discovery`.'
    return null
  },
}
