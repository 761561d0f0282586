import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { der, sequence } from '../../src/process/authority/der.ts'
import { extension, serverAuth, TestCertificate } from './authority.ts'
import { startMtlsGateway } from './mtls-gateway.ts'

const ada = { commonName: 'ada' }

/** A request as a balancer on loopback passes it on. */
function pass(port: number, headers: readonly (readonly [string, string])[], path = '/me'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1').on('data', (data: string) => {
      text += data
    })
    socket.on('error', reject).on('close', () => resolve(text))
    const lines = [['host', 'localhost'], ['x-forwarded-proto', 'https'], ['connection', 'close'], ...headers]
    socket.write(
      `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    )
  })
}

const statusOf = (text: string): number => Number(text.slice(9, 12))
const binary = (...list: readonly TestCertificate[]): string =>
  list.map(({ der }) => `:${der.toString('base64')}:`).join(', ')
const escaped = (...list: readonly TestCertificate[]): string =>
  encodeURIComponent(list.map(({ cert }) => cert).join(''))

const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const smallCurve = generateKeyPairSync('ec', { namedCurve: 'secp224r1' })
const unknown = extension('1.3.6.1.4.1.99999.1', true, der(0x05))

/** How each balancer writes a certificate, and what came with it. */
const forms: Readonly<
  Record<
    string,
    (leaf: TestCertificate, between: readonly TestCertificate[]) => readonly (readonly [string, string])[]
  >
> = {
  'client-cert': (leaf, between) => [
    ['Client-Cert', binary(leaf)],
    ...(between.length === 0 ? [] : [['Client-Cert-Chain', binary(...between)] as const]),
  ],
  'x-forwarded-client-cert': (leaf, between) => [
    [
      'X-Forwarded-Client-Cert',
      `By=spiffe://a/b;Hash=${leaf.fingerprint};Cert="${escaped(leaf)}";${between.length === 0 ? '' : `Chain="${escaped(leaf, ...between)}";`}Subject="O=\\"Ada, Ltd\\",CN=ada"`,
    ],
  ],
  'x-forwarded-tls-client-cert': (leaf, between) => [
    [
      'X-Forwarded-Tls-Client-Cert',
      encodeURIComponent([leaf, ...between].map(({ der }) => der.toString('base64')).join(',')),
    ],
  ],
  'ssl-client-cert': (leaf, between) => [['ssl-client-cert', escaped(leaf, ...between)]],
  'x-ssl-client-cert': (leaf, between) => [['X-SSL-Client-Cert', escaped(leaf, ...between)]],
  // AWS leaves `+`, `=` and `/` as they are.
  'x-amzn-mtls-clientcert-leaf': (leaf, between) => [
    ['X-Amzn-Mtls-Clientcert-Leaf', awsEscaped(escaped(leaf, ...between))],
  ],
  'x-amzn-mtls-clientcert': (leaf, between) => [
    ['X-Amzn-Mtls-Clientcert', awsEscaped(escaped(leaf, ...between))],
  ],
}

const awsEscaped = (text: string): string =>
  text.replaceAll('%2B', '+').replaceAll('%3D', '=').replaceAll('%2F', '/')

for (const [header, write] of Object.entries(forms)) {
  test(`${header}: the certificate that the balancer names proves the caller, and is verified again`, async (context) => {
    const mtls = await startMtlsGateway(context, { header, withList: false })
    const { balanced, root, arrived } = mtls
    const between = root.intermediate('Between')
    const good = root.issue(ada)
    assert.equal(statusOf(await pass(balanced, write(good, []))), 200)
    assert.equal(statusOf(await pass(balanced, write(between.issue(ada), [between]))), 200)
    assert.ok(!JSON.stringify(arrived).includes(good.der.toString('base64').slice(0, 60)))
    const stranger = TestCertificate.root('Root')
    const ended = root.intermediate('Ended', { to: -60 })
    const servers = root.intermediate('Servers', { extendedKeyUsage: [serverAuth] })
    const narrow = root.intermediate('Narrow', { pathLength: 0 })
    const below = narrow.intermediate('Below')
    const limiting = root.intermediate('Limiting', { extensions: [extension('2.5.29.30', true, sequence())] })
    const leaf = root.issue({ commonName: 'leaf' })
    const bad: Record<string, readonly (readonly [string, string])[]> = {
      expired: write(root.issue({ ...ada, to: -1 }), []),
      'not valid yet': write(root.issue({ ...ada, from: 60 }), []),
      'for servers': write(root.issue({ ...ada, extendedKeyUsage: [serverAuth] }), []),
      'of an authority': write(root.issue({ ...ada, authority: true }), []),
      'signed with SHA-1': write(root.issue({ ...ada, digest: 'sha1' }), []),
      'with a key of 1024 bits': write(root.issue({ ...ada, keys: weakRsa }), []),
      'with a key on a small curve': write(root.issue({ ...ada, keys: smallCurve }), []),
      'with an unknown critical extension': write(root.issue({ ...ada, extensions: [unknown] }), []),
      'of an intermediate that limits names': write(limiting.issue(ada), [limiting]),
      'with more intermediates than are looked at': write(good, Array<TestCertificate>(6).fill(between)),
      'self-signed': write(new TestCertificate(ada, null), []),
      'of a stranger of the same name': write(stranger.issue(ada), []),
      'of a stranger with his root': write(stranger.issue(ada), [stranger]),
      'of an intermediate that is missing': write(between.issue(ada), []),
      'of an expired intermediate': write(ended.issue(ada), [ended]),
      'of an intermediate for servers': write(servers.issue(ada), [servers]),
      'of too long a chain': write(below.issue(ada), [below, narrow]),
      'issued by a leaf': write(leaf.issue(ada), [leaf]),
      'sent twice': [...write(good, []), ...write(good, [])],
      'cut off': write(good, []).map(([name, value]) => [name, value.slice(0, -40)] as const),
      empty: write(good, []).map(([name]) => [name, ''] as const),
      nonsense: write(good, []).map(([name]) => [name, 'evil'] as const),
      'of no known name': write(root.issue({ commonName: 'eve' }), []),
    }
    for (const [name, headers] of Object.entries(bad)) {
      const text = await pass(balanced, headers)
      assert.equal(statusOf(text), 401, `${name}: ${text}`)
      assert.match(text, /CERTIFICATE_(REFUSED|UNKNOWN)/, name)
    }
    assert.equal(statusOf(await pass(balanced, [])), 401)
    // The header of another make is no certificate here, and goes no further.
    for (const [other, form] of Object.entries(forms))
      if (other !== header) assert.match(await pass(balanced, form(good, [])), /CREDENTIALS_MISSING/, other)
    assert.equal(arrived.length, 2)
  })
}

test('two elements of Envoy, or an attribute twice, have two readings', async (context) => {
  const { balanced, root } = await startMtlsGateway(context, {
    header: 'x-forwarded-client-cert',
    withList: false,
  })
  const [one, two] = [root.issue(ada), root.issue({ commonName: 'eve' })]
  for (const value of [
    `Cert="${escaped(one)}",Cert="${escaped(two)}"`,
    `By=a,Cert="${escaped(one)}"`,
    `Cert="${escaped(one)}";Cert="${escaped(two)}"`,
    `Cert="${escaped(one, two)}"`,
    `Cert="${escaped(one)}`,
    `Subject="a\\";Cert="${escaped(one)}"`,
    `Cert="${escaped(one)}" x`,
  ])
    assert.match(
      await pass(balanced, [['x-forwarded-client-cert', value]]),
      /CERTIFICATE_REFUSED/,
      value.slice(0, 60),
    )
})

test('a certificate in a header is not read from other addresses, nor where none is asked for', async (context) => {
  const listed = await startMtlsGateway(context)
  const headers = forms['client-cert']!(listed.root.issue(ada), [])
  assert.match(await pass(listed.plain, headers), /CREDENTIALS_MISSING/)
  const other = await startMtlsGateway(context, { balancer: '192.0.2.0/24' })
  assert.match(
    await pass(other.balanced, forms['client-cert']!(other.root.issue(ada), [])),
    /BALANCER_REQUIRED/,
  )
})

test('revocation by the list holds for what a balancer names, at the next request', async (context) => {
  const mtls = await startMtlsGateway(context)
  const certificate = mtls.root.issue(ada)
  const headers = forms['client-cert']!(certificate, [])
  assert.equal(statusOf(await pass(mtls.balanced, headers)), 200)
  mtls.replace(mtls.crl, mtls.root.revoke([certificate]))
  const began = performance.now()
  while (statusOf(await pass(mtls.balanced, headers)) === 200) await sleep(5)
  assert.ok(performance.now() - began < 1000)
})

test('where it is required, a request without one is refused before any API', async (context) => {
  const { balanced, root, gateway } = await startMtlsGateway(context, { required: true })
  const text = await pass(balanced, [], '/open')
  assert.match(text, /403/)
  assert.match(text, /CERTIFICATE_REQUIRED/)
  assert.match((await gateway.records(1))[0]!.reason ?? '', /none was shown/)
  assert.equal(statusOf(await pass(balanced, forms['client-cert']!(root.issue(ada), []), '/open')), 200)
})

test('a kept verdict ends when the certificate does', async (context) => {
  const { balanced, root } = await startMtlsGateway(context)
  const headers = forms['client-cert']!(root.issue({ ...ada, to: 2 }), [])
  assert.equal(statusOf(await pass(balanced, headers)), 200)
  await sleep(3100)
  assert.equal(statusOf(await pass(balanced, headers)), 401)
})
