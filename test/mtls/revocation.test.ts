import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestCertificate } from './authority.ts'
import { type MtlsGateway, startMtlsGateway } from './mtls-gateway.ts'
import { ask, TlsClient } from './tls-client.ts'

const ada = { commonName: 'ada' }
/** Goal T1: refused within this after the list changed. */
const within = 1000

/** Milliseconds until `holds`, asked every few. */
async function timeUntil(holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (!(await holds())) {
    if (performance.now() - began > 5000) throw new Error('it never held')
    await sleep(5)
  }
  return performance.now() - began
}

test('a revoked certificate is refused on new connections, ends the open ones and what they wait for, and its tickets open nothing', async (context) => {
  const mtls = await startMtlsGateway(context, { dataThreads: 2 })
  const { port, root } = mtls
  const revoked = root.issue(ada)
  const kept = root.issue(ada)
  const idle = await TlsClient.open(port, { certificate: revoked })
  assert.equal((await idle.get('/me')).status, 200)
  const silent = await TlsClient.open(port, { certificate: revoked })
  const streaming = await TlsClient.open(port, { certificate: revoked })
  streaming.send('/wait')
  await streaming.until(() => mtls.waiting() === 1)
  const other = await TlsClient.open(port, { certificate: kept })
  assert.equal((await other.get('/me')).status, 200)
  const sessions: (readonly ['TLSv1.2' | 'TLSv1.3', Buffer])[] = []
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await TlsClient.open(port, { certificate: revoked, version })
    assert.equal((await first.get('/me')).status, 200)
    assert.ok(await first.until(() => first.session !== undefined))
    first.end()
    // Without a revocation they open: otherwise this test would show nothing.
    for (let i = 0; i < 6; i++) {
      const again = await TlsClient.open(port, { certificate: revoked, version, session: first.session })
      assert.ok(again.resumed, `${version} resumes on every thread`)
      assert.equal((await again.get('/me')).status, 200)
      again.end()
    }
    sessions.push([version, first.session!])
  }
  mtls.replace(mtls.crl, root.revoke([revoked]))
  const took = await timeUntil(async () => (await ask(port, { certificate: revoked })).status === 401)
  assert.ok(took < within, `${took} ms`)
  context.diagnostic(`refused ${Math.round(took)} ms after the file changed`)
  // The other thread may be a moment behind.
  for (const client of [idle, silent, streaming]) assert.ok(await client.until(() => client.closed, 500))
  for (const [version, session] of sessions)
    for (let i = 0; i < 8; i++) {
      const resumed = await TlsClient.open(port, { certificate: revoked, version, session })
      assert.equal(resumed.resumed, false, version)
      assert.equal((await resumed.get('/me')).status, 401)
      resumed.end()
      // Also without showing it once more.
      const bare = await TlsClient.open(port, { version, session })
      assert.equal((await bare.get('/me')).status, 401)
      bare.end()
    }
  assert.equal((await other.get('/me')).status, 200, 'others keep their connections')
  assert.equal((await ask(port, { certificate: kept })).status, 200)
  other.end()
})

test('a request in flight of a revoked client is recorded as what it is', async (context) => {
  const mtls = await startMtlsGateway(context)
  const revoked = mtls.root.issue(ada)
  const client = await TlsClient.open(mtls.port, { certificate: revoked })
  client.send('/wait')
  await client.until(() => mtls.waiting() === 1)
  mtls.replace(mtls.crl, mtls.root.revoke([revoked]))
  assert.ok(await client.until(() => client.closed, 2000))
  const [record] = await mtls.gateway.records(1)
  assert.equal(record!.code, 'CERTIFICATE_REFUSED')
})

test('a list that has ended refuses all of its issuer, and the log says so', async (context) => {
  const mtls = await startMtlsGateway(context)
  const { port, root } = mtls
  const certificate = root.issue(ada)
  const open = await TlsClient.open(port, { certificate })
  assert.equal((await open.get('/me')).status, 200)
  mtls.replace(mtls.crl, root.revoke([], { ends: 2 }))
  await sleep(3200)
  const got = await open.get('/me')
  assert.equal(got.status, 401)
  assert.match(
    (await mtls.gateway.records(2)).at(-1)!.reason ?? '',
    /revocation list of its issuer has ended/,
  )
  mtls.replace(mtls.crl, root.revoke([]))
  assert.ok((await timeUntil(async () => (await ask(port, { certificate })).status === 200)) < within)
  assert.equal((await open.get('/me')).status, 200)
  open.end()
})

test('a certificate that ends during its connection is refused from then on', async (context) => {
  const { port, root } = await startMtlsGateway(context)
  const client = await TlsClient.open(port, { certificate: root.issue({ ...ada, to: 2 }) })
  assert.equal((await client.get('/me')).status, 200)
  await sleep(3100)
  assert.equal((await client.get('/me')).status, 401)
  assert.equal((await client.get('/open')).status, 200)
  client.end()
})

test('a list that cannot be used changes nothing, and the next good one is taken', async (context) => {
  const mtls = await startMtlsGateway(context)
  const { port, root } = mtls
  const [first, second] = [root.issue(ada), root.issue(ada)]
  mtls.replace(mtls.crl, root.revoke([first]))
  await timeUntil(async () => (await ask(port, { certificate: first })).status === 401)
  const stranger = TestCertificate.root('Root')
  for (const bad of [
    Buffer.from('nonsense'),
    Buffer.alloc(0),
    root.revoke([]).subarray(0, 60),
    stranger.revoke([]),
  ]) {
    mtls.replace(mtls.crl, bad)
    await sleep(400)
    assert.equal((await ask(port, { certificate: first })).status, 401)
    assert.equal((await ask(port, { certificate: second })).status, 200)
  }
  // Written in place rather than renamed.
  writeFileSync(mtls.crl, root.revoke([first, second]))
  const took = await timeUntil(async () => (await ask(port, { certificate: second })).status === 401)
  assert.ok(took < within, `${took} ms`)
})

test('other authorities: tickets open nothing, connections shake hands anew, strangers lose theirs', async (context) => {
  const other = TestCertificate.root('Other')
  const mtls = await startMtlsGateway(context, {
    withList: false,
    dataThreads: 2,
    authorities: (root) => root.cert + other.cert,
  })
  const { port, root } = mtls
  const leaving = other.issue(ada)
  const staying = root.issue(ada)
  const [left, stayed] = [
    await TlsClient.open(port, { certificate: leaving }),
    await TlsClient.open(port, { certificate: staying }),
  ]
  assert.equal((await left.get('/me')).status, 200)
  assert.equal((await stayed.get('/me')).status, 200)
  await left.until(() => left.session !== undefined)
  // Has shaken hands under the old authorities and said nothing since.
  const silent = await TlsClient.open(port, { certificate: leaving })
  mtls.replace(mtls.authorities, root.cert)
  const took = await timeUntil(async () => (await ask(port, { certificate: leaving })).status === 401)
  assert.ok(took < within, `${took} ms`)
  assert.ok(await left.until(() => left.closed, 500))
  assert.notEqual((await silent.get('/me')).status, 200)
  for (let i = 0; i < 6; i++) {
    const again = await TlsClient.open(port, { certificate: leaving, session: left.session })
    assert.equal(again.resumed, false)
    assert.equal((await again.get('/me')).status, 401)
    again.end()
  }
  // One more request is answered, and the connection ends after it.
  assert.ok(stayed.closed || (await stayed.get('/me')).status === 200)
  assert.ok(await stayed.until(() => stayed.closed, 2000))
  assert.equal((await ask(port, { certificate: staying })).status, 200)
})

test('a ticket of one listener does not carry its authorities to another', async (context) => {
  const { other, elsewhere, mtls } = await twoListeners(context)
  const certificate = other.issue(ada)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await TlsClient.open(elsewhere, { certificate, version })
    assert.equal((await first.get('/me')).status, 200)
    await first.until(() => first.session !== undefined)
    const second = await TlsClient.open(mtls.port, { certificate, version, session: first.session })
    assert.equal(second.resumed, false)
    assert.equal((await second.get('/me')).status, 401)
    first.end()
    second.end()
  }
})

async function twoListeners(
  context: TestContext,
): Promise<{ mtls: MtlsGateway; other: TestCertificate; elsewhere: number }> {
  const { freePort } = await import('../support/test-gateway.ts')
  const elsewhere = await freePort()
  const other = TestCertificate.root('Other')
  const mtls = await startMtlsGateway(context, {
    listeners: ({ authorities }) => {
      writeFileSync(`${authorities}.other`, other.cert)
      return {
        elsewhere: {
          address: `127.0.0.1:${elsewhere}`,
          tls: { local: ['localhost', 'other.example.com', '127.0.0.1'] },
          clientCertificates: { authorities: [`${authorities}.other`] },
        },
      }
    },
  })
  return { mtls, other, elsewhere }
}

test('a reload that changes the list does what the change of the file does', async (context) => {
  const mtls = await startMtlsGateway(context)
  const certificate = mtls.root.issue(ada)
  const client = await TlsClient.open(mtls.port, { certificate })
  assert.equal((await client.get('/me')).status, 200)
  mtls.replace(mtls.crl, mtls.root.revoke([certificate]))
  await mtls.gateway.gateway.reload()
  assert.equal((await ask(mtls.port, { certificate })).status, 401)
  assert.ok(await client.until(() => client.closed, 200))
})
