import { decodeBase64url } from './base64url.ts'
import { isRocaModulus } from './weak-rsa.ts'

/** The members of a JWK that are the key, in the order in which RFC 7638 hashes them. */
export type PublicMembers = Readonly<Record<string, string>>

/** A key's own numbers, checked and in their only spelling. */
export interface KeyMaterial {
  readonly kty: string
  /** Null for RSA and symmetric keys. */
  readonly curve: string | null
  readonly members: PublicMembers
  /** Bytes of every signature by this key; 0 for symmetric keys, where the hash decides. */
  readonly signatureLength: number
  /** Bytes of a symmetric key; 0 for others. */
  readonly secretLength: number
}

/** RFC 7518 §3.3 asks for 2048 bits at least; above 8192 one verification takes milliseconds. */
const minModulusBits = 2048
const maxModulusBits = 8192
/** NIST SP 800-56B allows up to 2²⁵⁶; nobody uses more than 2¹⁶ + 1, and a large exponent makes each check slow. */
const maxExponent = 2n ** 32n
/** No honest shared secret is longer; HMAC would hash it first anyway. */
const maxSecretBytes = 1024

const coordinateBytes = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])

/** Reads a member of a JWK: its own text value, or null. */
export type MemberReader = (name: string) => string | null

/** The key inside a JWK, or the end of a sentence that says why it is none: `its modulus has 1024 bits, …`. */
export function readKeyMaterial(read: MemberReader): KeyMaterial | string {
  switch (read('kty')) {
    case 'RSA':
      return rsa(read)
    case 'EC':
      return ec(read)
    case 'OKP':
      return okp(read)
    case 'oct':
      return symmetric(read)
    default:
      return '"kty" is not RSA, EC, OKP or oct'
  }
}

function rsa(read: MemberReader): KeyMaterial | string {
  const n = unsigned(read('n'), maxModulusBits / 8)
  const e = unsigned(read('e'), 8)
  if (n === null || e === null) return '"n" or "e" is absent, too long or not base64url'
  const modulus = BigInt(`0x${n.toString('hex')}`)
  const bits = modulus.toString(2).length
  if (bits < minModulusBits || bits > maxModulusBits)
    return `its modulus has ${bits} bits, and ${minModulusBits} to ${maxModulusBits} are allowed`
  const exponent = BigInt(`0x${e.toString('hex')}`)
  if (exponent < 3n || exponent > maxExponent || exponent % 2n === 0n)
    return 'its exponent is not an odd number from 3 to 2^32'
  if (modulus % 2n === 0n) return 'its modulus is even'
  if (isRocaModulus(modulus)) return 'its modulus is of the kind that ROCA breaks (CVE-2017-15361)'
  return {
    kty: 'RSA',
    curve: null,
    members: { e: e.toString('base64url'), kty: 'RSA', n: n.toString('base64url') },
    signatureLength: n.length,
    secretLength: 0,
  }
}

function ec(read: MemberReader): KeyMaterial | string {
  const crv = read('crv') ?? ''
  const bytes = coordinateBytes.get(crv)
  if (bytes === undefined) return '"crv" is not P-256, P-384 or P-521'
  const x = exact(read('x'), bytes)
  const y = exact(read('y'), bytes)
  if (x === null || y === null) return `"x" or "y" is not base64url of ${bytes} bytes`
  return {
    kty: 'EC',
    curve: crv,
    members: { crv, kty: 'EC', x, y },
    signatureLength: 2 * bytes,
    secretLength: 0,
  }
}

function okp(read: MemberReader): KeyMaterial | string {
  if (read('crv') !== 'Ed25519') return '"crv" is not Ed25519'
  const x = exact(read('x'), 32)
  if (x === null) return '"x" is not base64url of 32 bytes'
  return {
    kty: 'OKP',
    curve: 'Ed25519',
    members: { crv: 'Ed25519', kty: 'OKP', x },
    signatureLength: 64,
    secretLength: 0,
  }
}

function symmetric(read: MemberReader): KeyMaterial | string {
  const k = read('k')
  const secret = k === null || k.length > 2 * maxSecretBytes ? null : decodeBase64url(k)
  if (k === null || secret === null || secret.length > maxSecretBytes)
    return '"k" is absent, too long or not base64url'
  return {
    kty: 'oct',
    curve: null,
    members: { k, kty: 'oct' },
    signatureLength: 0,
    secretLength: secret.length,
  }
}

function exact(text: string | null, bytes: number): string | null {
  if (text === null || text.length > 2 * bytes) return null
  return decodeBase64url(text)?.length === bytes ? text : null
}

/** An unsigned integer without leading zeros. RFC 7518 §2 forbids them, yet some issuers send one for the sign. */
function unsigned(text: string | null, maxBytes: number): Buffer | null {
  if (text === null || text.length > 2 * maxBytes) return null
  const bytes = decodeBase64url(text)
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1
  return bytes === null || first < 0 || first > 1 ? null : bytes.subarray(first)
}
