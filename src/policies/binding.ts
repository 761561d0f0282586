import type { Claims } from '../gateway/facts.ts'
import type { RequestView } from '../gateway/policy.ts'

/** Whom a token is bound to: `bearer` is nobody, a certificate has its `x5t#S256`; or a sentence why it is unusable. */
export type Binding =
  | { readonly kind: 'bearer' }
  | { readonly kind: 'certificate'; readonly thumbprint: string }
  | { readonly kind: 'unusable'; readonly reason: string }

const bearer: Binding = { kind: 'bearer' }
const unknown: Binding = {
  kind: 'unusable',
  reason: 'It is bound to a key (`cnf`) in a way that is not known here.',
}
const proofNeeded: Binding = {
  kind: 'unusable',
  reason:
    'It is bound to a key of its client (`cnf.jkt`, DPoP), whose proofs are not verified here. Without them it must not count (RFC 9449 §7.1): let the client ask for a bearer or a certificate-bound token.',
}

/** Reads `cnf` (RFC 7800). A bound token never counts as a bearer token: that would undo the binding. */
export function bindingOf(claims: Claims): Binding {
  const confirmation = claims['cnf']
  if (confirmation === undefined) return bearer
  if (typeof confirmation !== 'object' || confirmation === null) return unknown
  const members = Object.entries(confirmation)
  if (members.some(([name]) => name === 'jkt')) return proofNeeded
  const [only, ...others] = members
  if (only === undefined || others.length > 0 || only[0] !== 'x5t#S256') return unknown
  return typeof only[1] === 'string' && only[1] !== ''
    ? { kind: 'certificate', thumbprint: only[1] }
    : unknown
}

/** Why the certificate of the request is not the one that the token is bound to (RFC 8705 §3), or null. */
export function wrongCertificate(thumbprint: string, { clientCertificate }: RequestView): string | null {
  if (clientCertificate === null) return 'It is bound to a client certificate, and the client has shown none.'
  if (clientCertificate.thumbprint !== thumbprint)
    return 'It is bound to another client certificate than the one shown: it may be stolen.'
  if (clientCertificate.problem !== null)
    return `It is bound to the client certificate shown, which is not trusted: ${clientCertificate.problem}.`
  return null
}
