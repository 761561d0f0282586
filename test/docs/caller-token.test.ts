import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { callerReader } from '../../examples/orders/caller.ts'
import { identityKeys } from '../../src/admin/identity-keys.ts'
import { generateKey, SigningKey } from '../../src/engines/jwt-signing/signing-key.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { blocksOf, pages, root } from './markdown.ts'

const path = 'src/policies/caller-token/caller-token.md'
const blocks = blocksOf(path, pages.get(path) ?? '')

/** What the page's code is given and gives. */
interface PageModule {
  callerOf(request: { headers: Record<string, string> }): Promise<Record<string, unknown>>
}

test('the code without a library is that of the example API', () => {
  const shown = blocks.find(({ tag }) => tag === 'ts')
  assert.equal(shown?.text.trim(), readFileSync(join(root, 'examples/orders/caller.ts'), 'utf8').trim())
})

test('both ways of the page read a token of the gateway, and refuse another', async (context) => {
  const key = new SigningKey('ES256', generateKey('ES256'), 'caller+jwt')
  const server = createServer((_request, response) => {
    const { contentType, body } = identityKeys({ publicKeys: () => [key.publicJwk] })
    response.setHeader('Content-Type', contentType).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`

  const folder = temporaryFolder(context)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, 'caller.mjs')
  const code = blocks.find(({ tag }) => tag === 'js')?.text ?? ''
  writeFileSync(file, code.replace(/'http:[^']+'/, `'${address}'`))
  const { callerOf } = (await import(pathToFileURL(file).href)) as PageModule
  const read = callerReader(address, 'sallyport', 'orders')

  const now = Math.floor(Date.now() / 1000)
  const token = (aud: string): string =>
    key.sign(
      JSON.stringify({
        ...{ iss: 'sallyport', aud, sub: 'ada', identity: 'staff', scope: 'a b', roles: ['clerk'] },
        ...{ iat: now, exp: now + 60, jti: '1' },
      }),
    )
  const ada = { id: 'ada', identity: 'staff', scopes: ['a', 'b'], roles: ['clerk'] }
  assert.deepEqual(await callerOf({ headers: { 'x-caller-token': token('orders') } }), ada)
  assert.deepEqual(await read(token('orders')), ada)
  await assert.rejects(callerOf({ headers: { 'x-caller-token': token('billing') } }))
  await assert.rejects(callerOf({ headers: {} }))
  assert.equal(await read(token('billing')), null)
})
