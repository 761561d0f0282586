import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { identityOf, inlineKeys } from './judged.ts'
import { encodePart, nowSeconds, type SigningKey, signingKey, signToken } from './token-maker.ts'

const rsa = signingKey('rsa-1', 'RS256')
const now = nowSeconds()
const times = { iat: now, nbf: now, exp: now + 3600 }

/** Tokens of one provider in the shape in which it sends them, and what usually goes wrong with it. */
interface Provider {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly caller: {
    readonly id: string
    readonly scopes: readonly string[]
    readonly roles: readonly string[]
  }
  readonly also?: readonly (readonly [what: string, claims: Readonly<Record<string, unknown>>])[]
  /** What is changed, and the hint that the record gives. */
  readonly mistakes: readonly Mistake[]
}
type Mistake = readonly [
  what: string,
  changed: Readonly<Record<string, unknown>> | string,
  code: string,
  hint: RegExp,
]

const tenant = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const api = '00001111-aaaa-2222-bbbb-3333cccc4444'
const pool = 'eu-central-1_AbCd12345'

const providers: readonly Provider[] = [
  {
    name: 'keycloak',
    settings: { issuer: 'https://id.example.com/realms/prod', audience: 'orders' },
    header: { alg: 'RS256', typ: 'JWT', kid: 'rsa-1' },
    claims: {
      exp: times.exp,
      iat: now,
      jti: 'trrtcc:5d0e6b1a',
      iss: 'https://id.example.com/realms/prod',
      aud: ['orders', 'account'],
      sub: 'b7c9a1f0-2d6e-4b0a-9c55-0a1b2c3d4e5f',
      typ: 'Bearer',
      azp: 'shop',
      sid: '9f5a',
      acr: '1',
      'allowed-origins': ['https://shop.example.com'],
      realm_access: { roles: ['offline_access', 'clerk'] },
      resource_access: { account: { roles: ['view-profile'] } },
      scope: 'email profile',
      preferred_username: 'ada',
    },
    caller: {
      id: 'b7c9a1f0-2d6e-4b0a-9c55-0a1b2c3d4e5f',
      scopes: ['email', 'profile'],
      roles: ['offline_access', 'clerk'],
    },
    mistakes: [
      [
        'no audience mapper',
        { aud: 'account' },
        'TOKEN_INVALID',
        /audience is `account`.*Add a mapper of type Audience/,
      ],
      ['no audience at all', { aud: undefined }, 'TOKEN_INVALID', /Add a mapper of type Audience/],
      ['an ID token', { typ: 'ID' }, 'TOKEN_INVALID', /ID token of Keycloak/],
      [
        'asked at another address',
        { iss: 'http://keycloak:8080/realms/prod' },
        'TOKEN_INVALID',
        /`hostname`/,
      ],
    ],
  },
  {
    name: 'entra',
    settings: { tenant, audience: [api, `api://${api}`] },
    header: { typ: 'JWT', alg: 'RS256', kid: 'rsa-1' },
    claims: {
      aud: api,
      iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
      ...times,
      azp: '11112222-bbbb-3333-cccc-4444dddd5555',
      azpacr: '1',
      oid: 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb',
      rh: '0.AX8A',
      scp: 'Orders.Read Orders.Write',
      roles: ['Clerk'],
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      tid: tenant,
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '2.0',
    },
    caller: {
      id: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      scopes: ['Orders.Read', 'Orders.Write'],
      roles: ['Clerk'],
    },
    also: [
      [
        'version 1',
        {
          iss: `https://sts.windows.net/${tenant}/`,
          aud: `api://${api}`,
          ver: '1.0',
          azp: undefined,
          appid: api,
        },
      ],
    ],
    mistakes: [
      [
        'another tenant',
        { iss: 'https://login.microsoftonline.com/x/v2.0' },
        'TOKEN_INVALID',
        /another tenant/,
      ],
      ['for Graph', { aud: 'https://graph.microsoft.com' }, 'TOKEN_INVALID', /Microsoft Graph/],
      [
        'an audience of version 1',
        { aud: 'api://other', ver: '1.0' },
        'TOKEN_INVALID',
        /requestedAccessTokenVersion/,
      ],
      ['an audience of version 2', { aud: 'other' }, 'TOKEN_INVALID', /client id of the API/],
      [
        'too many groups',
        {
          _claim_names: { groups: 'src1' },
          _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
        },
        'TOKEN_NOT_ALLOWED',
        /Groups assigned to the application/,
      ],
      ['too many groups, implicit flow', { hasgroups: true }, 'TOKEN_NOT_ALLOWED', /more groups than/],
    ],
  },
  {
    name: 'auth0',
    settings: { issuer: 'https://shop.eu.auth0.com/', audience: 'https://orders.example.com' },
    header: { alg: 'RS256', typ: 'JWT', kid: 'rsa-1' },
    claims: {
      iss: 'https://shop.eu.auth0.com/',
      sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
      aud: ['https://orders.example.com', 'https://shop.eu.auth0.com/userinfo'],
      iat: now,
      exp: times.exp,
      azp: 'my_client_id',
      scope: 'openid orders:read',
      permissions: ['orders:read', 'orders:write'],
    },
    caller: {
      id: 'auth0|5f7c8ec7c33c6c004bbafe82',
      scopes: ['openid', 'orders:read', 'orders:write'],
      roles: [],
    },
    mistakes: [
      [
        'encrypted, as asked for without an audience',
        `${encodePart({ alg: 'dir', enc: 'A256GCM', iss: 'https://shop.eu.auth0.com/' })}..AAAA.AAAA.AAAA`,
        'TOKEN_INVALID',
        /`audience` parameter/,
      ],
      ['an ID token', { aud: 'my_client_id', nonce: 'n-0S6' }, 'TOKEN_INVALID', /ID token/],
      ['another API', { aud: 'https://billing.example.com' }, 'TOKEN_INVALID', /identifier of the API/],
    ],
  },
  {
    name: 'okta',
    settings: {
      issuer: 'https://shop.okta.com/oauth2/default',
      audience: 'api://default',
      clients: ['nmdP1fcyvdVO11AL7ECm'],
    },
    header: { kid: 'rsa-1', alg: 'RS256' },
    claims: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://shop.okta.com/oauth2/default',
      aud: 'api://default',
      sub: 'ada@example.com',
      iat: now,
      exp: times.exp,
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00ujmkLgagxeRrAg20g3',
      scp: ['openid', 'orders.read'],
      groups: ['clerks'],
    },
    caller: { id: 'ada@example.com', scopes: ['openid', 'orders.read'], roles: ['clerks'] },
    mistakes: [
      [
        'another audience',
        { aud: 'https://shop.okta.com' },
        'TOKEN_INVALID',
        /`default` is `api:\/\/default`/,
      ],
      ['another server', { iss: 'https://shop.okta.com' }, 'TOKEN_INVALID', /issuer of its own/],
      ['an ID token', { cid: undefined }, 'TOKEN_INVALID', /likely an ID token/],
      ['another client', { cid: 'other' }, 'TOKEN_INVALID', /not one of `clients`/],
    ],
  },
  {
    name: 'cognito',
    settings: { region: 'eu-central-1', userPool: pool, clients: ['1example23456789'] },
    header: { kid: 'rsa-1', alg: 'RS256' },
    claims: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'cognito:groups': ['clerks'],
      iss: `https://cognito-idp.eu-central-1.amazonaws.com/${pool}`,
      version: 2,
      client_id: '1example23456789',
      origin_jti: 'aaaaaaaa-bbbb',
      token_use: 'access',
      scope: 'openid orders/read',
      auth_time: now,
      exp: times.exp,
      iat: now,
      jti: 'aaaaaaaa-cccc',
      username: 'ada',
    },
    caller: {
      id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      scopes: ['openid', 'orders/read'],
      roles: ['clerks'],
    },
    mistakes: [
      [
        'an ID token',
        { token_use: 'id', aud: '1example23456789', client_id: undefined, scope: undefined },
        'TOKEN_INVALID',
        /ID token of Cognito/,
      ],
      ['an ID token that names the client', { token_use: 'id' }, 'TOKEN_INVALID', /not the ID token/],
      ['another client', { client_id: 'other' }, 'TOKEN_INVALID', /app clients of the pool/],
      [
        'another pool',
        { iss: 'https://cognito-idp.eu-central-1.amazonaws.com/x' },
        'TOKEN_INVALID',
        /another user pool/,
      ],
      ['no use', { token_use: undefined }, 'TOKEN_INVALID', /`token_use`/],
    ],
  },
  {
    name: 'google',
    settings: {
      audience: 'https://orders.example.com',
      caller: 'email',
      require: [{ claim: 'email_verified', equals: true }],
    },
    header: { alg: 'RS256', kid: 'rsa-1', typ: 'JWT' },
    claims: {
      iss: 'https://accounts.google.com',
      aud: 'https://orders.example.com',
      azp: '113774264463038321964',
      email: 'robot@shop.iam.gserviceaccount.com',
      email_verified: true,
      sub: '113774264463038321964',
      iat: now,
      exp: times.exp,
    },
    caller: { id: 'robot@shop.iam.gserviceaccount.com', scopes: [], roles: [] },
    also: [['the issuer without https', { iss: 'accounts.google.com' }]],
    mistakes: [
      [
        'an access token',
        'ya29.a0AfH6SMBx-example',
        'TOKEN_INVALID',
        /access token of Google, which is opaque/,
      ],
      [
        'another audience',
        { aud: 'https://billing.example.com' },
        'TOKEN_INVALID',
        /what it was asked for with/,
      ],
      ['an address that is not verified', { email_verified: false }, 'TOKEN_NOT_ALLOWED', /email_verified/],
    ],
  },
  {
    name: 'firebase',
    settings: { project: 'shop-4711' },
    header: { alg: 'RS256', kid: 'rsa-1', typ: 'JWT' },
    claims: {
      iss: 'https://securetoken.google.com/shop-4711',
      aud: 'shop-4711',
      auth_time: now - 60,
      user_id: 'abc123',
      sub: 'abc123',
      iat: now,
      exp: times.exp,
      roles: ['clerk'],
      email: 'ada@example.com',
      email_verified: true,
      firebase: { identities: { email: ['ada@example.com'] }, sign_in_provider: 'password' },
    },
    caller: { id: 'abc123', scopes: [], roles: ['clerk'] },
    mistakes: [
      [
        'another project',
        { iss: 'https://securetoken.google.com/other' },
        'TOKEN_INVALID',
        /another project/,
      ],
      [
        'a session cookie',
        { iss: 'https://session.firebase.google.com/shop-4711' },
        'TOKEN_INVALID',
        /session cookie/,
      ],
      [
        'of the emulator',
        `${encodePart({ alg: 'none', typ: 'JWT' })}.${encodePart({ sub: 'abc123' })}.`,
        'TOKEN_INVALID',
        /emulator/,
      ],
      ['an access token', 'ya29.a0AfH6SMBx-example', 'TOKEN_INVALID', /ID token/],
      ['no log-in', { auth_time: undefined }, 'TOKEN_INVALID', /auth_time/],
    ],
  },
]

for (const { name, settings, header, claims, caller, also = [], mistakes } of providers) {
  describe(`preset ${name}`, () => {
    const identity = identityOf({ preset: name, ...settings, keys: inlineKeys(rsa) })
    const token = (changed: Readonly<Record<string, unknown>> = {}, key: SigningKey = rsa): string =>
      signToken(key, header, { ...claims, ...changed })

    it('accepts a token as the provider sends it', async () => {
      const judged = await identity.judge(token())
      assert.equal(judged.reason, '')
      const { id, scopes, roles } = judged.caller!
      assert.deepEqual({ id, scopes, roles }, caller)
    })

    for (const [what, changed] of also)
      it(`accepts ${what}`, async () => assert.equal((await identity.judge(token(changed))).reason, ''))

    for (const [what, changed, code, hint] of mistakes) {
      it(`refuses, and names the mistake: ${what}`, async () => {
        const sent = typeof changed === 'string' ? changed : token(changed)
        const judged = await identity.judge(sent)
        assert.equal(judged.caller, undefined)
        assert.equal(judged.code, code)
        assert.match(judged.reason, hint)
      })
    }

    it('refuses an expired token, one of another key, and one by a shared secret', async () => {
      assert.equal((await identity.judge(token({ exp: now - 3600 }))).code, 'TOKEN_EXPIRED')
      assert.match((await identity.judge(token({}, signingKey('rsa-1', 'RS256')))).reason, /signature/)
      const shared = signToken(rsa, { ...header, alg: 'HS256' }, claims)
      assert.equal((await identity.judge(shared)).code, 'TOKEN_INVALID')
    })
  })
}
