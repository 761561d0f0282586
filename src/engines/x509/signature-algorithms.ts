import { type KeyObject, verify } from 'node:crypto'

/** Signature algorithms that still hold, by object identifier (hex), with their digest; null where it is built in. */
const strong: Readonly<Record<string, string | null>> = {
  '2a864886f70d01010b': 'sha256', // RSA PKCS #1 v1.5
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256', // ECDSA
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null, // Ed25519
  '2b6571': null, // Ed448
}

const rsaPss = '2a864886f70d01010a'

/** Whether a certificate signed so may be believed: no MD5, no SHA-1. PSS names its digest elsewhere. */
export function isStrongSignature(algorithm: string): boolean {
  return algorithm in strong || algorithm === rsaPss
}

/** Whether it is an algorithm by which revocation lists can be verified. */
export function canVerify(algorithm: string): boolean {
  return algorithm in strong
}

/** Verifies a signature; false also where key and algorithm do not fit. */
export function verifySignature(
  algorithm: string,
  content: Buffer,
  key: KeyObject,
  signature: Buffer,
): boolean {
  const digest = strong[algorithm]
  if (digest === undefined) return false
  try {
    return verify(digest, content, key, signature)
  } catch {
    return false
  }
}

const leastRsaBits = 2048
const weakCurves: ReadonlySet<string> = new Set(['prime192v1', 'secp192k1', 'secp224r1', 'secp224k1'])

/** Whether a key is of a kind and size that still holds. */
export function isStrongKey(key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return (details?.modulusLength ?? 0) >= leastRsaBits
    case 'ec':
      return details?.namedCurve !== undefined && !weakCurves.has(details.namedCurve)
    case 'ed25519':
    case 'ed448':
      return true
    default:
      return false
  }
}
