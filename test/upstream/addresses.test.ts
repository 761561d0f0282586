import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Addresses } from '../../src/http/upstream/addresses.ts'
import { type NameRecord, NameServer } from '../support/name-server.ts'

// A name that no system resolver knows (RFC 6761 §6.4): what is found was said by the server of the test.
const name = 'orders.invalid'

async function looked(
  context: TestContext,
  record: NameRecord,
  allowMetadata = false,
): Promise<{ server: NameServer; addresses: Addresses; reports: string[] }> {
  const server = await NameServer.start(record)
  context.after(() => server.stop())
  const reports: string[] = []
  const addresses = new Addresses(name, allowMetadata, (message) => reports.push(message), server.resolver())
  await addresses.refresh()
  return { server, addresses, reports }
}

/** Looks until the addresses are these, as requests do. */
async function becomes(addresses: Addresses, expected: readonly string[], withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (addresses.current.toSorted().join() !== expected.join()) {
    assert.ok(performance.now() < deadline, `${addresses.current.join()} after ${withinMs} ms`)
    await sleep(20)
  }
}

test('a name is looked up again when its time to live ends, and not before', async (context) => {
  const { server, addresses } = await looked(context, { addresses: ['192.0.2.1'], ttl: 2 })
  assert.deepEqual(addresses.current, ['192.0.2.1'])
  server.record = { addresses: ['192.0.2.2', '192.0.2.3'], ttl: 60 }
  await sleep(1500)
  assert.deepEqual(addresses.current, ['192.0.2.1'])
  assert.equal(server.asked, 1)
  await becomes(addresses, ['192.0.2.2', '192.0.2.3'], 1500)
  assert.equal(server.asked, 2)
  assert.equal(addresses.has('192.0.2.1'), false)
  // Each has its turn.
  assert.notEqual(addresses.current[0], addresses.current[0])
})

test('an outage of the name server keeps the last good answer, and is told once with its end', async (context) => {
  const { server, addresses, reports } = await looked(context, { addresses: ['192.0.2.1'], ttl: 1 })
  server.record = undefined
  await sleep(1100)
  void addresses.current
  await sleep(1500)
  assert.deepEqual(addresses.current, ['192.0.2.1'])
  assert.equal(reports.length, 1)
  assert.match(reports[0]!, /^orders\.invalid does not resolve \(.*\); keeping 192\.0\.2\.1$/)
  server.record = { addresses: ['192.0.2.9'], ttl: 60 }
  await becomes(addresses, ['192.0.2.9'], 4000)
  assert.deepEqual(reports.slice(1), ['orders.invalid resolves again'])
})

test('a name that comes to lead to a metadata service keeps its last good addresses, or has none', async (context) => {
  const { server, addresses, reports } = await looked(context, { addresses: ['192.0.2.1'], ttl: 1 })
  server.record = { addresses: ['192.0.2.1', '169.254.169.254'], ttl: 1 }
  await sleep(1100)
  void addresses.current
  await sleep(300)
  assert.deepEqual(addresses.current, ['192.0.2.1'])
  assert.match(reports.join(), /169\.254\.169\.254 is a link-local or metadata address/)
  const first = await looked(context, { addresses: ['169.254.169.254'], ttl: 60 })
  assert.deepEqual(first.addresses.current, [])
  const allowed = await looked(context, { addresses: ['169.254.169.254'], ttl: 60 }, true)
  assert.deepEqual(allowed.addresses.current, ['169.254.169.254'])
})
