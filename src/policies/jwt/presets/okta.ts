import { type Preset, writtenIssuer } from './preset.ts'

/** Okta with an authorization server of its own (`/oauth2/default`): scopes are a list in `scp`, the client is `cid`. */
export const okta: Preset = {
  keys: [],
  issuers({ issuer }) {
    if (issuer !== undefined && !issuer.includes('/oauth2/'))
      return {
        key: 'issuer',
        message:
          'access tokens of the organization’s own server can be verified by Okta alone\nWrite the issuer of a custom authorization server, such as `https://ORG.okta.com/oauth2/default`.',
      }
    return writtenIssuer({ issuer })
  },
  boundByClients: false,
  algorithms: ['RS256'],
  scopes: ['scp'],
  roles: ['groups'],
  clientClaims: ['cid'],
  check(claims) {
    if (claims['cid'] === undefined)
      return {
        kind: 'wrong',
        reason:
          'It has no `cid`, so it is no access token of Okta, and likely an ID token. Send the access token.',
      }
    return null
  },
  hint(fault) {
    if (fault === 'AUDIENCE_WRONG')
      return 'The audience is set at the authorization server in Okta (Security, API); that of `default` is `api://default`.'
    if (fault === 'ISSUER_WRONG')
      return 'Each authorization server of Okta is an issuer of its own: the client asked another one for the token.'
    return null
  },
}
