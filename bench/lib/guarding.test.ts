import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { Gateway } from './gateways.ts'
import { contendersOf } from './guarding.ts'

function gateway(name: string): Gateway {
  const command = (): { file: string; args: string[] } => ({ file: name, args: [] })
  return { name, version: '1.0.0', template: 'plain', companions: [], logsToStdout: false, command }
}

test('gateways that check tokens stand with and without a cache, where they have one', () => {
  const contenders = contendersOf(['sallyport', 'nginx', 'haproxy', 'envoy', 'caddy'].map(gateway), 'token')
  assert.deepEqual(
    contenders.map((one) => [one.gateway.name, one.cached]),
    [
      ['sallyport', true],
      ['sallyport', false],
      ['haproxy', false],
      ['envoy', true],
      ['envoy', false],
    ],
  )
  for (const { gateway } of contenders) {
    const file = new URL(`../gateways/${gateway.name}/${gateway.template}`, import.meta.url)
    assert.ok(existsSync(file), file.pathname)
  }
})

test('cache on and off differ in one line of configuration', () => {
  for (const name of ['sallyport', 'envoy']) {
    const [on, off] = contendersOf([gateway(name)], 'role')
    assert.notEqual(on?.values['CACHE'], off?.values['CACHE'])
    assert.equal(on?.gateway, off?.gateway)
  }
})

test('a bench without any of them is refused', () => {
  assert.throws(() => contendersOf([gateway('nginx')], 'token'), /sallyport, haproxy, envoy/)
})
