import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { issueAuthority } from '../../src/process/authority/certificate-issuer.ts'
import { get } from './client.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startUpstream } from './test-upstream.ts'

test('a configuration that cannot be served is refused with its place, and the old one serves on', async (context) => {
  const upstream = await startUpstream(context)
  const gateway = await GatewayProcess.start(context, upstream.port)
  const target = { port: gateway.port, ca: gateway.ca }
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  context.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  for (const [name, pair] of [
    ['one', issueAuthority(['localhost'])],
    ['two', issueAuthority(['localhost'])],
  ] as const) {
    writeFileSync(join(gateway.folder, `${name}.crt`), pair.cert)
    writeFileSync(join(gateway.folder, `${name}.key`), pair.key)
  }
  const good = gateway.configuration as { listeners: Record<string, object> }
  const withPublic = (listener: object): object => ({
    ...good,
    listeners: { ...good.listeners, public: listener },
  })
  const address = `127.0.0.1:${gateway.port}`
  const cases: readonly [what: string, text: string, sentence: RegExp][] = [
    ['syntax', '{ "listeners": {', /sallyport\.json:1:\d+/],
    [
      'an unknown key',
      JSON.stringify({ ...good, dataThread: 2 }, undefined, 2),
      /sallyport\.json:\d+:\d+.*Did you mean `dataThreads`/s,
    ],
    [
      'a missing variable',
      JSON.stringify({ ...good, data: ['$', '{env:NOT_SET}'].join('') }, undefined, 2),
      /sallyport\.json:\d+:\d+.*NOT_SET/s,
    ],
    [
      'a port that is taken',
      JSON.stringify({
        ...good,
        listeners: { ...good.listeners, more: { address: `127.0.0.1:${port}`, redirectToHttps: true } },
      }),
      /is taken by another process.*listeners\.more\.address/s,
    ],
    [
      'an admin port that is taken',
      JSON.stringify({ ...good, admin: { address: `127.0.0.1:${port}` } }),
      /is taken by another process.*admin\.address/s,
    ],
    [
      'a key of another certificate',
      JSON.stringify(
        withPublic({ address, tls: { certificates: [{ cert: './one.crt', key: './two.key' }] } }),
      ),
      /two\.key/,
    ],
    [
      'a certificate that is none',
      JSON.stringify(
        withPublic({ address, tls: { certificates: [{ cert: './sallyport.json', key: './two.key' }] } }),
      ),
      /sallyport\.json/,
    ],
    [
      'what cannot change',
      JSON.stringify({ ...good, dataThreads: 1 }),
      /dataThreads cannot change while the gateway runs: restart it/,
    ],
  ]
  for (const [index, [what, text, sentence]] of cases.entries()) {
    writeFileSync(gateway.file, text)
    const from = gateway.stderr.length
    const reply = await gateway.admin('/reload', 'POST')
    assert.equal(reply.status, 422, what)
    const { code, problems } = (await reply.json()) as { code: string; problems: string[] }
    assert.equal(code, 'RELOAD_REFUSED')
    assert.match(problems.join('\n'), sentence, what)
    assert.match(await gateway.says('"reload-refused"', 1000, from), sentence, what)
    assert.equal(await gateway.metric('sallyport_reloads_total{result="refused"}'), index + 1)
    for (let i = 0; i < 4; i++) assert.equal((await get(target, '/ok')).status, 200, what)
  }
  const from = gateway.stderr.length
  gateway.child.kill('SIGHUP')
  await gateway.says(/"reload-refused".*by SIGHUP/, 5000, from)
  assert.equal(await gateway.metric('sallyport_configuration_generation'), 1)

  // What was counted under the plan that serves on is still there.
  const counted = await gateway.metric('sallyport_requests_total{api="test",operation="GET /ok",class="2xx"}')
  assert.equal(counted, cases.length * 4)
  gateway.configure({})
  const replies = await Promise.all(Array.from({ length: 5 }, () => gateway.admin('/reload', 'POST')))
  const generations = await Promise.all(
    replies.map(async (reply) => ((await reply.json()) as { generation: number }).generation),
  )
  assert.deepEqual(generations.sort(), [2, 3, 4, 5, 6], 'reloads queue')
  assert.equal(
    await gateway.metric('sallyport_requests_total{api="test",operation="GET /ok",class="2xx"}'),
    counted,
  )
})
