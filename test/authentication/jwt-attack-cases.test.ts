import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type GuardedApi, guardedApi, type Outcome } from './guarded-api.ts'
import { encodePart, nowSeconds, signingKey, tokenBy } from './token-maker.ts'

const key = signingKey('key-1')
const other = signingKey('key-1')
const secret = 'c2FsbHlwb3J0LWNhbmFyeS1zZWNyZXQtb2YtMzItYnl0ZXM'
const issuer = 'https://id.example.com'
const common = { type: 'jwt', audience: 'orders' }
const identities = {
  staff: { ...common, issuer, keys: { inline: { keys: [key.jwk] } } },
  shared: {
    ...common,
    issuer: 'https://shared.example.com',
    algorithms: ['HS256'],
    keys: { inline: { keys: [{ kty: 'oct', k: secret, kid: 's' }] } },
  },
  edge: {
    ...common,
    issuer: 'https://edge.example.com',
    from: { header: 'X-Edge-Token' },
    keys: { inline: { keys: [key.jwk] } },
  },
}

describe('attack cases of jwt', () => {
  const endings: (() => unknown)[] = []
  let api: GuardedApi
  const bearer = (token: string): string => `Authorization: Bearer ${token}`
  const refused = async (what: string, ...lines: string[]): Promise<Outcome> => {
    const reached = api.arrived.length
    const outcome = await api.ask(...lines)
    assert.ok([400, 401].includes(outcome.status), `${what}: ${outcome.status}`)
    assert.equal(api.arrived.length, reached, what)
    return outcome
  }
  const sharedToken = (claims: object = {}): string => {
    const now = nowSeconds()
    const input = `${encodePart({ alg: 'HS256', kid: 's' })}.${encodePart({ iss: 'https://shared.example.com', aud: 'orders', sub: 'ada', exp: now + 60, ...claims })}`
    const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(input)
    return `${input}.${mac.digest('base64url')}`
  }

  before(async () => {
    const context = { after: (end: () => unknown) => endings.push(end) } as unknown as TestContext
    api = await guardedApi(context, identities, ['staff', 'shared', 'edge'])
  })
  after(async () => {
    for (const end of endings.reverse()) await end()
  })

  it('T18 names of Connection take no credential out of the judgement, and bring none to the service', async () => {
    for (const list of ['authorization', 'Authorization, close', 'AUTHORIZATION']) {
      const outcome = await api.ask(`Connection: ${list}`, bearer(tokenBy(key)))
      if (outcome.status === 200) assert.equal(api.arrived.at(-1)?.authorization, undefined)
      await refused(list, `Connection: ${list}`, bearer(tokenBy(other)))
    }
  })

  it('T19 a header that only looks like the one of the token is none', async () => {
    const token = tokenBy(key, { claims: { iss: 'https://edge.example.com' } })
    assert.equal((await api.ask(`X-Edge-Token: ${token}`)).status, 200)
    for (const name of ['X_Edge_Token', 'X.Edge.Token', 'X-Edge_Token']) {
      await refused(name, `${name}: ${token}`)
      await refused(name, `${name}: wrong`, `X-Edge-Token: ${token}`)
    }
  })

  it('T20 the name of the header has no case, towards the gateway and the service', async () => {
    const token = tokenBy(key, { claims: { iss: 'https://edge.example.com' } })
    for (const name of ['x-edge-token', 'X-EDGE-TOKEN', 'x-Edge-tOKEN']) {
      assert.equal((await api.ask(`${name}: ${token}`)).status, 200)
      assert.equal(api.arrived.at(-1)?.['x-edge-token'], undefined)
      await refused('two cases, two lines', `${name}: ${token}`, `X-Edge-token: ${token}`)
    }
    assert.equal((await api.ask(`aUTHORIZATION: BEARER ${tokenBy(key)}`)).status, 200)
    assert.equal(api.arrived.at(-1)?.authorization, undefined)
  })

  it('T21, T22 no header of the client names another path or caller that needs no token', async () => {
    for (const line of [
      'X-Envoy-Original-Path: /health',
      'X-Original-URL: /health',
      'X-Rewrite-URL: /health',
      'X-Forwarded-Prefix: /public',
      'X-Forwarded-User: admin',
      'X-Jwt-Payload: eyJzdWIiOiJhZG1pbiJ9',
    ])
      await refused(line, line)
  })

  it('T32, T41, D5 the token chooses neither algorithm nor key', async () => {
    const claims = encodePart({ iss: issuer, aud: 'orders', sub: 'eve', exp: nowSeconds() + 60 })
    for (const alg of ['none', 'None', 'NONE', '', 'HS256', 'ES512', 'ES256K', 'RS256']) {
      const input = `${encodePart({ alg, kid: 'key-1' })}.${claims}`
      const macs = [JSON.stringify(key.jwk), String(key.jwk['x']), ''].map((text) =>
        createHmac('sha256', text).update(input).digest('base64url'),
      )
      for (const signature of ['', ...macs]) await refused(alg, bearer(`${input}.${signature}`))
    }
    const own = { jwk: other.jwk, jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/c', x5c: ['AAAA'] }
    await refused('a key of its own', bearer(tokenBy(other, { header: own })))
  })

  it('T34, T60 no answer and no record holds a secret or a token', async () => {
    const tokens = [sharedToken(), sharedToken({ aud: 'x' }), sharedToken({ exp: 1 }), tokenBy(other)]
    assert.equal((await api.ask(bearer(tokens[0]!))).status, 200)
    const texts = []
    for (const token of tokens.slice(1)) texts.push((await refused('wrong', bearer(token))).text)
    const records = JSON.stringify(await api.gateway.records(1))
    for (const text of [...texts, records]) {
      assert.ok(!text.includes(secret))
      for (const token of tokens)
        for (const part of token.split('.').slice(1)) assert.ok(!text.includes(part))
    }
    for (const text of texts)
      assert.doesNotMatch(text, /audience|issuer|signature|in the past/i, 'the client learns a code')
  })

  it('T39 a token of one issuer is none of another', async () => {
    await refused(
      'signed by staff, said to be shared',
      bearer(tokenBy(key, { claims: { iss: 'https://shared.example.com' } })),
    )
    await refused('signed by shared, said to be staff', bearer(sharedToken({ iss: issuer })))
    await refused('in the place of another', `X-Edge-Token: ${tokenBy(key)}`)
  })

  it('T44 two tokens, none, an empty one and a huge one', async () => {
    const token = tokenBy(key)
    await refused('twice', bearer(token), bearer(token))
    await refused('in one line', `${bearer(token)}, Bearer ${token}`)
    await refused('none')
    await refused('empty', 'Authorization: Bearer ')
    await refused('no scheme', `Authorization: ${token}`)
    const huge = tokenBy(key, { claims: { x: 'y'.repeat(13_000) } })
    assert.ok([401, 431].includes((await api.ask(bearer(huge))).status))
    assert.equal((await api.ask(bearer(token))).status, 200, 'and goes on')
  })

  it('D1 what does not expire is no token', async () => {
    for (const exp of [undefined, null, '4000000000', true, [4_000_000_000], -1])
      await refused(String(exp), bearer(tokenBy(key, { claims: { exp } })))
  })
})
