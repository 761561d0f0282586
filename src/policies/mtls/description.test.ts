import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { ClientCertificate } from '../../gateway/policy.ts'
import { describeCertificate } from './description.ts'

const bare: ClientCertificate = {
  problem: null,
  thumbprint: '',
  fingerprint: 'ab'.repeat(32),
  subject: '',
  commonName: null,
  dnsNames: [],
  uris: [],
  emails: [],
  serial: '',
  issuer: '',
  notBefore: 0,
  notAfter: 0,
}
const digest = `SHA-256 ${bare.fingerprint}`

test('a certificate is told by its names and its fingerprint', () => {
  assert.equal(
    describeCertificate({ ...bare, dnsNames: ['x.other.example.com'], commonName: 'x', subject: 'CN=x' }),
    `DNS x.other.example.com, CN x, ${digest}`,
  )
  assert.equal(describeCertificate({ ...bare, subject: 'O=Example' }), `subject O=Example, ${digest}`)
  assert.equal(describeCertificate(bare), digest)
  assert.equal(describeCertificate({ ...bare, fingerprint: '' }), 'nothing of it could be read')
  const many = { ...bare, dnsNames: ['a', 'b'], uris: ['u:c'], emails: ['d@e'], commonName: 'f' }
  assert.equal(describeCertificate(many), `DNS a, DNS b, URI u:c, email d@e, 1 more, ${digest}`)
})

test('whatever names are shown, it is one short line of printable ASCII', () => {
  const name = fc.string({ unit: 'binary', maxLength: 300 })
  fc.assert(
    fc.property(fc.array(name), fc.array(name), name, (dnsNames, uris, commonName) => {
      const told = describeCertificate({ ...bare, dnsNames, uris, commonName })
      assert.match(told, /^[\x20-\x7e]+$/)
      assert.ok(told.length < 700)
    }),
  )
})
