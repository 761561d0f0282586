import { type Preset, writtenIssuer } from './preset.ts'

/** Of a provider that is none of the presets: RFC 9068 names, where it has names for it. */
export const plain: Preset = {
  keys: [],
  issuers: writtenIssuer,
  boundByClients: false,
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  scopes: ['scope'],
  roles: ['roles'],
  clientClaims: ['client_id', 'azp'],
}
