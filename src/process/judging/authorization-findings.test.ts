import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewaySpec } from '../../config/spec.ts'
import { authorizationFindings } from './authorization-findings.ts'

const source = { file: 'f', line: 1, column: 1 }
const at = { source }

function messages(identity: object, steps: readonly object[], roles: readonly object[] = []): string[] {
  const spec = {
    admin: null,
    identities: [{ name: 'i', source, ...identity }],
    roles: roles.map((one) => ({ includes: [], callers: [], when: [], source, ...one })),
    steps: steps.map((one) => ({ where: 'w', source, ...one })),
    operations: [
      {
        name: 'o',
        steps: steps.map((_, index) => index),
        authentication: { kind: 'required', anyOf: [['i']], scopes: [], ...at },
      },
    ],
  } as unknown as GatewaySpec
  return authorizationFindings(spec).map(({ message }) => message)
}

test('what no accepted identity can give is told', () => {
  const basic = { type: 'basic', settings: { users: { ada: { roles: ['a'], scopes: ['s'] } } } }
  const key = { type: 'api-key', settings: {} }
  assert.match(messages(basic, [{ policy: 'roles', settings: ['b'] }])[0]!, /nobody can call o: .* roles b/)
  assert.deepEqual(messages(basic, [{ policy: 'roles', settings: ['a', 'b'] }]), [])
  assert.match(messages(basic, [{ policy: 'roles', settings: { allOf: ['a', 'b'] } }])[0]!, /roles b/)
  assert.match(messages(basic, [{ policy: 'scopes', settings: ['s', 't'] }])[0]!, /scopes t/)
  assert.deepEqual(messages(basic, [{ policy: 'scopes', settings: { anyOf: ['s', 't'] } }]), [])
  assert.match(messages(key, [{ policy: 'roles', settings: ['a'] }])[0]!, /roles a/)
  assert.deepEqual(messages(key, [{ policy: 'scopes', settings: ['s'] }]), [])
  assert.deepEqual(
    messages(key, [{ policy: 'roles', settings: ['a'] }], [{ name: 'a', callers: ['i/x'] }]),
    [],
  )
  assert.deepEqual(messages({ type: 'theirs', settings: {} }, [{ policy: 'roles', settings: ['a'] }]), [])
})

test('a role that opens nothing is told, and none that is passed on or includes a used one', () => {
  const jwt = { type: 'jwt', settings: { roles: ['roles'] } }
  assert.match(messages(jwt, [], [{ name: 'r' }])[0]!, /role `r` opens nothing/)
  assert.deepEqual(messages(jwt, [{ policy: 'caller-token', settings: {} }], [{ name: 'r' }]), [])
  const used = [{ policy: 'roles', settings: ['q'] }]
  assert.deepEqual(messages(jwt, used, [{ name: 'r', includes: ['q'] }, { name: 'q' }]), [])
})
