import type { Preset, PresetMistake, PresetWritten } from './preset.ts'

const region = /^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$/
const pool = /^[\w-]{1,55}_[0-9A-Za-z]{1,55}$/

/** Amazon Cognito user pools: access tokens have `client_id` and no `aud`, so `clients` binds them. */
export const cognito: Preset = {
  keys: ['region', 'userPool'],
  issuers,
  boundByClients: true,
  algorithms: ['RS256'],
  scopes: ['scope'],
  roles: ['cognito:groups'],
  clientClaims: ['client_id'],
  check(claims) {
    if (claims['token_use'] === 'access') return null
    return { kind: 'wrong', reason: '`token_use` is not `access`. Send the access token, not the ID token.' }
  },
  hint(fault, claims) {
    if (claims?.['token_use'] === 'id')
      return 'It is an ID token of Cognito (`token_use`). Send the access token.'
    if (fault === 'CLIENT_WRONG') return '`clients` lists the app clients of the pool that may call.'
    if (fault === 'TOKEN_MALFORMED' || fault === 'ENCRYPTED')
      return 'It may be a refresh token of Cognito, which only Cognito can read. Send the access token.'
    if (fault === 'ISSUER_WRONG') return 'The token is of another user pool.'
    return null
  },
}

function issuers({ region: where, userPool, issuer }: PresetWritten): readonly string[] | PresetMistake {
  if (issuer !== undefined && where === undefined && userPool === undefined) return [issuer]
  if (where === undefined || !region.test(where))
    return { key: 'region', message: 'the region is missing or none\nWrite it, such as `eu-central-1`.' }
  if (userPool === undefined || !pool.test(userPool))
    return {
      key: 'userPool',
      message: 'the user pool is missing or none\nWrite its id: `eu-central-1_AbCd12345`.',
    }
  if (!userPool.startsWith(`${where}_`))
    return { key: 'userPool', message: 'the user pool is of another region\nIts id begins with its region.' }
  const end = where.startsWith('cn-') ? '.cn' : ''
  return [issuer ?? `https://cognito-idp.${where}.amazonaws.com${end}/${userPool}`]
}
