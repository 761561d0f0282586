import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCertificate } from '../../src/engines/x509/certificate.ts'
import { ClientTrust, TrustError, type TrustFile } from '../../src/engines/x509/client-trust.ts'
import { DerError } from '../../src/engines/x509/der-reader.ts'
import { readRevocationList } from '../../src/engines/x509/revocation-list.ts'
import { der, integer, sequence } from '../../src/process/authority/der.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { extension, type ListWanted, newKeys, pem, TestCertificate } from './authority.ts'

const root = TestCertificate.root()
const now = Date.now() / 1000
const file = (bytes: Buffer | string): TrustFile => ({ path: 'file', bytes: Buffer.from(bytes) })
const trusting = (
  authorities: readonly TestCertificate[],
  ...lists: readonly (Buffer | string)[]
): ClientTrust => new ClientTrust([file(authorities.map(({ cert }) => cert).join(''))], lists.map(file))
const problemOf = (trust: ClientTrust, certificate: TestCertificate): string | null =>
  trust.listProblem(readCertificate(certificate.der), now)

test('exactly the listed serial numbers are revoked', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }), { maxLength: 60 }),
      fc.uniqueArray(fc.bigInt({ min: 1n, max: 5000n }), { maxLength: 60 }),
      fc.integer({ min: 0, max: 60 }),
      (large, small, split) => {
        const all = [...new Set([...large, ...small])]
        const hex = (one: bigint): string => one.toString(16)
        const bytes = (one: bigint): Buffer =>
          Buffer.from(hex(one).padStart(hex(one).length + (hex(one).length % 2), '0'), 'hex')
        const revoked = all.slice(0, split)
        const list = readRevocationList(
          root.revoke(revoked.map((serial) => ({ serial: bytes(serial) }) as TestCertificate)),
        )
        assert.equal(list.revoked.size, revoked.length)
        for (const [index, serial] of all.entries())
          assert.equal(list.revoked.has(hex(serial)), index < revoked.length)
      },
    ),
    { numRuns: 60 },
  )
})

test('lists that say only a part, or what nobody here understands, are refused by name', () => {
  const scope = (...fields: Buffer[]): Buffer => extension('2.5.29.28', true, sequence(...fields))
  const refused: Record<string, readonly [ListWanted, RegExp]> = {
    delta: [{ extensions: [extension('2.5.29.27', true, integer(Buffer.from([1])))] }, /delta list/],
    'delta, not critical': [
      { extensions: [extension('2.5.29.27', false, integer(Buffer.from([1])))] },
      /delta list/,
    ],
    indirect: [{ extensions: [scope(der(0x84, Buffer.from([0xff])))] }, /indirect list/],
    'of other authorities': [
      { entryExtensions: [sequence(extension('2.5.29.29', true, sequence()))] },
      /indirect list/,
    ],
    'of one distribution point': [{ extensions: [scope(der(0xa0, der(0xa0)))] }, /part of the certificates/],
    'of authorities alone': [
      { extensions: [scope(der(0x82, Buffer.from([0xff])))] },
      /part of the certificates/,
    ],
    'for some reasons': [{ extensions: [scope(der(0x83, Buffer.from([1, 2])))] }, /part of the certificates/],
    'with an unknown critical extension': [
      { extensions: [extension('1.3.6.1.4.1.99999.2', true, der(0x05))] },
      /unknown critical extension 1\.3\.6\.1\.4\.1\.99999\.2/,
    ],
    'with an entry of an unknown kind': [
      { entryExtensions: [sequence(extension('1.3.6.1.4.1.99999.2', true, der(0x05)))] },
      /unknown critical extension/,
    ],
    'without an end': [{ endless: true }, /nextUpdate/],
    'signed by another key': [{ keys: newKeys() }, /not signed by one of the authorities/],
    'signed with SHA-1': [{ digest: 'sha1' }, /weak/],
  }
  for (const [name, [wanted, message]] of Object.entries(refused))
    assert.throws(
      () => trusting([root], root.revoke([root.issue()], wanted)),
      (error) => error instanceof TrustError && message.test(error.message),
      name,
    )
  const users = extension('2.5.29.28', true, sequence(der(0x81, Buffer.from([0xff]))))
  const number = extension('2.5.29.20', false, integer(Buffer.from([7])))
  const reason = sequence(extension('2.5.29.21', false, der(0x0a, Buffer.from([1]))))
  const leaf = root.issue()
  const list = root.revoke([leaf], { extensions: [number, users], entryExtensions: [reason] })
  assert.equal(problemOf(trusting([root], list), leaf), 'it was revoked')
})

test('a list speaks for its issuer alone, and without one nobody is trusted', () => {
  const other = TestCertificate.root('Other')
  const [mine, theirs] = [root.issue(), other.issue()]
  const trust = trusting([root, other], root.revoke([theirs]))
  assert.equal(problemOf(trust, mine), null)
  assert.match(problemOf(trust, theirs)!, /no revocation list of its issuer/)
  assert.match(problemOf(trust, root.intermediate('Between').issue())!, /not among the authorities/)
  const both = trusting(
    [root, other],
    pem('X509 CRL', root.revoke([])) + pem('X509 CRL', other.revoke([theirs])),
  )
  assert.equal(problemOf(both, mine), null)
  assert.equal(problemOf(both, theirs), 'it was revoked')
  assert.throws(() => trusting([root], root.revoke([]), root.revoke([])), /second list/)
  assert.match(problemOf(trusting([root], root.revoke([], { ends: -1 })), mine)!, /has ended/)
  assert.equal(problemOf(trusting([root], root.revoke([mine], { ends: -1 })), mine), 'it was revoked')
})

test('two authorities of one name are told apart by their keys', () => {
  const next = TestCertificate.root('Root')
  const [old, fresh] = [root.issue({ serial: Buffer.from([9]) }), next.issue({ serial: Buffer.from([9]) })]
  const trust = trusting([root, next], root.revoke([]), next.revoke([fresh]))
  assert.equal(problemOf(trust, old), null)
  assert.equal(problemOf(trust, fresh), 'it was revoked')
})

test('what stands below a revoked authority is revoked', () => {
  const upper = root.intermediate('Upper')
  const lower = upper.intermediate('Lower')
  const leaf = lower.issue()
  const lists = [upper.revoke([]), lower.revoke([])]
  assert.equal(problemOf(trusting([root, upper, lower], root.revoke([]), ...lists), leaf), null)
  assert.equal(
    problemOf(trusting([root, upper, lower], root.revoke([upper]), ...lists), leaf),
    'its issuer was revoked',
  )
})

test('authorities: leaves, parts of a chain, and what is no certificate are refused', () => {
  assert.throws(() => trusting([root.issue()]), /no certificate of an authority/)
  assert.throws(() => trusting([root.intermediate('Between')]), /not among the authorities/)
  assert.throws(() => new ClientTrust([file('nonsense')], []), TrustError)
  assert.throws(() => new ClientTrust([file('')], []), TrustError)
  assert.throws(() => new ClientTrust([file(root.cert)], [file(root.cert)]), /no revocation list/)
  assert.equal(new ClientTrust([file(root.der)], []).authorities.length, 1)
})

test('lists that were changed in any byte are refused or not signed', () => {
  const random = new SeededRandom(7)
  const whole = root.revoke([root.issue(), root.issue()], {
    extensions: [extension('2.5.29.20', false, integer(Buffer.from([7])))],
  })
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(whole)
    const at = random.below(bytes.length)
    bytes[at]! ^= 1 << random.below(8)
    const cut = random.below(10) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes
    try {
      readRevocationList(cut)
    } catch (error) {
      assert.ok(error instanceof DerError, String(error))
      continue
    }
    // A bit of the signature, or of what is signed.
    if (round % 20 === 0) assert.throws(() => trusting([root], cut), TrustError)
  }
})

test('reads the lists of `openssl ca`, PEM and DER', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crl-'))
  try {
    const path = (name: string): string => join(folder, name)
    mkdirSync(path('new'))
    writeFileSync(path('ca.pem'), root.cert)
    writeFileSync(path('ca.key'), root.key)
    writeFileSync(path('index.txt'), '')
    writeFileSync(path('number'), '01\n')
    writeFileSync(
      path('ca.cnf'),
      `[ca]\ndefault_ca=c\n[c]\ndatabase=${path('index.txt')}\ncrlnumber=${path('number')}\nnew_certs_dir=${path('new')}\ncertificate=${path('ca.pem')}\nprivate_key=${path('ca.key')}\ndefault_md=sha256\ndefault_crl_days=1\n`,
    )
    const openssl = (...parts: string[]): void => {
      execFileSync('openssl', parts, { stdio: ['ignore', 'ignore', 'pipe'] })
    }
    const [gone, stays] = [root.issue({ commonName: 'gone' }), root.issue({ commonName: 'stays' })]
    writeFileSync(path('gone.pem'), gone.cert)
    openssl('ca', '-config', path('ca.cnf'), '-revoke', path('gone.pem'), '-crl_reason', 'keyCompromise')
    openssl('ca', '-config', path('ca.cnf'), '-gencrl', '-out', path('crl.pem'))
    openssl('crl', '-in', path('crl.pem'), '-outform', 'DER', '-out', path('crl.der'))
    for (const name of ['crl.pem', 'crl.der']) {
      const trust = trusting([root], readFileSync(path(name)))
      assert.equal(problemOf(trust, gone), 'it was revoked', name)
      assert.equal(problemOf(trust, stays), null, name)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
