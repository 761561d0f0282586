import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { audience, issuer, makeTokens } from './tokens.ts'

const tokens = makeTokens(20, 'token')
const key = createPublicKey(tokens.publicKey)

function isSigned(token: string): boolean {
  const end = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  return verify('sha256', Buffer.from(token.slice(0, end)), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function partsOf(token: string): Record<string, unknown>[] {
  return token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
}

test('right tokens are signed, of one size, and each of another subject', () => {
  const subjects = new Set<unknown>()
  for (const token of tokens.right) {
    const [header, claims] = partsOf(token)
    assert.ok(isSigned(token))
    assert.ok(token.length >= 450 && token.length <= 600, `${token.length} bytes`)
    assert.equal(header?.['alg'], 'ES256')
    assert.equal(claims?.['iss'], issuer)
    assert.equal(claims?.['aud'], audience)
    assert.ok(Number(claims?.['exp']) > Date.now() / 1000)
    subjects.add(claims?.['sub'])
  }
  assert.equal(subjects.size, 20)
})

test('the key set holds the key that signed, under the id that tokens name', () => {
  const { keys } = JSON.parse(tokens.jwks) as { keys: Record<string, string>[] }
  assert.equal(keys.length, 1)
  assert.ok(createPublicKey({ key: keys[0] ?? {}, format: 'jwk' }).equals(key))
  assert.equal(keys[0]?.['kid'], partsOf(tokens.right[0] ?? '')[0]?.['kid'])
  assert.equal(keys[0]?.['d'], undefined)
})

test('each wrong token has its one fault and no other', () => {
  const { wrong } = tokens
  const signed = Object.keys(wrong).filter((fault) => isSigned(wrong[fault] ?? ''))
  assert.deepEqual(signed, ['a past end', 'another audience', 'another issuer'])
  for (const [fault, token] of Object.entries(wrong)) {
    const claims = partsOf(token)[1]
    assert.equal(Number(claims?.['exp']) < Date.now() / 1000, fault === 'a past end', fault)
    assert.equal(claims?.['aud'] !== audience, fault === 'another audience', fault)
    assert.equal(claims?.['iss'] !== issuer, fault === 'another issuer', fault)
  }
  assert.equal(wrong['a broken signature']?.length, tokens.right[0]?.length)
})
