import type { Preset, PresetMistake, PresetWritten } from './preset.ts'

const project = /^[a-z][a-z0-9-]{4,29}$/

/** Firebase Authentication (and Identity Platform): ID tokens of one project, which is their audience. */
export const firebase: Preset = {
  keys: ['project'],
  issuers,
  audiences: ({ project: name }) => (name === undefined ? [] : [name]),
  boundByClients: false,
  algorithms: ['RS256'],
  scopes: [],
  roles: ['roles'],
  clientClaims: ['azp'],
  check(claims) {
    // Firebase asks for both in its own rules for verifying ID tokens by hand.
    const { auth_time: at } = claims as { readonly auth_time?: unknown }
    if (typeof at !== 'number' || at > Date.now() / 1000 + 300)
      return {
        kind: 'wrong',
        reason: '`auth_time` is absent or in the future: it is no ID token of Firebase.',
      }
    return null
  },
  hint(fault, claims, token) {
    if (fault === 'ALGORITHM_REFUSED')
      return 'The emulator of Firebase does not sign its tokens. Use those of a real project.'
    const issuer = claims?.['iss']
    if (
      fault === 'ISSUER_WRONG' &&
      typeof issuer === 'string' &&
      issuer.startsWith('https://session.firebase.')
    )
      return 'It is a session cookie of Firebase. Send the ID token.'
    if (fault === 'ISSUER_WRONG') return 'The token is of another project of Firebase, or a custom token.'
    if (fault === 'TOKEN_MALFORMED' && token.startsWith('ya29.'))
      return 'It is an access token of Google. Send the ID token (`getIdToken()`).'
    return null
  },
}

function issuers({ project: name, issuer }: PresetWritten): readonly string[] | PresetMistake {
  if (name === undefined || !project.test(name))
    return {
      key: 'project',
      message: 'the project is missing or none\nWrite the id of the project, such as `shop-4711`.',
    }
  return [issuer ?? `https://securetoken.google.com/${name}`]
}
