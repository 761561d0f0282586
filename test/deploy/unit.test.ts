import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const file = join(import.meta.dirname, '../../deploy/sallyport.service')

/** Settings by name; those written several times keep all their values. */
const settings = new Map<string, string[]>()
for (const [, name = '', value = ''] of readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm))
  settings.set(name, [...(settings.get(name) ?? []), value])

test('systemd rates the unit at 2.0 or better', () => {
  const json = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], {
    encoding: 'utf8',
  })
  const exposure = Number(/exposure level[^:]*: ([\d.]+)/.exec(json)?.[1])
  assert.ok(exposure <= 2, `exposure ${exposure}`)
})

test('the unit reloads by SIGHUP, stops by SIGTERM and waits longer than the drain', () => {
  assert.deepEqual(settings.get('ExecReload'), ['/bin/kill -HUP $MAINPID'])
  assert.deepEqual(settings.get('KillMode'), ['mixed'])
  assert.equal(settings.has('KillSignal'), false)
  const stop = Number(/^(\d+)s$/.exec(settings.get('TimeoutStopSec')?.[0] ?? '')?.[1])
  assert.ok(stop > 30, `${stop} s`)
})

test('it runs as a user of its own, without capabilities, and may compile code', () => {
  assert.deepEqual(settings.get('User'), ['sallyport'])
  assert.deepEqual(settings.get('CapabilityBoundingSet'), [''])
  assert.deepEqual(settings.get('StateDirectoryMode'), ['0700'])
  assert.deepEqual(settings.get('MemoryDenyWriteExecute'), ['no'])
})
