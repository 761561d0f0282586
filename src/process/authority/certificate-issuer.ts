import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIP } from 'node:net'
import { addressBytes } from '../name-text.ts'
import { bits, der, integer, octets, oid, sequence, setOf, text, time, yes } from './der.ts'

/** A certificate and its private key, as PEM. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

const hour = 3_600_000
const day = 24 * hour

/** Longest life of a server certificate that browsers accept from any authority, less a day for clocks. */
const leafDays = 396
/** Five years. */
const authorityDays = 1826

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/**
 * Makes an authority that can vouch for `names` (and always for loopback) and for nothing else: whoever trusts it
 * in a browser risks no other site, even when its key is stolen (name constraints, RFC 5280 §4.2.1.10).
 */
export function issueAuthority(names: readonly string[]): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyId = keyIdentifier(publicKey)
  const name = authorityName(keyId)
  return issue({
    issuer: name,
    subject: name,
    publicKey,
    privateKey,
    signingKey: privateKey,
    days: authorityDays,
    extensions: [
      extension('2.5.29.19', true, sequence(yes, integer(Buffer.from([0])))), // an authority, with none below it
      extension('2.5.29.15', true, bits(Buffer.from([0b0000_0110]), 1)), // keyCertSign, cRLSign
      extension('2.5.29.30', true, nameConstraints(names)),
      extension('2.5.29.14', false, octets(keyId)),
    ],
  })
}

/** Issues a server certificate for `names` (DNS names and addresses), signed by `authority`. */
export function issueLeaf(authority: Issued, names: readonly string[]): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authorityId = keyIdentifier(createPublicKey(authority.key))
  return issue({
    issuer: authorityName(authorityId),
    subject: commonName('Sallyport'),
    publicKey,
    privateKey,
    signingKey: createPrivateKey(authority.key),
    days: leafDays,
    extensions: [
      extension('2.5.29.19', true, sequence()), // no authority
      extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)), // digitalSignature
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // serverAuth
      extension('2.5.29.17', false, sequence(...names.map(generalName))),
      extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
      extension('2.5.29.35', false, sequence(der(0x80, authorityId))),
    ],
  })
}

/** Whether the authority (PEM) was made for exactly these names. */
export function vouchesFor(authority: string, names: readonly string[]): boolean {
  const bytes = Buffer.from(authority.replace(/-----[A-Z ]+-----/g, ''), 'base64')
  return bytes.includes(extension('2.5.29.30', true, nameConstraints(names)))
}

interface Template {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly signingKey: KeyObject
  readonly days: number
  readonly extensions: readonly Buffer[]
}

/** `Certificate` of RFC 5280 §4.1, version 3. */
function issue(template: Template): Issued {
  const now = Date.now()
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ecdsaWithSha256,
    template.issuer,
    // An hour back, for clients whose clock is behind.
    sequence(time(new Date(now - hour)), time(new Date(now + template.days * day))),
    template.subject,
    template.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...template.extensions)),
  )
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, template.signingKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: template.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Positive, and 127 random bits of which the first is set (RFC 5280 §4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value))
}

const commonName = (name: string): Buffer => sequence(setOf(sequence(oid('2.5.4.3'), text(name))))

/** Its own name for each key: two authorities of one name confuse trust stores. */
const authorityName = (keyId: Buffer): Buffer =>
  commonName(`Sallyport local authority ${keyId.toString('hex', 0, 4)}`)

/** Method 1 of RFC 7093 §2: the leftmost 160 bits of the SHA-256 of the public key. */
function keyIdentifier(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return createHash('sha256').update(point).digest().subarray(0, 20)
}

function generalName(name: string): Buffer {
  return isIP(name) ? der(0x87, addressBytes(name)) : der(0x82, Buffer.from(name, 'latin1'))
}

/** A kind (DNS, address) without any permitted name would be unconstrained: loopback makes sure of one each. */
function nameConstraints(names: readonly string[]): Buffer {
  const permitted = [...new Set(['localhost', '127.0.0.1', ...names])].sort().map((name) => {
    if (!isIP(name)) return sequence(generalName(name.replace(/^\*\./, '')))
    const address = addressBytes(name)
    return sequence(der(0x87, address, Buffer.alloc(address.length, 0xff)))
  })
  return sequence(der(0xa0, ...permitted))
}
