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
  for (let i = 0; i < 20_000; i++) {
    const reason = i % 4 === 0 ? 'no credential' : i % 2 === 0 ? 'no admin token' : `iss "${i}"`
    trail.refused({ address: `192.0.2.${i % 200}`, caller: i === 0 ? 'staff/ada' : null, reason })
  }
  assert.equal(store.audit.verify().entries, 1)
  trail.close()
  trail.close()
  const once = [1, 3, 5, 7, 9, 11, 13, 15].map((i) => `iss "${i}" (1)`).join('; ')
  const reason = `other reasons (9992); no admin token (5000); no credential (4999); ${once}`
  const entries = [...store.audit.entries()].map((entry) => [entry?.actor, entry?.from, entry?.detail])
  assert.deepEqual(entries, [
    ['staff/ada', '192.0.2.0', { attempts: 1, addresses: 1, reason: 'no credential' }],
    ['unknown', null, { attempts: 19_999, addresses: 200, reason }],
  ])
  assert.ok(statSync(store.audit.path).size < 1500)
})

test('the flood of one caller from one address keeps both, and is told in the log of the process too', (context) => {
  const store = openStore(temporaryFolder(context))
  context.after(() => store.close())
  const stream = new PassThrough()
  const trail = new AuditTrail(store, createLog({ stream }))
  for (let i = 0; i < 3; i++)
    trail.refused({ address: '192.0.2.1', caller: 'staff/bob', reason: `no rule ${'x'.repeat(9999)}` })
  trail.close()
  assert.deepEqual(
    [...store.audit.entries()].map((entry) => [entry?.actor, entry?.from]),
    [
      ['staff/bob', '192.0.2.1'],
      ['staff/bob', '192.0.2.1'],
    ],
  )
  const told = String(stream.read())
  assert.match(told, /admin-refused.*staff\/bob.*no rule x/)
  assert.ok(told.length < 1500)
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
