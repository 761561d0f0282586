import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import test from 'node:test'
import { jwt } from './jwt.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })
const secret = { kty: 'oct', k: 'c2FsbHlwb3J0LWNhbmFyeS1zZWNyZXQtb2YtMzItYnl0ZXM' }
const usual = { issuer: 'https://id.example.com', audience: 'orders' }

/** Messages of what is refused; none for what is taken. */
function problems(settings: object): string {
  const parsed = jwt.config.safeParse(settings)
  return parsed.success
    ? ''
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}

test('issuer and audience are asked for, with what to write', () => {
  assert.equal(problems(usual), '')
  assert.match(problems({ audience: 'orders' }), /^issuer: the issuer is missing\nWrite/)
  assert.match(problems({ issuer: usual.issuer }), /^audience: the audience is missing\nWrite/)
  assert.match(problems({ ...usual, audience: [] }), /^audience: /)
  assert.match(problems({ ...usual, audience: undefined, clients: 'shop' }), /^audience: /)
})

test('keys come from one source, and in clear text only where that is written down', () => {
  assert.match(problems({ ...usual, issuer: 'http://id.example.com' }), /^issuer: .*no `https` address/)
  assert.match(problems({ ...usual, issuer: 'id.example.com' }), /^issuer: /)
  assert.equal(problems({ ...usual, issuer: 'http://127.0.0.1:9000' }), '')
  assert.equal(
    problems({ ...usual, issuer: 'http://id.example.com', discovery: 'http://keycloak:8080/x' }),
    '',
  )
  assert.equal(problems({ ...usual, issuer: 'any text', keys: { file: './jwks.json' } }), '')
  assert.match(problems({ ...usual, keys: { file: 'a', url: 'https://a' } }), /one source/)
  assert.match(problems({ ...usual, keys: {} }), /one source/)
  assert.match(problems({ ...usual, keys: { file: 'a' }, discovery: 'https://a' }), /two sources/)
  assert.match(problems({ ...usual, discovery: 'ftp://a' }), /^discovery: not an address/)
  assert.match(problems({ ...usual, discovery: 'https://user:pass@a' }), /no credentials/)
})

test('T32 shared secrets stand alone, and come from no address', () => {
  const inline = (...keys: object[]) => ({ ...usual, keys: { inline: { keys } } })
  assert.equal(problems({ ...inline(secret), algorithms: ['HS256'] }), '')
  assert.match(problems({ ...inline(secret, jwk), algorithms: ['HS256', 'ES256'] }), /beside public keys/)
  assert.match(problems({ ...inline(secret), algorithms: ['ES256'] }), /shared secret/)
  assert.match(problems({ ...inline(jwk), algorithms: ['HS256'] }), /no key for HS256/)
  assert.match(problems({ ...usual, algorithms: ['HS256'] }), /cannot come from an address/)
  assert.match(problems({ ...inline(privateKey.export({ format: 'jwk' })) }), /private members/)
  for (const none of ['none', 'None', 'HS1', 'RS1', 'dir'])
    assert.notEqual(problems({ ...inline(jwk), algorithms: [none] }), '', none)
})

test('presets ask for their own settings, and refuse those of others', () => {
  for (const [settings, expected] of [
    [{ preset: 'entra', audience: 'x', tenant: 'common' }, /^tenant: /],
    [{ preset: 'entra', audience: 'x' }, /^tenant: /],
    [{ preset: 'cognito', region: 'eu-central-1', userPool: 'eu-central-1_A' }, /^clients: /],
    [{ preset: 'cognito', region: 'eu-central-1', userPool: 'us-east-1_A', clients: 'a' }, /another region/],
    [{ preset: 'cognito', clients: 'a' }, /^region: /],
    [{ preset: 'firebase' }, /^project: /],
    [{ preset: 'auth0', issuer: 'https://a.auth0.com', audience: 'x' }, /Write `https:\/\/a\.auth0\.com\/`/],
    [{ preset: 'okta', issuer: 'https://a.okta.com', audience: 'x' }, /custom authorization server/],
    [{ preset: 'google' }, /^audience: /],
    [{ ...usual, tenant: 'x' }, /^tenant: `tenant` belongs to another preset/],
    [{ ...usual, preset: 'keycloak', project: 'x' }, /^project: /],
    [{ ...usual, preset: 'ping' }, /^preset: /],
  ] as const)
    assert.match(problems(settings), expected)
})

test('times, sizes and paths have bounds', () => {
  for (const [key, wrong] of [
    ['clockTolerance', '6m'],
    ['refresh', '1s'],
    ['maxStale', '1s'],
    ['timeout', '5m'],
    ['cache', '2GB'],
    ['cache', 5],
    ['caller', 'a..b'],
    ['roles', ['a b']],
    ['realm', 'a"b'],
    ['from', { header: 'Authorization' }],
    ['from', { header: 'X_Token' }],
    ['proxy', 'socks://a'],
  ] as const)
    assert.notEqual(problems({ ...usual, [key]: wrong }), '', `${key}: ${JSON.stringify(wrong)}`)
  for (const [key, right] of [
    ['clockTolerance', 0],
    ['clockTolerance', '5m'],
    ['cache', 0],
    ['from', { header: 'Cf-Access-Jwt-Assertion' }],
  ] as const)
    assert.equal(problems({ ...usual, [key]: right }), '')
})

test('paths of files are those of the file they stand in', () => {
  const config = jwt.config.parse({ ...usual, keys: { file: './keys.pem' }, authorities: ['./ca.pem'] })
  const places: string[] = []
  const complete = jwt.files!(config, (at, written) => {
    places.push(at.join('.'))
    return `/etc/sallyport/${written}`
  })
  assert.deepEqual(places, ['keys.file', 'authorities.0'])
  assert.deepEqual(complete.origin, { kind: 'file', file: '/etc/sallyport/./keys.pem' })
  assert.deepEqual(complete.outgoing.authorities, ['/etc/sallyport/./ca.pem'])
})

test('the token stays here, and names the place it is read from', () => {
  const of = (more: object) => jwt.config.parse({ ...usual, ...more })
  assert.deepEqual(jwt.consumedHeaders?.(of({})), ['authorization'])
  assert.deepEqual(jwt.consumedHeaders?.(of({ from: { header: 'X-Token' } })), ['x-token'])
  assert.deepEqual(jwt.consumedHeaders?.(of({ forwardToken: true })), [])
  assert.equal(jwt.credential?.(of({})), 'authorization')
  assert.equal(jwt.credential?.(of({ from: { header: 'X-Token' } })), 'header x-token')
})
