import type { Certificate } from './certificate.ts'
import { type CertificateFields, digitalSignature, keyCertSign } from './certificate-fields.ts'
import { isStrongKey, isStrongSignature } from './signature-algorithms.ts'

const clientAuth = '2b06010505070302'
const anyUse = '551d2500'

/** Why a certificate may not prove a client, whoever issued it and whenever it is; null when it may. */
export function clientUseProblem({ fields, publicKey }: Certificate): string | null {
  if (fields.isAuthority) return 'it is the certificate of an authority'
  if (fields.keyUsage !== null && (fields.keyUsage & digitalSignature) === 0)
    return 'its key usage does not allow signatures'
  if (fields.extendedKeyUsage !== null && !fields.extendedKeyUsage.includes(clientAuth))
    return 'its extended key usage does not allow client authentication'
  if (fields.unknownCritical.length > 0)
    return `it has the unknown critical extension ${fields.unknownCritical[0]}`
  return weakness(fields, publicKey)
}

/** Why a certificate may not stand above others; null when it may. `below` counts authorities between it and the leaf. */
export function authorityUseProblem({ fields, publicKey }: Certificate, below: number): string | null {
  if (!fields.isAuthority) return 'an issuer is no authority'
  if (fields.keyUsage !== null && (fields.keyUsage & keyCertSign) === 0)
    return 'an issuer may not sign certificates'
  if (fields.pathLength !== null && fields.pathLength < below)
    return 'the chain is longer than an issuer allows'
  if (
    fields.extendedKeyUsage !== null &&
    !fields.extendedKeyUsage.includes(clientAuth) &&
    !fields.extendedKeyUsage.includes(anyUse)
  )
    return 'the extended key usage of an issuer does not allow client authentication'
  if (fields.unknownCritical.length > 0)
    return `an issuer has the unknown critical extension ${fields.unknownCritical[0]}`
  return weakness(fields, publicKey)
}

/** Whether a time, in seconds since 1970, is within its validity. */
export function timeProblem({ notBefore, notAfter }: CertificateFields, now: number): string | null {
  if (now < notBefore) return 'it is not valid yet'
  return now > notAfter ? 'it has expired' : null
}

function weakness(fields: CertificateFields, publicKey: Certificate['publicKey']): string | null {
  if (!isStrongSignature(fields.signatureAlgorithm)) return 'it is signed with a weak algorithm'
  return isStrongKey(publicKey) ? null : 'its key is weak'
}
