import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import {
  bits,
  der,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  text,
  time,
  yes,
} from '../../src/process/authority/der.ts'

/** What a test certificate says; what is left out is as a good client certificate has it. */
export interface Wanted {
  readonly commonName?: string
  /** Further attributes before the common name: dotted type and text. */
  readonly attributes?: readonly (readonly [type: string, value: string])[]
  readonly dns?: readonly string[]
  readonly uris?: readonly string[]
  readonly emails?: readonly string[]
  /** Seconds from now. */
  readonly from?: number
  readonly to?: number
  /** Dotted; null leaves the extension out. */
  readonly extendedKeyUsage?: readonly string[] | null
  /** First byte of the bit string; null leaves the extension out. */
  readonly keyUsage?: number | null
  readonly authority?: boolean
  readonly pathLength?: number
  readonly extensions?: readonly Buffer[]
  readonly digest?: 'sha256' | 'sha1'
  readonly keys?: Keys
  readonly serial?: Buffer
  /** Takes this instead of the name of its issuer. */
  readonly issuerName?: Buffer
}

export interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const serverAuth = '1.3.6.1.5.5.7.3.1'
const ecdsaWith = { sha256: '1.2.840.10045.4.3.2', sha1: '1.2.840.10045.4.1' } as const
const rsaWith = { sha256: '1.2.840.113549.1.1.11', sha1: '1.2.840.113549.1.1.5' } as const

export const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A certificate with its key, that can issue others and revoke them, as good or as bad as a test wants it. */
export class TestCertificate {
  readonly der: Buffer
  readonly name: Buffer
  readonly serial: Buffer
  readonly keys: Keys

  /** `issuer` null is self-signed. */
  constructor(wanted: Wanted, issuer: TestCertificate | null) {
    this.keys = wanted.keys ?? newKeys()
    this.name = nameOf(wanted)
    this.serial = wanted.serial ?? Buffer.concat([Buffer.from([0x41]), randomBytes(15)])
    const algorithm = algorithmOf((issuer ?? this).keys, wanted.digest)
    const content = sequence(
      der(0xa0, integer(Buffer.from([2]))),
      integer(this.serial),
      algorithm,
      wanted.issuerName ?? issuer?.name ?? this.name,
      sequence(time(fromNow(wanted.from ?? -3600)), time(fromNow(wanted.to ?? 86_400))),
      this.name,
      this.keys.publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(...extensionsOf(wanted))),
    )
    this.der = signed(content, algorithm, (issuer ?? this).keys, wanted.digest)
  }

  static root(commonName = 'Root', wanted: Wanted = {}): TestCertificate {
    return new TestCertificate({ ...asAuthority, ...wanted, commonName }, null)
  }

  issue(wanted: Wanted = {}): TestCertificate {
    return new TestCertificate(wanted, this)
  }

  intermediate(commonName: string, wanted: Wanted = {}): TestCertificate {
    return new TestCertificate({ ...asAuthority, ...wanted, commonName }, this)
  }

  get cert(): string {
    return pem('CERTIFICATE', this.der)
  }
  get key(): string {
    return this.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }
  get x509(): X509Certificate {
    return new X509Certificate(this.der)
  }
  get thumbprint(): string {
    return createHash('sha256').update(this.der).digest('base64url')
  }
  get fingerprint(): string {
    return createHash('sha256').update(this.der).digest('hex')
  }

  /** A revocation list in DER. */
  revoke(revoked: readonly TestCertificate[], list: ListWanted = {}): Buffer {
    const algorithm = algorithmOf(this.keys, list.digest)
    const entries = revoked.map(({ serial }) =>
      sequence(integer(serial), time(fromNow(-60)), ...(list.entryExtensions ?? [])),
    )
    const content = sequence(
      integer(Buffer.from([1])),
      algorithm,
      this.name,
      time(fromNow(-60)),
      ...(list.endless === true ? [] : [time(fromNow(list.ends ?? 86_400))]),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
      ...(list.extensions === undefined ? [] : [der(0xa0, sequence(...list.extensions))]),
    )
    return signed(content, algorithm, list.keys ?? this.keys, list.digest)
  }
}

/** What a test revocation list says. */
export interface ListWanted {
  /** Seconds from now. */
  readonly ends?: number
  readonly endless?: boolean
  readonly extensions?: readonly Buffer[]
  readonly entryExtensions?: readonly Buffer[]
  readonly keys?: Keys
  readonly digest?: 'sha256' | 'sha1'
}

const asAuthority: Wanted = { authority: true, keyUsage: 0x06, extendedKeyUsage: null }

export function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value))
}

export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function extensionsOf(wanted: Wanted): Buffer[] {
  const { authority = false, pathLength, keyUsage = 0x80, extendedKeyUsage = [clientAuth] } = wanted
  const names = [
    ...(wanted.dns ?? []).map((name) => der(0x82, Buffer.from(name, 'latin1'))),
    ...(wanted.uris ?? []).map((name) => der(0x86, Buffer.from(name, 'latin1'))),
    ...(wanted.emails ?? []).map((name) => der(0x81, Buffer.from(name, 'latin1'))),
  ]
  const limit = pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))]
  return [
    extension('2.5.29.19', true, authority ? sequence(yes, ...limit) : sequence()),
    ...(keyUsage === null ? [] : [extension('2.5.29.15', true, bits(Buffer.from([keyUsage])))]),
    ...(extendedKeyUsage === null
      ? []
      : [extension('2.5.29.37', false, sequence(...extendedKeyUsage.map(oid)))]),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
    ...(wanted.extensions ?? []),
  ]
}

function nameOf({ commonName, attributes = [] }: Wanted): Buffer {
  const all = [...attributes, ...(commonName === undefined ? [] : [['2.5.4.3', commonName] as const])]
  return sequence(...all.map(([type, value]) => setOf(sequence(oid(type), text(value)))))
}

function algorithmOf({ privateKey }: Keys, digest: 'sha256' | 'sha1' = 'sha256'): Buffer {
  return privateKey.asymmetricKeyType === 'rsa'
    ? sequence(oid(rsaWith[digest]), der(0x05))
    : sequence(oid(ecdsaWith[digest]))
}

function signed(content: Buffer, algorithm: Buffer, keys: Keys, digest = 'sha256'): Buffer {
  return sequence(content, algorithm, bits(sign(digest, content, keys.privateKey)))
}

const fromNow = (seconds: number): Date => new Date(Date.now() + seconds * 1000)
