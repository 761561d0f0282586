import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CompactJws, parseCompact } from './compact.ts'
import { base64url, signers, tokenOf } from './harness.test.ts'

const reasonOf = (text: string): string => {
  const parsed = parseCompact(text)
  assert.ok('fault' in parsed)
  return `${parsed.fault}: ${parsed.reason}`
}

const header = (members: object): string => base64url(JSON.stringify(members))

test('takes a token apart without looking at what it says', () => {
  const parsed = parseCompact(`${header({ alg: 'X', kid: 'a b' })}.${base64url('no JSON')}.AQID`)
  assert.ok(!('fault' in parsed))
  const { algorithm, kid, type, payload, signature }: CompactJws = parsed
  assert.deepEqual([algorithm, kid, type], ['X', 'a b', null])
  assert.deepEqual([payload.toString(), [...signature]], ['no JSON', [1, 2, 3]])
})

test('what is signed is the text as it came', () => {
  const text = tokenOf(signers.ES256)
  const parsed = parseCompact(text)
  assert.ok(!('fault' in parsed))
  assert.equal(`${parsed.signingInput}.${base64url(parsed.signature)}`, text)
})

test('says what is wrong', () => {
  assert.match(reasonOf('a.b'), /^TOKEN_MALFORMED: .*three parts/)
  assert.match(reasonOf('a.b.c.d.e'), /^ENCRYPTED: /)
  assert.match(reasonOf('e30.e30.a=='), /^TOKEN_MALFORMED: .*base64url/)
  assert.match(reasonOf('AAAA.e30.AAAA'), /^TOKEN_MALFORMED: .*strict JSON/)
  assert.match(reasonOf('e30.e30.AAAA'), /^TOKEN_MALFORMED: "alg"/)
  for (const alg of ['none', 'None', 'NONE'])
    assert.match(reasonOf(`${header({ alg })}.e30.`), /^ALGORITHM_REFUSED: .*not signed/)
  assert.match(reasonOf(`${header({ alg: 'ES256' })}.e30.`), /^TOKEN_MALFORMED: .*no signature/)
  assert.match(reasonOf(`${header({ alg: 'ES256', crit: ['b64'] })}.e30.AA`), /^EXTENSION_REFUSED: .*"crit"/)
  assert.match(reasonOf(`${header({ alg: 'ES256', kid: 1 })}.e30.AA`), /^TOKEN_MALFORMED: "kid"/)
  assert.match(reasonOf(`${header({ alg: 'ES256', typ: 1 })}.e30.AA`), /^TOKEN_MALFORMED: "typ"/)
  assert.match(reasonOf('a'.repeat(16_385)), /^TOKEN_TOO_LARGE: /)
})
