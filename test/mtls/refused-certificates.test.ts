import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { der, oid, sequence } from '../../src/process/authority/der.ts'
import { freePort } from '../support/test-gateway.ts'
import { clientAuth, extension, serverAuth, TestCertificate, type Wanted } from './authority.ts'
import { startMtlsGateway } from './mtls-gateway.ts'
import { ask, type Handshake } from './tls-client.ts'

const ada: Wanted = { commonName: 'ada' }

/** Handshakes that must prove nobody, with what the record says (a pattern). */
function badHandshakes(root: TestCertificate): Record<string, readonly [Handshake, RegExp]> {
  const bad = (wanted: Wanted, problem: RegExp): readonly [Handshake, RegExp] => [
    { certificate: root.issue({ ...ada, ...wanted }) },
    problem,
  ]
  const stranger = TestCertificate.root('Stranger')
  const twin = TestCertificate.root('Root')
  const between = root.intermediate('Between')
  const ended = root.intermediate('Ended', { to: -60 })
  const narrow = root.intermediate('Narrow', { pathLength: 0 })
  const below = narrow.intermediate('Below')
  const servers = root.intermediate('Servers', { extendedKeyUsage: [serverAuth] })
  const noSigner = root.intermediate('No signer', { keyUsage: 0x02 })
  const leaf = root.issue({ commonName: 'leaf' })
  const forged = root.issue(ada)
  forged.der[forged.der.length - 5]! ^= 1
  return {
    'expired an hour ago': bad({ to: -3600 }, /EXPIRED/),
    'expired a second ago': bad({ to: -1 }, /EXPIRED/),
    'not valid for another hour': bad({ from: 3600 }, /NOT_YET_VALID/),
    'not valid for another 10 seconds': bad({ from: 10 }, /NOT_YET_VALID/),
    'for servers': bad({ extendedKeyUsage: [serverAuth] }, /INVALID_PURPOSE/),
    'for code signing': bad({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.3'] }, /INVALID_PURPOSE/),
    'for e-mail and time stamps': bad(
      { extendedKeyUsage: ['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.8'] },
      /INVALID_PURPOSE/,
    ),
    'for any use, but not for clients': bad(
      { extendedKeyUsage: ['2.5.29.37.0'] },
      /client auth|INVALID_PURPOSE/,
    ),
    'a key that signs certificates alone': bad({ keyUsage: 0x04 }, /signatures|INVALID_PURPOSE/),
    'a key that encrypts alone': bad({ keyUsage: 0x20 }, /signatures|INVALID_PURPOSE/),
    'a key that agrees keys alone': bad({ keyUsage: 0x08 }, /signatures/),
    'of an authority': bad({ authority: true, keyUsage: 0x84 }, /authority/),
    'with an unknown critical extension': bad(
      { extensions: [extension('1.3.6.1.4.1.99999.1', true, der(0x05))] },
      /critical extension 1\.3\.6\.1\.4\.1\.99999\.1/,
    ),
    'with an extension twice': bad(
      { extensions: [extension('2.5.29.37', false, sequence(oid(clientAuth)))] },
      /twice|UNSPECIFIED|INVALID|could not/i,
    ),
    'with a NUL in its name': bad({ commonName: 'ada\0.example.com' }, /control characters/),
    'with a line feed in its name': bad({ commonName: 'ada\nx: y' }, /control characters/),
    'with a NUL in a DNS name': bad({ dns: ['a.devices.example.com\0.evil'] }, /control characters/),
    'with a line feed in a URI': bad({ uris: ['spiffe://a\r\nx-admin: 1'] }, /control characters/),
    'signed with SHA-1': bad({ digest: 'sha1' }, /MD_TOO_WEAK|weak/i),
    'a key of 1024 bits': bad(
      { keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) },
      /KEY_TOO_SMALL|weak/i,
    ),
    'a key on a small curve': bad(
      { keys: generateKeyPairSync('ec', { namedCurve: 'secp224r1' }) },
      /KEY_TOO_SMALL|weak/i,
    ),
    'self-signed': [{ certificate: new TestCertificate(ada, null) }, /SELF_SIGNED/],
    'of a stranger': [{ certificate: stranger.issue(ada) }, /ISSUER|LEAF_SIGNATURE/],
    'of a stranger who sends his root along': [
      { certificate: stranger.issue(ada), between: [stranger] },
      /SELF_SIGNED|ISSUER/,
    ],
    'of an authority with the right name and another key': [
      { certificate: twin.issue(ada) },
      /SIGNATURE|ISSUER/,
    ],
    'with a forged signature': [{ certificate: forged }, /SIGNATURE/],
    'issued by another leaf': [
      { certificate: leaf.issue(ada), between: [leaf] },
      /INVALID_CA|ISSUER|LEAF_SIGNATURE|UNSPECIFIED/,
    ],
    'an intermediate that was not sent': [{ certificate: between.issue(ada) }, /ISSUER|LEAF_SIGNATURE/],
    'under an expired intermediate': [{ certificate: ended.issue(ada), between: [ended] }, /EXPIRED/],
    'under more intermediates than allowed': [
      { certificate: below.issue(ada), between: [below, narrow] },
      /PATH_LENGTH/,
    ],
    'under an intermediate for servers': [
      { certificate: servers.issue(ada), between: [servers] },
      /INVALID_PURPOSE/,
    ],
    'under an intermediate that may not sign': [
      { certificate: noSigner.issue(ada), between: [noSigner] },
      /KEYUSAGE|INVALID_CA|ISSUER|UNSPECIFIED/,
    ],
  }
}

test('bad certificates prove nobody, on either version of TLS; where certificates are asked for', async (context) => {
  const mtls = await startMtlsGateway(context, { withList: false })
  const { port, root, gateway } = mtls
  assert.equal((await ask(port, { certificate: root.issue(ada) })).status, 200)
  const between = root.intermediate('Good')
  assert.equal((await ask(port, { certificate: between.issue(ada), between: [between] })).status, 200)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  assert.equal((await ask(port, { certificate: root.issue({ ...ada, keys: rsa }) })).status, 200)
  const cases = Object.entries(badHandshakes(root))
  assert.ok(cases.length >= 32)
  let good = mtls.arrived.length
  let asked = good
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const [name, [handshake, problem]] of cases) {
      const got = await ask(port, { ...handshake, version })
      // OpenSSL of the gateway may end the handshake by itself: signatures by keys that are too weak.
      if (got.status === 0) continue
      asked++
      // A client whose key has no place in TLS 1.3 goes on without a certificate.
      if (name.includes('curve') && got.body.includes('CREDENTIALS_MISSING')) continue
      assert.equal(got.status, 401, `${name}: ${got.body}`)
      assert.match(got.body, /CERTIFICATE_REFUSED/, name)
      const record = (await gateway.records(asked)).at(-1)!
      assert.match(record.reason ?? '', problem, `${name}: ${record.reason}`)
      assert.ok(!got.body.includes(record.reason ?? '?'), 'the client is not told which')
    }
  }
  assert.equal(mtls.arrived.length, good)
  // What proves nobody also spoils nothing that asks for no proof.
  assert.equal((await ask(port, { certificate: TestCertificate.root('x').issue(ada) }, '/open')).status, 200)
  good++
  assert.equal(mtls.arrived.length, good)
})

test('where a certificate is required, bad ones and none do not reach HTTP', async (context) => {
  const ops = await freePort()
  const mtls = await startMtlsGateway(context, {
    required: true,
    listeners: () => ({ ops: { address: `127.0.0.1:${ops}`, serve: ['metrics'] } }),
  })
  const { port, root, gateway } = mtls
  const good = root.issue(ada)
  assert.equal((await ask(port, { certificate: good })).status, 200)
  const revoked = root.issue(ada)
  mtls.replace(mtls.crl, root.revoke([revoked]))
  await gateway.gateway.reload()
  const all: Record<string, Handshake> = {
    none: {},
    revoked: { certificate: revoked },
    ...Object.fromEntries(
      Object.entries(badHandshakes(root)).map(([name, [handshake]]) => [name, handshake]),
    ),
  }
  const records = (await gateway.records(1)).length
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const [name, handshake] of Object.entries(all)) {
      const got = await ask(port, { ...handshake, version }, '/open')
      assert.equal(got.status, 0, `${version} ${name}: ${got.head}`)
    }
  assert.equal((await ask(port, { certificate: good }, '/open')).status, 200)
  assert.equal((await gateway.records(records + 1)).length, records + 1)
  assert.equal(mtls.arrived.length, 2)
  const metrics = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text()
  const [, failed] = /^sallyport_tls_handshakes_failed_total(?:\{.*\})? (\d+)$/m.exec(metrics) ?? []
  assert.equal(Number(failed), 2 * Object.keys(all).length, 'each is counted')
})

test('T43: neither SNI nor Host nor an unknown name skips the certificate', async (context) => {
  const { port, root } = await startMtlsGateway(context, { required: true })
  for (const serverName of ['', 'localhost', 'other.example.com', 'unknown.example.com']) {
    for (const host of ['localhost', 'other.example.com', 'unknown.example.com']) {
      assert.equal((await ask(port, { serverName }, '/open', { host })).status, 0, `${serverName} ${host}`)
    }
  }
  // Each SNI context has the authorities of the listener, not the public ones that Node brings.
  const stranger = TestCertificate.root('Stranger').issue(ada)
  for (const serverName of ['', 'localhost', 'other.example.com', 'unknown.example.com']) {
    const good = await ask(port, { serverName, certificate: root.issue(ada) })
    assert.equal(good.status, 200, serverName)
    assert.equal((await ask(port, { serverName, certificate: stranger })).status, 0, serverName)
  }
})

test('no certificate is no credential, and a name that no rule means is a wrong one', async (context) => {
  const { port, root, gateway } = await startMtlsGateway(context)
  const none = await ask(port, {})
  assert.equal(none.status, 401)
  assert.match(none.body, /CREDENTIALS_MISSING/)
  assert.match(none.head, /www-authenticate: ClientCertificate realm="api"/i)
  const eve = await ask(port, { certificate: root.issue({ commonName: 'eve' }) })
  assert.match(eve.body, /CERTIFICATE_UNKNOWN/)
  const one = await ask(port, {
    certificate: root.issue({ commonName: 'x', dns: ['d1.devices.example.com'] }),
  })
  assert.equal(one.status, 200)
  const record = (await gateway.records(3)).at(-1)!
  assert.equal(JSON.stringify(record.caller ?? record).includes('CN=x'), true)
  for (const dns of [
    'devices.example.com',
    'a.b.devices.example.com',
    '*.devices.example.com',
    'xdevices.example.com',
  ])
    assert.equal(
      (await ask(port, { certificate: root.issue({ commonName: 'x', dns: [dns] }) })).status,
      401,
      dns,
    )
})

test('two identities share the place, and each takes its own', async (context) => {
  const people = { type: 'mtls', names: [{ commonName: 'eve' }] }
  const { port, root } = await startMtlsGateway(context, { identities: { people } })
  for (const [commonName, status] of [
    ['ada', 200],
    ['eve', 200],
    ['bob', 401],
  ] as const)
    assert.equal((await ask(port, { certificate: root.issue({ commonName }) })).status, status, commonName)
})

test('nothing of the certificate reaches the service, and no claim of one either', async (context) => {
  const { port, root, arrived } = await startMtlsGateway(context)
  const claims = Object.fromEntries(
    [
      'Client-Cert',
      'Client-Cert-Chain',
      'X-Forwarded-Client-Cert',
      'X-SSL-Client-Cert',
      'ssl-client-cert',
      'X-Amzn-Mtls-Clientcert-Leaf',
      'X-SSL-Client-S-DN',
      'SSL-Client-Verify',
      'X-Forwarded-Tls-Client-Cert-Info',
      'X-Client-Cert-Hash',
    ].map((name) => [name, 'evil']),
  )
  const certificate = root.issue(ada)
  assert.equal((await ask(port, { certificate }, '/me', claims)).status, 200)
  assert.ok(!JSON.stringify(arrived).includes('evil'))
  assert.ok(!JSON.stringify(arrived).includes(certificate.fingerprint))
  // T19: names that services read as one of them.
  for (const name of ['Client_Cert', 'X_SSL_Client_Cert', 'x.forwarded.client.cert', 'ssl_client-cert'])
    assert.equal((await ask(port, { certificate }, '/me', { [name]: 'evil' })).status, 400, name)
  // T18: `Connection` takes none of them away either.
  assert.equal((await ask(port, { certificate }, '/me', { connection: 'Client-Cert' })).status, 400)
})

test('T42: what is public of a certificate is no credential', async (context) => {
  const { port, root } = await startMtlsGateway(context)
  const certificate = root.issue(ada)
  const { fingerprint, thumbprint } = certificate
  const encoded = `:${certificate.der.toString('base64')}:`
  for (const value of [
    fingerprint,
    thumbprint,
    `devices/${fingerprint}`,
    encoded,
    encodeURIComponent(certificate.cert),
  ]) {
    for (const name of [
      'client-cert',
      'x-forwarded-client-cert',
      'x-ssl-client-cert',
      'x-api-key',
      'x-client-cert-sha256',
    ])
      assert.equal(
        (await ask(port, {}, '/me', { [name]: value })).status,
        401,
        `${name}: ${value.slice(0, 40)}`,
      )
    assert.equal((await ask(port, {}, '/me', { authorization: `Bearer ${value.slice(0, 100)}` })).status, 401)
    assert.equal((await ask(port, {}, `/me?cert=${encodeURIComponent(value)}`)).status, 401)
  }
})
