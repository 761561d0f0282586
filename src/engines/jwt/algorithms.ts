/** Signature algorithms of RFC 7518 §3.1, RFC 8037 and RFC 9864. `none` is no algorithm here. */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'
  | 'HS256'
  | 'HS384'
  | 'HS512'

/** What an algorithm demands of the key and how its signature is checked. */
export interface AlgorithmTraits {
  readonly scheme: 'pkcs1' | 'pss' | 'ecdsa' | 'eddsa' | 'hmac'
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct'
  /** The only curve it works on (RFC 7518 §3.4, RFC 8037 §3.1); null where there are no curves. */
  readonly curve: string | null
  /** OpenSSL's name; null for Ed25519, which hashes by itself. */
  readonly hash: string | null
  /** Bytes of the hash, which are the least bytes of an HMAC key (RFC 7518 §3.2); 0 for Ed25519. */
  readonly hashLength: number
}

const traits: Readonly<Record<Algorithm, AlgorithmTraits>> = {
  RS256: { scheme: 'pkcs1', kty: 'RSA', curve: null, hash: 'sha256', hashLength: 32 },
  RS384: { scheme: 'pkcs1', kty: 'RSA', curve: null, hash: 'sha384', hashLength: 48 },
  RS512: { scheme: 'pkcs1', kty: 'RSA', curve: null, hash: 'sha512', hashLength: 64 },
  PS256: { scheme: 'pss', kty: 'RSA', curve: null, hash: 'sha256', hashLength: 32 },
  PS384: { scheme: 'pss', kty: 'RSA', curve: null, hash: 'sha384', hashLength: 48 },
  PS512: { scheme: 'pss', kty: 'RSA', curve: null, hash: 'sha512', hashLength: 64 },
  ES256: { scheme: 'ecdsa', kty: 'EC', curve: 'P-256', hash: 'sha256', hashLength: 32 },
  ES384: { scheme: 'ecdsa', kty: 'EC', curve: 'P-384', hash: 'sha384', hashLength: 48 },
  ES512: { scheme: 'ecdsa', kty: 'EC', curve: 'P-521', hash: 'sha512', hashLength: 64 },
  EdDSA: { scheme: 'eddsa', kty: 'OKP', curve: 'Ed25519', hash: null, hashLength: 0 },
  Ed25519: { scheme: 'eddsa', kty: 'OKP', curve: 'Ed25519', hash: null, hashLength: 0 },
  HS256: { scheme: 'hmac', kty: 'oct', curve: null, hash: 'sha256', hashLength: 32 },
  HS384: { scheme: 'hmac', kty: 'oct', curve: null, hash: 'sha384', hashLength: 48 },
  HS512: { scheme: 'hmac', kty: 'oct', curve: null, hash: 'sha512', hashLength: 64 },
}

/** All algorithms, in the order of the registry. */
export const algorithms: readonly Algorithm[] = Object.keys(traits).filter(isAlgorithm)

/** Whether `name` is one, letter for letter: `alg` is case-sensitive (RFC 7515 §4.1.1). */
export function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(traits, name)
}

/** What `algorithm` demands. */
export function traitsOf(algorithm: Algorithm): AlgorithmTraits {
  return traits[algorithm]
}
