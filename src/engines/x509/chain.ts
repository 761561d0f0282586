import type { Certificate } from './certificate.ts'
import { authorityUseProblem, timeProblem } from './certificate-use.ts'

/** Most certificates between a leaf and an authority. */
const mostIntermediates = 4

/**
 * Why there is no chain from `leaf` over `between` to one of `authorities` at this time (seconds since 1970); null when
 * there is one. For certificates that come without a handshake, which OpenSSL cannot verify here: signatures and issuer
 * names are its work (`X509Certificate`), the rest is RFC 5280 §6.1 without policies. Name constraints are not
 * evaluated: an intermediate or authority that has them is refused.
 */
export function chainProblem(
  leaf: Certificate,
  between: readonly Certificate[],
  authorities: readonly Certificate[],
  now: number,
): string | null {
  if (between.length > mostIntermediates) return 'the chain is too long'
  let reason = 'its issuer is not among the authorities'
  let issued = leaf
  let left = between
  for (let below = 0; below <= mostIntermediates; below++) {
    const anchor = issuerAmong(authorities, issued)
    if (anchor !== null) return linkProblem(anchor, below, now)
    const issuer = issuerAmong(left, issued)
    if (issuer === null) return reason
    const problem = linkProblem(issuer, below, now)
    if (problem !== null) return problem
    left = left.filter((one) => one !== issuer)
    issued = issuer
    reason = 'the issuer of an intermediate is not among the authorities'
  }
  return 'the chain is too long'
}

/** The certificate that issued another: its name, its key identifier, and its signature. */
export function issuerAmong(candidates: readonly Certificate[], issued: Certificate): Certificate | null {
  const { key } = issued.fields.issuer
  for (const candidate of candidates) {
    if (candidate.fields.subject.key !== key) continue
    if (issued.x509.checkIssued(candidate.x509) && verified(issued, candidate)) return candidate
  }
  return null
}

function verified(issued: Certificate, { publicKey }: Certificate): boolean {
  try {
    return issued.x509.verify(publicKey)
  } catch {
    return false
  }
}

function linkProblem(issuer: Certificate, below: number, now: number): string | null {
  const time = timeProblem(issuer.fields, now)
  if (time !== null) return `of an issuer: ${time}`
  if (issuer.fields.constrainsNames) return 'an issuer limits names, which is not evaluated here'
  return authorityUseProblem(issuer, below)
}
