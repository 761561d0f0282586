import assert from 'node:assert/strict'
import test from 'node:test'
import { addresses } from './addresses.ts'

test('the short form is a list of allowed networks', () => {
  const networks = ['192.0.2.0/24', '2001:db8::/32']
  assert.deepEqual(addresses.config.parse(networks), addresses.config.parse({ allow: networks }))
})

test('lists that are empty, absent or hold no network are refused', () => {
  const wrong: unknown[] = [[], {}, { allow: [] }, { allow: [], deny: ['10.0.0.0/8'] }, '10.0.0.0/8']
  for (const network of ['10.0.0.1/8', '010.0.0.1', '0x7f.1', '2130706433', '10.0.0.0/33', 'localhost', '']) {
    wrong.push([network], { deny: [network] })
  }
  for (const settings of wrong) {
    assert.equal(addresses.config.safeParse(settings).success, false, JSON.stringify(settings))
  }
})
