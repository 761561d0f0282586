import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { readCertificate } from '../../src/engines/x509/certificate.ts'
import { readCertificateFields } from '../../src/engines/x509/certificate-fields.ts'
import { DerError } from '../../src/engines/x509/der-reader.ts'
import { pemBlocks } from '../../src/engines/x509/pem.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { TestCertificate } from './authority.ts'

const root = TestCertificate.root()

test('reads what OpenSSL reads', () => {
  const certificate = root.issue({
    attributes: [
      ['2.5.4.6', 'DE'],
      ['2.5.4.10', 'Ada, "Söhne" + Co; <x>'],
      ['2.5.4.11', ' #lead and trail '],
      ['0.9.2342.19200300.100.1.25', 'example'],
      ['1.2.840.113549.1.9.1', 'a@example.com'],
      ['2.5.4.5', '12\\34'],
    ],
    commonName: 'ada',
    dns: ['A.Example.com', 'b.example.com'],
    uris: ['spiffe://example.com/a'],
    emails: ['ada@example.com'],
    serial: Buffer.from('00ff00aa', 'hex'),
  })
  const fields = readCertificateFields(certificate.der)
  const asked = ['x509', '-noout', '-nameopt', 'RFC2253,-esc_msb,utf8']
  const said = (option: string): string =>
    execFileSync('openssl', [...asked, option], { input: certificate.cert })
      .toString()
      .trim()
  assert.equal(`subject=${fields.subject.text}`, said('-subject'))
  assert.equal(`issuer=${fields.issuer.text}`, said('-issuer'))
  assert.equal(fields.serial.toUpperCase().padStart(8, '0'), said('-serial').slice(7).padStart(8, '0'))
  const { x509 } = certificate
  assert.equal(fields.notBefore * 1000, x509.validFromDate.getTime())
  assert.equal(fields.notAfter * 1000, x509.validToDate.getTime())
  assert.deepEqual(fields.dnsNames, ['a.example.com', 'b.example.com'])
  assert.deepEqual(fields.uris, ['spiffe://example.com/a'])
  assert.deepEqual(fields.emails, ['ada@example.com'])
})

test('a name with an escaped comma cannot pass for two parts', () => {
  const { subject } = readCertificateFields(
    root.issue({ commonName: 'evil,OU=devices', attributes: [['2.5.4.10', 'Example']] }).der,
  )
  assert.equal(subject.text, 'CN=evil\\,OU=devices,O=Example')
})

test('certificates that were changed in any byte are read or refused, and never bring anything else about', () => {
  const random = new SeededRandom(5)
  const { der } = root.issue({ commonName: 'ada', dns: ['a.example.com'], uris: ['spiffe://a/b'] })
  let refused = 0
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(der)
    const changes = 1 + random.below(3)
    for (let i = 0; i < changes; i++) bytes[random.below(bytes.length)] = random.below(256)
    const cut = random.below(10) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes
    try {
      readCertificateFields(cut)
    } catch (error) {
      assert.ok(error instanceof DerError, String(error))
      refused++
    }
  }
  assert.ok(refused > 5000)
})

test('what OpenSSL and the reader here read of a changed certificate is the same', () => {
  const random = new SeededRandom(6)
  const { der } = root.issue({ commonName: 'ada', dns: ['a.example.com'] })
  let both = 0
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(der)
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
    let read: ReturnType<typeof readCertificate>
    try {
      read = readCertificate(bytes)
    } catch (error) {
      assert.ok(error instanceof DerError)
      continue
    }
    const x509 = new X509Certificate(bytes)
    both++
    assert.equal(read.fields.notAfter * 1000, x509.validToDate.getTime())
    assert.equal(read.fields.isAuthority, x509.ca)
    assert.equal(read.fields.serial, x509.serialNumber.toLowerCase().replace(/^0+/, ''))
    const names = (x509.subjectAltName ?? '').toLowerCase()
    // Node writes names with a comma or a quote in another form.
    if (names.includes('"')) continue
    for (const name of read.fields.dnsNames) assert.ok(names.includes(`dns:${name}`), `${name} in ${names}`)
  }
  assert.ok(both > 500)
})

test('bytes after a certificate are a second reading', () => {
  const { der } = root.issue({ commonName: 'ada' })
  assert.throws(() => readCertificate(Buffer.concat([der, Buffer.from([0])])), DerError)
  assert.throws(() => readCertificate(Buffer.alloc(70_000)), DerError)
})

test('PEM: text between blocks is passed over, broken blocks are not', () => {
  const { cert, der } = root
  assert.deepEqual(pemBlocks(Buffer.from(`# roots\n${cert}\nx\n${cert}`), ['CERTIFICATE']), [der, der])
  for (const broken of [
    cert.slice(0, -10),
    cert.replace('MI', 'M!'),
    cert.replace('END CERTIFICATE', 'END KEY'),
    cert.replace('-----\n', '-----\n=\n'),
    '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    '-----BEGIN CERTIFICATE',
  ])
    assert.equal(pemBlocks(Buffer.from(broken), ['CERTIFICATE']), null, broken.slice(0, 60))
})
