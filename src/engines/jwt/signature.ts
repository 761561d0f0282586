import { constants, createHmac, timingSafeEqual, verify } from 'node:crypto'
import { type Algorithm, traitsOf } from './algorithms.ts'
import { ecdsaToDer } from './ecdsa-der.ts'
import type { VerificationKey } from './keys.ts'
import type { ParsedToken } from './token.ts'

/**
 * Whether `key` made the token's signature by `algorithm`, which the caller pinned. A key that may not verify the
 * algorithm never does: no public key becomes the secret of an HMAC. Never throws.
 */
export function verifySignature(
  token: Pick<ParsedToken, 'signingInput' | 'signature'>,
  key: VerificationKey,
  algorithm: Algorithm,
): boolean {
  if (!key.algorithms.includes(algorithm)) return false
  const { scheme, hash, hashLength } = traitsOf(algorithm)
  const { signature } = token
  // OpenSSL takes some signatures that are shorter or longer than RFC 8017 §8 says.
  if (signature.length !== (scheme === 'hmac' ? hashLength : key.signatureLength)) return false
  const data = Buffer.from(token.signingInput, 'latin1')
  try {
    switch (scheme) {
      case 'pkcs1':
      case 'eddsa':
        return verify(hash, data, key.key, signature)
      case 'ecdsa': {
        const der = ecdsaToDer(signature)
        return der !== null && verify(hash, data, key.key, der)
      }
      case 'pss':
        return verify(
          hash,
          data,
          // The salt is as long as the hash (RFC 7518 §3.5); OpenSSL would take any length.
          { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashLength },
          signature,
        )
      case 'hmac':
        return timingSafeEqual(
          createHmac(hash ?? '', key.key)
            .update(data)
            .digest(),
          signature,
        )
    }
  } catch {
    // OpenSSL's own failure is no proof.
    return false
  }
}
