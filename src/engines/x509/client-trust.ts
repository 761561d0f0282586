import { createHash } from 'node:crypto'
import { type Certificate, readCertificate } from './certificate.ts'
import { crlSign } from './certificate-fields.ts'
import { issuerAmong } from './chain.ts'
import { DerError, tags } from './der-reader.ts'
import { isPem, pemBlocks } from './pem.ts'
import { type RevocationList, readRevocationList } from './revocation-list.ts'
import { canVerify, verifySignature } from './signature-algorithms.ts'

/** A file with what it holds. */
export interface TrustFile {
  readonly path: string
  readonly bytes: Buffer
}

/** A file of authorities or a revocation list that cannot be used. */
export class TrustError extends Error {
  override readonly name = 'TrustError'
}

/** Which client certificates are trusted: authorities, and the revocation lists that they signed. */
export class ClientTrust {
  readonly authorities: readonly Certificate[]
  /** Changes with the authorities. */
  readonly authoritiesDigest: string
  /** Changes with any of the files. */
  readonly digest: string
  /** By authority; null where no lists are configured, and none is asked for. */
  readonly #lists: ReadonlyMap<Certificate, RevocationList> | null
  /** Authorities that another one's list revokes, or that stand below one. */
  readonly #revoked: ReadonlySet<Certificate>
  readonly #issuers = new WeakMap<Certificate, { readonly issuer: Certificate | null }>()

  /** Throws `TrustError`. */
  constructor(authorities: readonly TrustFile[], lists: readonly TrustFile[]) {
    this.authorities = authorities.flatMap(readAuthorities)
    for (const [index, authority] of this.authorities.entries())
      if (issuerAmong(this.authorities, authority) === null) throw incomplete(authority, index)
    this.#lists = lists.length === 0 ? null : readLists(lists, this.authorities)
    this.authoritiesDigest = digest(authorities)
    this.digest = trustDigest(authorities, lists)
    this.#revoked = this.#revokedAuthorities()
  }

  /** When the lists end, by the name of their issuer, in seconds since 1970. */
  get listEnds(): readonly { readonly issuer: string; readonly end: number }[] {
    return [...(this.#lists?.values() ?? [])].map(({ issuer, nextUpdate }) => ({
      issuer: issuer.text,
      end: nextUpdate,
    }))
  }

  /** The authority that issued a certificate; null when none did, as where an intermediate stands between. */
  issuerOf(certificate: Certificate): Certificate | null {
    let known = this.#issuers.get(certificate)
    if (known === undefined) {
      known = { issuer: issuerAmong(this.authorities, certificate) }
      this.#issuers.set(certificate, known)
    }
    return known.issuer
  }

  /**
   * What the revocation lists say against a certificate at a time (seconds since 1970); null for nothing. Without a
   * list that speaks for it, it may be revoked: refused.
   */
  listProblem(certificate: Certificate, now: number): string | null {
    if (this.#lists === null) return null
    const issuer = this.issuerOf(certificate)
    if (issuer === null)
      return 'its issuer is not among the authorities, so that no revocation list speaks for it'
    const list = this.#lists.get(issuer)
    if (list === undefined) return 'there is no revocation list of its issuer'
    if (list.revoked.has(certificate.fields.serial)) return 'it was revoked'
    if (this.#revoked.has(issuer)) return 'its issuer was revoked'
    return now > list.nextUpdate ? 'the revocation list of its issuer has ended' : null
  }

  #revokedAuthorities(): Set<Certificate> {
    const revoked = new Set<Certificate>()
    // As often as there are authorities: then it has come down to those below the lowest.
    for (const _ of this.authorities) {
      for (const authority of this.authorities) {
        const issuer = this.issuerOf(authority)
        if (issuer === null || issuer === authority) continue
        const listed = this.#lists?.get(issuer)?.revoked.has(authority.fields.serial) === true
        if (listed || revoked.has(issuer)) revoked.add(authority)
      }
    }
    return revoked
  }
}

function readAuthorities({ path, bytes }: TrustFile): Certificate[] {
  requireKnownForm(path, bytes)
  const blocks = isPem(bytes) ? pemBlocks(bytes, ['CERTIFICATE']) : [bytes]
  if (blocks === null || blocks.length === 0) throw new TrustError(`${path} holds no certificate`)
  return blocks.map((block, index) => {
    const which = blocks.length === 1 ? path : `certificate ${index + 1} of ${path}`
    const authority = attempt(which, () => readCertificate(block))
    if (!authority.fields.isAuthority) throw new TrustError(`${which} is no certificate of an authority`)
    return authority
  })
}

/** DER of a certificate or a list begins with a sequence: what does not is a page of an error, or half a download. */
function requireKnownForm(path: string, bytes: Buffer): void {
  if (!isPem(bytes) && bytes[0] !== tags.sequence) throw new TrustError(`${path} is neither PEM nor DER`)
}

function incomplete({ fields }: Certificate, index: number): TrustError {
  return new TrustError(
    `authority ${index + 1} (${fields.subject.text}) was issued by another (${fields.issuer.text}) that is not among the authorities`,
  )
}

function readLists(
  files: readonly TrustFile[],
  authorities: readonly Certificate[],
): Map<Certificate, RevocationList> {
  const lists = new Map<Certificate, RevocationList>()
  for (const { path, bytes } of files) {
    requireKnownForm(path, bytes)
    const blocks = isPem(bytes) ? pemBlocks(bytes, ['X509 CRL']) : [bytes]
    if (blocks === null || blocks.length === 0) throw new TrustError(`${path} holds no revocation list`)
    for (const block of blocks) {
      const list = attempt(path, () => readRevocationList(block))
      const signer = signerOf(list, authorities, path)
      if (lists.has(signer)) throw new TrustError(`${path} is a second list of ${list.issuer.text}`)
      lists.set(signer, list)
    }
  }
  return lists
}

function signerOf(list: RevocationList, authorities: readonly Certificate[], path: string): Certificate {
  const { issuer, signatureAlgorithm, content, signature } = list
  if (!canVerify(signatureAlgorithm))
    throw new TrustError(`${path} is signed with a weak or unknown algorithm`)
  for (const authority of authorities) {
    const { subject, keyUsage } = authority.fields
    if (subject.key !== issuer.key || (keyUsage !== null && (keyUsage & crlSign) === 0)) continue
    if (verifySignature(signatureAlgorithm, content, authority.publicKey, signature)) return authority
  }
  throw new TrustError(`${path} is not signed by one of the authorities (it is of ${issuer.text})`)
}

function attempt<T>(which: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) throw new TrustError(`${which} cannot be read: ${error.message}`)
    throw error
  }
}

/** `ClientTrust.digest` of these files, without reading what they hold. */
export function trustDigest(authorities: readonly TrustFile[], lists: readonly TrustFile[]): string {
  return `${digest(authorities)} ${digest(lists)}`
}

function digest(files: readonly TrustFile[]): string {
  const hash = createHash('sha256')
  for (const { bytes } of files) hash.update(`${bytes.length}:`).update(bytes)
  return hash.digest('base64')
}
