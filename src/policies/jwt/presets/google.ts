import type { Preset } from './preset.ts'

/** Google: ID tokens of users and service accounts. Its access tokens are opaque, and nobody but Google can judge them. */
export const google: Preset = {
  keys: [],
  issuers: ({ issuer }) => [issuer ?? 'https://accounts.google.com', 'accounts.google.com'],
  boundByClients: false,
  algorithms: ['RS256'],
  scopes: [],
  roles: [],
  clientClaims: ['azp'],
  hint(fault, _claims, token) {
    if (fault === 'TOKEN_MALFORMED' && token.startsWith('ya29.'))
      return 'It is an access token of Google, which is opaque. Send an ID token (`gcloud auth print-identity-token --audiences=…`).'
    if (fault === 'AUDIENCE_WRONG')
      return 'The audience of an ID token is what it was asked for with: the client id for users, the address given for service accounts.'
    return null
  },
}
