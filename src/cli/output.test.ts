import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonText } from './output.ts'

test('JSON for a terminal says the same, without a character that moves or hides others', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const shown = jsonText(value)
      assert.deepEqual(JSON.parse(shown), JSON.parse(JSON.stringify(value)))
      assert.doesNotMatch(shown, /[^\n\P{C}]|[\u2028\u2029]/u)
    }),
  )
  assert.equal(jsonText('\u009b\u202e\u{e0041}é'), '"\\u009b\\u202e\\udb40\\udc41é"\n')
})
