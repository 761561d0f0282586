import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RemoteRequest } from '../../../gateway/control-half.ts'
import { AuthorizerFailure, type ShownRequest } from '../backend.ts'
import { ExtAuthz } from './ext-authz.ts'
import { extAuthzSettings } from './http-settings.ts'

const shown: ShownRequest = {
  api: 'orders',
  operation: 'anyOrder',
  route: '/{any}',
  method: 'GET',
  host: 'api.example.com',
  path: '/',
  query: '',
  pathParameters: {},
  headers: {},
  clientAddress: null,
  secure: true,
  caller: { id: 'ädä\n"', roles: ['a,b'] },
}

/** What would be asked; null where nobody is. */
async function asked(address: string, part: Partial<ShownRequest>): Promise<RemoteRequest | null> {
  const calls: RemoteRequest[] = []
  const backend = new ExtAuthz(extAuthzSettings.parse({ type: 'ext-authz', address }), {
    call: (request) => {
      calls.push(request)
      return Promise.resolve({ ok: true, status: 200, headers: {}, body: new Uint8Array() })
    },
  })
  const event = { requestId: 'r', at: 0, shown: { ...shown, ...part } }
  await backend.decide(event).catch((error: unknown) => assert.ok(error instanceof AuthorizerFailure))
  return calls[0] ?? null
}

test('T15: nothing of a request moves the question to another host or path', async () => {
  const text = fc.string({
    unit: fc.constantFrom('/', '.', '@', ':', '\\', '?', '#', '%2e', '%2F', ';', 'a', "'", ' '),
  })
  const addresses = fc.constantFrom(
    'https://authz.example.com',
    'https://authz.example.com/',
    'https://authz.example.com:8443/check',
    'https://AUTHZ.example.com/a/b/',
  )
  await fc.assert(
    fc.asyncProperty(addresses, text, text, async (address, path, query) => {
      const request = await asked(address, { path: `/${path}`, query })
      if (request === null) return
      const [url, base] = [new URL(request.url), new URL(address)]
      assert.equal(url.origin, base.origin)
      assert.equal(url.pathname, `${base.pathname.replace(/\/$/, '')}/${path}`)
      assert.equal(url.hash, '')
    }),
    { numRuns: 2000 },
  )
})

test('paths and queries in normal form are asked about as they are', async () => {
  const address = 'https://authz.example.com/check'
  const rows: readonly (readonly [string, string, string])[] = [
    ['/', '', '/check/'],
    ['/orders/1', 'a=1&b=%26', '/check/orders/1?a=1&b=%26'],
    ["/O'Brien;v=1/a%2Fb", "q='x'", "/check/O'Brien;v=1/a%2Fb?q=%27x%27"],
    ['//evil.example.com/x', '', '/check//evil.example.com/x'],
    ['/a:b@c', 'next=https://evil.example.com/', '/check/a:b@c?next=https://evil.example.com/'],
  ]
  for (const [path, query, target] of rows)
    assert.equal((await asked(address, { path, query }))?.url, `https://authz.example.com${target}`)
})

test('what the gateway knows of the caller goes in visible ASCII, lists as lists', async () => {
  const request = await asked('https://authz.example.com', {})
  const value = request?.headers?.['x-sallyport-caller'] ?? ''
  assert.match(value, /^[\x20-\x7e]+$/)
  assert.deepEqual(JSON.parse(value), shown.caller)
})
