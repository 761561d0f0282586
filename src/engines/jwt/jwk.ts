import { createHash, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { type Algorithm, algorithms, isAlgorithm, traitsOf } from './algorithms.ts'
import { shown } from './faults.ts'
import { type KeyMaterial, readKeyMaterial } from './key-material.ts'
import type { VerificationKey } from './keys.ts'

/** Members that only a private key has (RFC 7518 §6.2.2, §6.3.2). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] as const

/** A member of a JWK: its own, never one of a prototype. */
export function memberOf(jwk: object, name: string): unknown {
  return Object.hasOwn(jwk, name) ? Reflect.get(jwk, name) : undefined
}

/**
 * The end of a sentence that says what else a key is for than signatures (RFC 7517 §4.2 to §4.4); null if it is for
 * them. Such keys stand beside others in honest sets.
 */
export function otherPurpose(jwk: object): string | null {
  const use = memberOf(jwk, 'use')
  if (use !== undefined && use !== 'sig') return '"use" is not "sig"'
  const alg = memberOf(jwk, 'alg')
  if (typeof alg === 'string' && !isAlgorithm(alg))
    return `"alg" is ${shown(alg)}, which verifies nothing here`
  const operations = memberOf(jwk, 'key_ops')
  if (operations === undefined) return null
  if (!Array.isArray(operations) || new Set(operations).size !== operations.length)
    return '"key_ops" is not a list of different operations'
  return operations.includes('verify') ? null : '"key_ops" has no "verify"'
}

/**
 * The key of one JWK (RFC 7517), or the end of a sentence that says why it is not used. `symmetric` lets `oct` keys
 * in: only for keys that the operator wrote down, since a published shared secret proves nobody.
 */
export function importJwk(jwk: object, symmetric: boolean): VerificationKey | string {
  const own = (name: string): unknown => memberOf(jwk, name)
  const purpose = otherPurpose(jwk)
  if (purpose !== null) return purpose
  if (privateMembers.some((name) => own(name) !== undefined))
    return 'it holds private members: whoever read this set can sign, so the issuer has to replace the key'
  const kid = own('kid')
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256))
    return '"kid" is not a text of at most 256 characters'
  const alg = own('alg')
  if (alg !== undefined && typeof alg !== 'string') return '"alg" is not a text'
  if (own('kty') === 'oct' && !symmetric) return 'it is a shared secret, which a key set must not publish'
  const material = readKeyMaterial((name) => {
    const value = own(name)
    return typeof value === 'string' ? value : null
  })
  if (typeof material === 'string') return material
  const usable = algorithmsFor(material).filter((algorithm) => alg === undefined || isSame(alg, algorithm))
  if (usable.length === 0)
    return material.kty === 'oct' && alg !== undefined && isAlgorithm(alg) && traitsOf(alg).kty === 'oct'
      ? 'the secret is shorter than the hash of its "alg"'
      : 'no algorithm fits "kty", "crv" and "alg" together'
  const key = createKey(material)
  if (key === null) return 'OpenSSL does not take it: its numbers are no key of this kind'
  return {
    kid: kid ?? null,
    algorithms: usable,
    thumbprint: createHash('sha256').update(JSON.stringify(material.members)).digest('base64url'),
    key,
    kty: material.kty,
    signatureLength: material.signatureLength,
  }
}

/** All that a key of this kind, curve and length may verify. */
const algorithmsFor = (material: KeyMaterial): readonly Algorithm[] =>
  algorithms.filter((algorithm) => {
    const { kty, curve, hashLength } = traitsOf(algorithm)
    return (
      kty === material.kty &&
      curve === material.curve &&
      (kty !== 'oct' || material.secretLength >= hashLength)
    )
  })

/** `EdDSA` on Ed25519 and `Ed25519` are one algorithm under its old and its new name (RFC 9864 §2.2). */
const isSame = (declared: string, algorithm: Algorithm): boolean =>
  declared === algorithm || (isEdwards(declared) && isEdwards(algorithm))

const isEdwards = (name: string): boolean => name === 'EdDSA' || name === 'Ed25519'

function createKey({ kty, members }: KeyMaterial): KeyObject | null {
  try {
    return kty === 'oct'
      ? createSecretKey(members['k'] ?? '', 'base64url')
      : createPublicKey({ key: { ...members }, format: 'jwk' })
  } catch {
    // A point that is not on its curve, for example (invalid-curve attacks).
    return null
  }
}
