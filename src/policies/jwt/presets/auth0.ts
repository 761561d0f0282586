import type { Preset, PresetWritten } from './preset.ts'
import { writtenIssuer } from './preset.ts'

/** Auth0: the issuer ends in `/`; permissions of its RBAC stand in a claim of their own and count as scopes. */
export const auth0: Preset = {
  keys: [],
  issuers(written: PresetWritten) {
    const issuers = writtenIssuer(written)
    if (written.issuer === undefined || written.issuer.endsWith('/')) return issuers
    return {
      key: 'issuer',
      message: `issuers of Auth0 end in a slash\nWrite \`${written.issuer}/\`.`,
    }
  },
  boundByClients: false,
  algorithms: ['RS256', 'PS256'],
  scopes: ['scope', 'permissions'],
  roles: [],
  clientClaims: ['azp', 'client_id'],
  hint(fault, claims) {
    if (fault === 'ENCRYPTED' || fault === 'TOKEN_MALFORMED')
      return 'Auth0 gives an opaque or encrypted token where the client asked for none of your APIs: let it send the `audience` parameter, the identifier of the API.'
    if (fault === 'ALGORITHM_REFUSED')
      return 'The API is set to HS256 in Auth0. Set its signing algorithm to RS256: nobody but Auth0 can then make tokens.'
    if (fault === 'AUDIENCE_WRONG' && typeof claims?.['nonce'] === 'string')
      return 'It looks like an ID token, whose audience is the client. Send the access token, asked for with `audience`.'
    if (fault === 'AUDIENCE_WRONG')
      return '`audience` is the identifier of the API in Auth0, not its address.'
    return null
  },
}
