import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callerOf, callerPaths } from './token-caller.ts'

const paths = callerPaths({ caller: 'sub', scopes: ['scope'], roles: ['realm.roles'] })
const absent = 'The claim "sub", which names the caller, is absent.'

test('a caller that is not named is told apart from one that has a wrong name', () => {
  for (const [claims, reason] of [
    [{ scope: 'a' }, absent],
    [
      { client_id: 'batch' },
      `${absent} It names a client: for client credentials write \`caller: client_id\`.`,
    ],
    [{ azp: 'batch' }, `${absent} It names a client: for client credentials write \`caller: azp\`.`],
    [{ client_id: 7 }, absent],
    [{ sub: null, client_id: 'batch' }, /is not a text of 1 to 512 characters/],
    [{ sub: '' }, /is not a text of 1 to 512 characters/],
    [{ sub: 7 }, /is not a text of 1 to 512 characters/],
  ] as const) {
    const caller = callerOf(claims, paths, 'staff', false)
    if (typeof reason === 'string') assert.equal(caller, reason)
    else assert.match(String(caller), reason)
  }
  const byClient = callerPaths({ caller: 'client_id', scopes: [], roles: [] })
  assert.equal(callerOf({ sub: 'x' }, byClient, 'staff', false), absent.replace('sub', 'client_id'))
})
