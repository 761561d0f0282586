import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { createIssuer } from '../../examples/orders/issuer.ts'
import { browserOrigins, demoClients } from '../../examples/orders/issuer-clients.ts'
import { ensureSecret, ensureSigningKey, makePrivateFolder } from '../../examples/orders/issuer-files.ts'
import { issuerAddress } from '../../examples/orders/issuer-process.ts'
import { start } from '../../src/process/start.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { freePort } from '../support/test-gateway.ts'
import { blocksOf, pages } from './markdown.ts'

const run = promisify(execFile)
const shown = blocksOf('docs/log-in.md', pages.get('docs/log-in.md') ?? '')
const whole = shown.find(({ tag }) => tag === 'yaml')?.text ?? ''
const [service = '', browser = ''] = shown.filter(({ tag }) => tag === 'sh').map(({ text }) => text)

test('the page names the provider of the demo, and an address that it sends browsers back to', () => {
  assert.equal(new URL(issuerAddress).port, '9400')
  for (const text of [whole, browser])
    assert.ok(text.includes('127.0.0.1:8543') && browserOrigins.includes('https://127.0.0.1:8543'))
})

test('a person logs in by the configuration and the commands of the page', async (context) => {
  const ports = new Map<string, number>()
  for (const shownPort of ['9400', '8543', '3000']) ports.set(shownPort, await freePort())
  const here = (text: string): string =>
    text.replaceAll(/\b(?:9400|8543|3000)\b/g, (port) => String(ports.get(port)))
  const folder = temporaryFolder(context)
  const origin = `https://127.0.0.1:${ports.get('8543')}`
  await startProvider(context, join(folder, '.sallyport', 'demo'), ports.get('9400')!, origin)

  const greeting = spawn('bash', ['-c', `exec ${here(service).replace(/&$/, '')}`])
  context.after(() => greeting.kill())
  const file = join(folder, 'log-in.yaml')
  writeFileSync(file, `${here(whole)}\nlog: ["file:./access.log"]\n`)
  const gateway = await start({ files: [file], cwd: folder, env: {} })

  const wait = 'until curl -s -o /dev/null http://127.0.0.1:3000; do sleep 0.05; done'
  const front = 'curl -s --cacert .sallyport/ca.crt https://localhost:8543/'
  const out = `browser -o out -w '%{http_code} %{url_effective}' -H 'Origin: ${origin}' --data '' ${origin}/.sallyport/people/logout`
  try {
    const lines = here(`${wait}\n${front}\n${browser}\n${out}`)
    const { stdout } = await run('bash', ['-ec', lines], { cwd: folder })
    const [bye, ada, again, end] = stdout.split('\n')
    assert.deepEqual([bye, ada, again], ['Hello nobody', 'Hello ada', 'Hello ada'])
    assert.match(end ?? '', /^200 .*\/session\/end\?/, 'the provider knows where to go after the log-out')
  } finally {
    await gateway.stop()
  }
})

/** The demo's provider on another port, for a gateway on another one. */
async function startProvider(
  context: TestContext,
  folder: string,
  port: number,
  origin: string,
): Promise<void> {
  makePrivateFolder(folder)
  const { listener } = createIssuer(`http://127.0.0.1:${port}`, {
    clients: demoClients('unused', ensureSecret(join(folder, 'browser-client-secret')), [origin]),
    key: ensureSigningKey(folder),
    life: 600,
  })
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close().closeAllConnections())
}
