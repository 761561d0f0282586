import assert from 'node:assert/strict'
import test from 'node:test'
import { roles } from './roles.ts'

test('lists that are empty, and what is no list of names, are refused', () => {
  for (const settings of [[], { allOf: [] }, {}, 'manager', [''], [7], { anyOf: ['a'] }, null])
    assert.equal(roles.config.safeParse(settings).success, false, JSON.stringify(settings))
})
