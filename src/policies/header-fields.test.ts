import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { headerName, headerValue } from './header-fields.ts'

test('names that frame a message, belong to a connection or have a second reading are refused', () => {
  const names = ['Content-Length', 'TRANSFER-ENCODING', 'connection', 'Host', 'te', 'Trailer', 'Upgrade']
  names.push('X_Auth_User', 'X.Auth.User', '*', '', 'X Y', 'X:', 'X-Ä', '-X', 'X-\r\nY')
  for (const name of names) assert.equal(headerName.safeParse(name).success, false, name)
  for (const name of ['X-Api-Key', 'etag', 'X1']) assert.equal(headerName.safeParse(name).success, true, name)
})

test('no value holds a control character, and a refusal does not repeat it (T26)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parsed = headerValue.safeParse(text)
      if (parsed.success) assert.ok(!/[^\t\x20-\x7e]/.test(text))
    }),
  )
  for (const end of ['\r\nX: y', '\n', '\0', ' ', 'é']) {
    const parsed = headerValue.safeParse(`canary${end}`)
    assert.ok(!parsed.success && !parsed.error.message.includes('canary'), JSON.stringify(end))
  }
  assert.ok(headerValue.safeParse('max-age=60, private\tx').success)
})
