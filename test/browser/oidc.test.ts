import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { oidcRig } from '../authentication/oidc-rig.ts'
import { Chromium, type Tab } from './chromium.ts'

/** Another site's server, with pages by path. Over TLS where a certificate is given. */
async function otherSite(
  context: TestContext,
  pages: Readonly<Record<string, string>>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<number> {
  const answer: RequestListener = (request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pages[request.url ?? ''] ?? '')
  }
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('a browser logs in, other sites cannot act in its name, and it logs out', async (context) => {
  const rig = await oidcRig(context, {
    settings: { afterLogout: '/bye' },
    // Its usual policy lets no page fetch anything.
    gateway: { headers: { response: { security: false } } },
  })
  const { origin, recorder } = rig
  const browser = Chromium.start()
  context.after(() => browser.stop())
  const tab = await browser.tab()

  await tab.go(`${origin}/orders?page=2`)
  await tab.click('ada')
  await tab.until(`location.href === '${origin}/orders?page=2' && document.body.innerText === 'request 1'`)
  assert.equal(await tab.value('document.cookie'), '', 'no script sees the session')
  assert.equal(
    await tab.value(`fetch('/orders', { method: 'POST', body: 'x' }).then((answer) => answer.status)`),
    200,
    'its own page may act',
  )
  recorder.take()

  const attacks = {
    '/form': `<form method="post" action="${origin}/orders"><button>go</button></form>`,
    '/empty': '<p>nothing</p>',
  }
  const cert = {
    cert: readFileSync(join(rig.gateway.folder, 'data', 'tls.crt'), 'utf8'),
    key: readFileSync(join(rig.gateway.folder, 'data', 'tls.key'), 'utf8'),
  }
  const foreign = `http://127.0.0.1:${await otherSite(context, attacks)}`
  // Another port is the same site for cookies: `SameSite` does not help there, `csrf` has to.
  const neighbour = `https://localhost:${await otherSite(context, attacks, cert)}`
  for (const [site, status] of [
    [foreign, 'CREDENTIALS_MISSING'],
    [neighbour, 'CSRF_REFUSED'],
  ] as const) {
    const evil = await browser.tab()
    await evil.go(`${site}/form`)
    await evil.click('go')
    await evil.until(`location.href === '${origin}/orders'`)
    assert.match(String(await evil.value('document.documentElement.innerText')), new RegExp(status), site)
    await evil.go(`${site}/empty`)
    await evil.until(`location.href === '${site}/empty'`)
    await cannotAct(evil, origin)
  }
  const reached = recorder.take().requests
  assert.deepEqual(
    reached.filter(({ method }) => method !== 'GET'),
    [],
    'nothing that changes reached the service',
  )

  await tab.go(`${origin}/.sallyport/staff/logout`)
  await tab.click('Log out')
  await tab.until(`location.pathname === '/session/end'`)
  await tab.click('Log out')
  await tab.until(`location.href.startsWith('${origin}/bye')`)
  await tab.go(`${origin}/orders`)
  await tab.until(`location.href.startsWith('${rig.provider.issuer}/interaction/')`)
})

/** Everything that a page can make a browser send without asking first. */
async function cannotAct(tab: Tab, origin: string): Promise<void> {
  const read = await tab.value(
    `fetch('${origin}/orders', { credentials: 'include' }).then(() => 'read', () => 'not read')`,
  )
  assert.equal(read, 'not read')
  for (const body of [
    `'x'`,
    `new URLSearchParams({ a: 'b' })`,
    `new FormData()`,
    `new Blob(['{}'], { type: 'text/plain' })`,
  ])
    await tab.value(
      `fetch('${origin}/orders', { method: 'POST', mode: 'no-cors', credentials: 'include', body: ${body} }).then(() => 0, () => 0)`,
    )
  await tab.value(`navigator.sendBeacon('${origin}/orders', 'x')`)
  await tab.value(
    `fetch('${origin}/orders', { method: 'DELETE', credentials: 'include' }).then(() => 0, () => 0)`,
  )
  const image = await tab.value(
    `new Promise((resolve) => { const one = new Image(); one.onload = one.onerror = resolve; one.src = '${origin}/orders' }).then(() => 1)`,
  )
  assert.equal(image, 1)
}
