import { type ClaimPath, claimAt, claimPathOf } from '../engines/claims/claim-path.ts'
import type { Caller, Claims } from '../gateway/facts.ts'
import type { RevocableCredential, Revocations } from '../gateway/policy.ts'

/** Longest name of a caller; OpenID Connect allows 255 for `sub`. */
const longestId = 512

/** Where the facts of a caller stand in the claims. */
export interface CallerPaths {
  readonly id: ClaimPath
  readonly scopes: readonly ClaimPath[]
  readonly roles: readonly ClaimPath[]
}

/** The same as configuration writes them. */
export interface WrittenCallerPaths {
  readonly caller: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/** Parses the paths, once a plan. */
export function callerPaths({ caller, scopes, roles }: WrittenCallerPaths): CallerPaths {
  return { id: claimPathOf(caller), scopes: scopes.map(claimPathOf), roles: roles.map(claimPathOf) }
}

/**
 * The caller that proven claims name, frozen with all it holds, since it is shared by the requests of its token; or a
 * sentence that says which claim cannot be used. What has the wrong type is never taken for absent.
 */
export function callerOf(
  claims: Claims,
  paths: CallerPaths,
  identity: string,
  ambient: boolean,
): Caller | string {
  const id = claimAt(claims, paths.id)
  if (id === undefined) return absent(claims, paths.id)
  if (typeof id !== 'string' || id === '' || id.length > longestId || /[\x00-\x1f\x7f]/.test(id))
    return `The claim "${paths.id.join('.')}", which names the caller, is not a text of 1 to ${longestId} characters.`
  const scopes = listed(claims, paths.scopes, true)
  if (typeof scopes === 'string') return scopes
  const roles = listed(claims, paths.roles, false)
  if (typeof roles === 'string') return roles
  return Object.freeze({ id, identity, scopes, roles, claims: frozen(claims), ambient })
}

/** Tokens of a client that acts for itself (client credentials) often name the client alone (RFC 7662 §2.2, RFC 9068). */
function absent(claims: Claims, path: ClaimPath): string {
  const client = ['client_id', 'azp'].find((name) => typeof claims[name] === 'string')
  const hint =
    client === undefined || path.join('.') === client
      ? ''
      : ` It names a client: for client credentials write \`caller: ${client}\`.`
  return `The claim "${path.join('.')}", which names the caller, is absent.${hint}`
}

/** The texts of all claims together; a text with spaces is several only where `split` says so (RFC 6749 §3.3). */
function listed(claims: Claims, paths: readonly ClaimPath[], split: boolean): readonly string[] | string {
  const found = new Set<string>()
  for (const path of paths) {
    const value = claimAt(claims, path)
    if (value === undefined || value === null) continue
    const list: unknown[] = Array.isArray(value)
      ? value
      : typeof value === 'string' && split
        ? value.split(' ')
        : [value]
    for (const one of list) {
      if (typeof one !== 'string')
        return `The claim "${path.join('.')}" is neither a text nor a list of texts.`
      if (one !== '') found.add(one)
    }
  }
  return Object.freeze([...found])
}

/** Freezes all levels; the parser bounds their number. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

/**
 * By what a token can be revoked: its id, subject and session, the key that signed it, and the certificate that it is
 * bound to (`x5t#S256`).
 */
export function credentialOf(
  claims: Claims,
  identity: string,
  kid: string | null,
  certificate: string | null,
): RevocableCredential {
  const text = (name: string): string | undefined => {
    const value = claims[name]
    return typeof value === 'string' ? value : undefined
  }
  const issued = claims['iat']
  return {
    identity,
    token: text('jti'),
    subject: text('sub'),
    session: text('sid'),
    key: kid ?? undefined,
    certificate: certificate === null ? undefined : Buffer.from(certificate, 'base64url').toString('hex'),
    issuedAt: typeof issued === 'number' ? issued : undefined,
  }
}

/** Which revocation meets it, or null. A caller may be named by another claim than `sub`: both are names to revoke by. */
export function revocationOf(
  revocations: Revocations,
  credential: RevocableCredential,
  { id }: Caller,
): string | null {
  const found = revocations.find(credential)
  return found !== null || credential.subject === id
    ? found
    : revocations.find({ ...credential, subject: id })
}
