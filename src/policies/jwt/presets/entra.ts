import type { Claims } from '../../../gateway/facts.ts'
import type { Preset, PresetMistake, PresetWritten } from './preset.ts'

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const authority = 'https://login.microsoftonline.com/'

/**
 * Microsoft Entra ID, the tokens of one tenant: version 2 and, from applications that ask for the older kind, version
 * 1, with another issuer and the same keys. Tokens of version 1 have `appid` and `api://…` audiences.
 */
export const entra: Preset = {
  keys: ['tenant'],
  issuers,
  boundByClients: false,
  algorithms: ['RS256'],
  scopes: ['scp'],
  roles: ['roles'],
  clientClaims: ['azp', 'appid'],
  check(claims) {
    if (hasOverage(claims))
      return {
        kind: 'insufficient',
        reason:
          'The caller is in more groups than Entra writes into a token (`_claim_names` or `hasgroups`), so the groups are not known. Let the application have only “Groups assigned to the application”, or use app roles.',
      }
    return null
  },
  hint(fault, claims, token) {
    if (fault === 'AUDIENCE_WRONG') {
      if (isGraph(claims?.['aud']))
        return 'The token is for Microsoft Graph. Ask for a scope of your own API (`api://ID/.default`).'
      return claims?.['ver'] === '1.0'
        ? 'It is a token of version 1, whose audience is usually `api://CLIENT-ID`. Set `requestedAccessTokenVersion` to 2 in the manifest of the API, or list both values under `audience`.'
        : 'In tokens of version 2 the audience is the client id of the API, a GUID, not its `api://…` address.'
    }
    if (fault === 'SIGNATURE_INVALID' && token.length > 0 && isGraph(claims?.['aud']))
      return 'Tokens for Microsoft Graph are signed in a way that only Graph can verify.'
    if (fault === 'KEY_UNKNOWN')
      return 'An application with signing keys of its own (claims mapping) has them at `discovery` with `?appid=CLIENT-ID`.'
    if (fault === 'ISSUER_WRONG') return 'The token is of another tenant. `tenant` names the one accepted.'
    return null
  },
}

function issuers({ tenant, issuer }: PresetWritten): readonly string[] | PresetMistake {
  if (tenant === undefined) {
    if (issuer !== undefined) return [issuer]
    return {
      key: 'tenant',
      message: 'the tenant is missing\nWrite `tenant`, the directory id (a GUID), or the whole `issuer`.',
    }
  }
  if (!guid.test(tenant))
    return {
      key: 'tenant',
      message:
        'not the id of a tenant\nWrite the directory id, a GUID in small letters: names and `common` do not stand in `iss`, and several tenants are several identities.',
    }
  const second = issuer ?? `${authority}${tenant}/v2.0`
  return [second, `https://sts.windows.net/${tenant}/`]
}

/** Where groups do not fit, Entra writes where to ask for them instead; that address is never called. */
function hasOverage(claims: Claims): boolean {
  if (claims['hasgroups'] === true || claims['hasgroups'] === 'true') return true
  const names = claims['_claim_names']
  return typeof names === 'object' && names !== null && Object.hasOwn(names, 'groups')
}

const graphAudiences: readonly unknown[] = [
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
]
const isGraph = (audience: unknown): boolean => graphAudiences.includes(audience)
