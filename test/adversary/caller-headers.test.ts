/** The key of known callers has the values of plain headers and not their names. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedApi } from '../authentication/guarded-api.ts'
import { signingKey, tokenBy } from '../authentication/token-maker.ts'

test('a claim of one name never arrives under the header of another', async (context) => {
  const key = signingKey('one')
  const api = await guardedApi(
    context,
    {
      staff: {
        type: 'jwt',
        issuer: 'https://id.example.com',
        audience: 'orders',
        algorithms: ['ES256'],
        keys: { inline: { keys: [key.jwk] } },
      },
    },
    ['staff'],
    { 'caller-token': undefined, callerToken: undefined, headers: undefined },
  ).catch(() => null)
  void api
  const two = await guardedApi(
    context,
    {
      staff: {
        type: 'jwt',
        issuer: 'https://id.example.com',
        audience: 'orders',
        algorithms: ['ES256'],
        keys: { inline: { keys: [key.jwk] } },
      },
    },
    ['staff'],
    { 'caller-token': { headers: { 'X-Group': 'claims.group', 'X-Nickname': 'claims.nickname' } } },
  )
  // ada was of the group, and is no more; she calls herself so now.
  assert.equal(
    (await two.ask(`Authorization: Bearer ${tokenBy(key, { claims: { group: 'admins' } })}`)).status,
    200,
  )
  assert.equal(
    (await two.ask(`Authorization: Bearer ${tokenBy(key, { claims: { nickname: 'admins' } })}`)).status,
    200,
  )
  const [, second] = two.arrived
  assert.equal(second!['x-group'], undefined, 'a nickname became a group')
})
