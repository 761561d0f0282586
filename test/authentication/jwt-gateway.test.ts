import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { type GuardedApi, guardedApi } from './guarded-api.ts'
import { signingKey, tokenBy } from './token-maker.ts'

const key = signingKey('key-1')
const partnerKey = signingKey('key-1')
const bearer = (token: string): string => `Authorization: Bearer ${token}`
const inline = (one: typeof key) => ({ inline: { keys: [one.jwk] } })

const staff = { type: 'jwt', issuer: 'https://id.example.com', audience: 'orders', keys: inline(key) }
const partners = {
  type: 'jwt',
  issuer: 'https://partners.example.com',
  audience: 'orders',
  keys: inline(partnerKey),
}
const ofPartner = { claims: { iss: 'https://partners.example.com' } }

/** Two issuers and API keys, any of which proves a caller. */
async function anyOf(context: TestContext): Promise<GuardedApi & { readonly apiKey: string }> {
  let apiKey = ''
  const api = await guardedApi(
    context,
    { staff, partners, machines: { type: 'api-key' } },
    ['staff', 'partners', 'machines'],
    {},
    (folder) => {
      const store = openStore(folder)
      apiKey = store.keys.create({ name: 'test', from: null }, { identity: 'machines', owner: 'Ada' }).key
      store.close()
    },
  )
  return { ...api, apiKey }
}

test('each issuer proves its own callers, beside API keys', async (context) => {
  const { ask, arrived, apiKey } = await anyOf(context)
  assert.equal((await ask(bearer(tokenBy(key)))).status, 200)
  assert.equal((await ask(bearer(tokenBy(partnerKey, ofPartner)))).status, 200)
  assert.equal((await ask(`X-API-Key: ${apiKey}`)).status, 200)
  const none = await ask()
  assert.equal(none.code, 'CREDENTIALS_MISSING')
  assert.doesNotMatch(none.text, /error=/, 'a challenge without credentials names no error (RFC 6750 §3.1)')
  for (const headers of arrived) assert.equal(headers.authorization, undefined, 'the token stays here')
  assert.equal(arrived.length, 3)
})

test('a wrong token is a refusal, also beside a right API key, and in either order', async (context) => {
  const { ask, arrived, apiKey } = await anyOf(context)
  const wrong = {
    'of an unknown issuer': tokenBy(key, { claims: { iss: 'https://evil.example.com' } }),
    'of one issuer, signed by the other': tokenBy(partnerKey),
    'for another API': tokenBy(key, { claims: { aud: 'billing' } }),
    expired: tokenBy(key, { claims: { exp: 1_700_000_000 } }),
    opaque: '2YotnFZFEjr1zCsicMWpAA',
    empty: '',
  }
  for (const [what, token] of Object.entries(wrong)) {
    for (const lines of [
      [bearer(token), `X-API-Key: ${apiKey}`],
      [`X-API-Key: ${apiKey}`, bearer(token)],
      [bearer(token)],
    ]) {
      const { status } = await ask(...lines)
      assert.equal(status, 401, `${what}: ${lines.length} lines`)
    }
  }
  assert.equal(arrived.length, 0)
})

test('two right credentials of two callers are a refusal', async (context) => {
  const { ask, arrived, apiKey } = await anyOf(context)
  const { code } = await ask(bearer(tokenBy(key)), `X-API-Key: ${apiKey}`)
  assert.equal(code, 'CREDENTIALS_CONFLICT')
  assert.equal(arrived.length, 0)
})

test('a token and a key where both are asked for', async (context) => {
  let apiKey = ''
  const { ask } = await guardedApi(
    context,
    { staff, machines: { type: 'api-key' } },
    [{ all: ['staff', 'machines'] }],
    {},
    (folder) => {
      const store = openStore(folder)
      apiKey = store.keys.create({ name: 'test', from: null }, { identity: 'machines', owner: 'Ada' }).key
      store.close()
    },
  )
  assert.equal((await ask(bearer(tokenBy(key)), `X-API-Key: ${apiKey}`)).status, 200)
  assert.equal((await ask(bearer(tokenBy(key)))).status, 401)
  assert.equal((await ask(`X-API-Key: ${apiKey}`)).status, 401)
})
