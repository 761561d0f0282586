import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oidc } from './oidc.ts'

const right = { issuer: 'https://id.example.com', clientId: 'gateway' }

test('settings that would weaken a log-in are refused', () => {
  const wrong = [
    { ...right, requestScopes: ['profile'] },
    { ...right, algorithms: ['HS256'] },
    { ...right, algorithms: ['none'] },
    { ...right, clockTolerance: '6m' },
    ...[
      'state',
      'nonce',
      'redirect_uri',
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'response_type',
    ].map((name) => ({ ...right, parameters: { [name]: 'x' } })),
    ...['//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\nb', 'evil.example'].map(
      (afterLogout) => ({
        ...right,
        afterLogout,
      }),
    ),
    ...['/', 'auth', '/auth/', '/auth//x', '/../x', '/a/{b}', '/a?b'].map((basePath) => ({
      ...right,
      basePath,
    })),
  ]
  for (const settings of wrong)
    assert.equal(oidc.config.safeParse(settings).success, false, JSON.stringify(settings))
  assert.equal(oidc.config.safeParse({ ...right, afterLogout: '/bye', basePath: '/auth' }).success, true)
})

test('the pages stand below the name of the identity, unless another base is written', () => {
  const paths = (settings: object): readonly string[] =>
    oidc.endpoints!(oidc.config.parse({ ...right, ...settings }), 'staff').map(({ path }) => path)
  assert.ok(paths({}).every((path) => path.startsWith('/.sallyport/staff/')))
  assert.ok(paths({ basePath: '/auth' }).every((path) => path.startsWith('/auth/')))
})
