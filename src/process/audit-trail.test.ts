import assert from 'node:assert/strict'
import { rmSync, statSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { createLog } from '../observe/log.ts'
import { openStore } from '../store/store.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { AuditTrail, gatewayActor } from './audit-trail.ts'

test('a flood of refused log-ins is two entries, and its size is told', (context) => {
  const store = openStore(temporaryFolder(context))
  context.after(() => store.close())
  const trail = new AuditTrail(store, createLog({ stream: new PassThrough() }))
  for (let i = 0; i < 20_000; i++) trail.refused(`192.0.2.${i % 200}`, i === 0 ? 'staff/ada' : null)
  assert.equal(store.audit.verify().entries, 1)
  trail.close()
  trail.close()
  const entries = [...store.audit.entries()].map((entry) => [entry?.actor, entry?.from, entry?.detail])
  assert.deepEqual(entries, [
    ['staff/ada', '192.0.2.0', { attempts: 1, addresses: 1 }],
    ['unknown', null, { attempts: 19_999, addresses: 200 }],
  ])
  assert.ok(statSync(store.audit.path).size < 1000)
})

test('the flood of one address keeps its address', (context) => {
  const store = openStore(temporaryFolder(context))
  context.after(() => store.close())
  const trail = new AuditTrail(store, createLog({ stream: new PassThrough() }))
  for (let i = 0; i < 3; i++) trail.refused('192.0.2.1', null)
  trail.close()
  assert.deepEqual(
    [...store.audit.entries()].map((entry) => entry?.from),
    ['192.0.2.1', '192.0.2.1'],
  )
})

test('a log that cannot be written stops the start, and later is told and stops nothing', (context) => {
  const folder = temporaryFolder(context)
  const store = openStore(folder)
  const stream = new PassThrough()
  const trail = new AuditTrail(store, createLog({ stream }))
  store.close()
  rmSync(folder, { recursive: true })
  assert.throws(() => trail.started('1.0.0', 1))
  trail.reloaded(gatewayActor, 'SIGHUP', 2)
  assert.match(String(stream.read()), /audit-failed.*gateway\.reload could not be written/)
})
