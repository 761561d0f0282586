import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createClear } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { RemoteSettings } from '../../src/gateway/control-half.ts'
import { issueAuthority, issueLeaf } from '../../src/process/authority/certificate-issuer.ts'
import { RemoteClient } from '../../src/remote/remote-client.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'

const authority = issueAuthority(['localhost', '127.0.0.1'])
const direct: RemoteSettings = { authorities: [], proxy: null }

/** A provider over TLS by a private authority. */
async function provider(context: TestContext): Promise<{ readonly url: string; readonly ca: string }> {
  const { cert, key } = issueLeaf(authority, ['localhost', '127.0.0.1'])
  const server = createServer({ cert, key }, (request, response) => {
    if (request.url === '/silent') return
    response.end(request.url === '/large' ? 'x'.repeat(2000) : 'ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const ca = join(temporaryFolder(context), 'ca.pem')
  writeFileSync(ca, authority.cert)
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, ca }
}

function clientOf(context: TestContext) {
  const client = new RemoteClient()
  context.after(() => client.close())
  return (url: string, settings: RemoteSettings) =>
    client.call({ url, method: 'GET', timeoutMs: 500, mostBytes: 1000, settings })
}

test('a private authority counts where it is named, and as long as its file says so', async (context) => {
  const { url, ca } = await provider(context)
  const call = clientOf(context)
  const refused = await call(url, direct)
  assert.ok(!refused.ok && /certificate/.test(refused.reason), JSON.stringify(refused))
  const settings = { authorities: [ca], proxy: null }
  const answer = await call(url, settings)
  assert.ok(answer.ok && Buffer.from(answer.body).toString() === 'ok')
  writeFileSync(ca, issueAuthority(['localhost']).cert)
  assert.equal((await call(url, settings)).ok, false)
  assert.equal((await call(url, { authorities: [`${ca}-absent`], proxy: null })).ok, false)
})

test('what is too large or too slow is an error in words', async (context) => {
  const { url, ca } = await provider(context)
  const call = clientOf(context)
  const settings = { authorities: [ca], proxy: null }
  assert.deepEqual(await call(`${url}/large`, settings), {
    ok: false,
    reason: 'the answer is larger than 1000 bytes',
  })
  assert.deepEqual(await call(`${url}/silent`, settings), { ok: false, reason: 'no answer within 500 ms' })
})

test('calls go through the proxy that is named', async (context) => {
  const { url, ca } = await provider(context)
  const tunnels: string[] = []
  const proxy = createClear()
  proxy.on('connect', ({ url: target = '' }, socket) => {
    tunnels.push(target)
    const [host, port] = target.split(':')
    const upstream = connect(Number(port), host)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(upstream).pipe(socket)
    for (const end of [socket, upstream]) end.on('error', () => undefined)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  context.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const answer = await clientOf(context)(url, { authorities: [ca], proxy: address })
  assert.ok(answer.ok, JSON.stringify(answer))
  assert.deepEqual(tunnels, [new URL(url).host])
})

test('addresses that hand out credentials are never called', async (context) => {
  const call = clientOf(context)
  for (const host of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '2852039166']) {
    const answer = await call(`http://${host}/latest/meta-data`, direct)
    assert.ok(!answer.ok && /never called/.test(answer.reason), `${host}: ${JSON.stringify(answer)}`)
  }
})
