import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { start } from '../../src/process/start.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { freePort } from '../support/test-gateway.ts'
import { blocksOf, pages } from './markdown.ts'

const run = promisify(execFile)
const shown = blocksOf('docs/client-certificates.md', pages.get('docs/client-certificates.md') ?? '')
const [issue = '', service = '', revoke = ''] = shown
  .filter(({ tag }) => tag === 'sh')
  .map(({ text }) => text)
const openssl = shown.find(({ tag }) => tag === 'ini')?.text ?? ''
const whole = shown.find(({ text }) => text.includes('./pki/clients.crl'))?.text ?? ''
const [allowed = '', refused = ''] = shown
  .flatMap(({ tag, text }) => (tag === 'console' ? text.split('\n') : []))
  .filter((line) => line.startsWith('$ curl '))
  .map((line) => line.replace('$ curl', 'curl -s'))

test('a certificate made by the commands of the page is let in, and refused once it is revoked', async (context) => {
  const folder = temporaryFolder(context)
  const ports = new Map<string, number>()
  for (const shownPort of ['8543', '3000']) ports.set(shownPort, await freePort())
  const here = (text: string): string =>
    text.replaceAll(/\b(?:8543|3000)\b/g, (port) => String(ports.get(port)))
  const shell = async (text: string): Promise<string> =>
    (await run('bash', ['-ec', here(text)], { cwd: folder })).stdout

  mkdirSync(join(folder, 'pki'))
  writeFileSync(join(folder, 'pki', 'pki.cnf'), `${openssl}\n`)
  await shell(issue)
  const file = join(folder, 'certificates.yaml')
  writeFileSync(file, `${here(whole)}\nlog: ["file:./access.log"]\n`)
  const greeting = spawn('bash', ['-c', `exec ${here(service).replace(/&$/, '')}`])
  context.after(() => greeting.kill())
  await shell('until curl -s -o /dev/null http://127.0.0.1:3000; do sleep 0.05; done')

  const gateway = await start({ files: [file], cwd: folder, env: {} })
  try {
    assert.equal(await shell(allowed), 'Hello gate1.devices.example.com\n')
    assert.match(await shell(refused), /CREDENTIALS_MISSING/)
    await shell(revoke)
    const deadline = Date.now() + 3000
    while (!/CERTIFICATE_REFUSED/.test(await shell(allowed))) {
      assert.ok(Date.now() < deadline, 'the list is in force')
      await sleep(50)
    }
  } finally {
    await gateway.stop()
  }
  assert.match(readFileSync(join(folder, 'access.log'), 'utf8'), /revoked/)
})
