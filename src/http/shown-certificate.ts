import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { type Certificate, digestOf, readCertificate } from '../engines/x509/certificate.ts'
import { clientUseProblem, timeProblem } from '../engines/x509/certificate-use.ts'
import { chainProblem } from '../engines/x509/chain.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import { DerError } from '../engines/x509/der-reader.ts'
import type { ClientCertificate } from '../gateway/policy.ts'

/**
 * A certificate that a client showed. What never changes is decided once; what time, revocation lists and authorities
 * change is judged at each request.
 */
export class ShownCertificate {
  /** Null when it cannot be read. */
  readonly #certificate: Certificate | null
  /** Certificates that came with it; none of a handshake, where OpenSSL has them. */
  readonly #between: readonly Certificate[]
  /** A problem that stays whatever happens. */
  readonly #fixed: string | null
  /** The trust that its chain was verified by. */
  #trust: ClientTrust
  #chain: string | null
  #view: ClientCertificate

  constructor(
    certificate: Certificate | null,
    between: readonly Certificate[],
    fixed: string | null,
    view: ClientCertificate,
    trust: ClientTrust,
  ) {
    this.#certificate = certificate
    this.#between = between
    this.#fixed = fixed
    this.#trust = trust
    this.#chain = null
    this.#view = view
  }

  /** The certificate of a handshake, which OpenSSL has verified; null when the client has none. */
  static ofSocket(socket: TLSSocket, trust: ClientTrust): ShownCertificate | null {
    const x509 = socket.getPeerX509Certificate()
    if (x509 === undefined) return null
    const certificate = readOrReason(x509)
    if (typeof certificate === 'string') return unreadable(certificate, trust, x509.raw)
    const use = clientUseProblem(certificate)
    const error = socket.authorizationError as Error | string | null | undefined
    // OpenSSL's words for some of these are `UNSPECIFIED`.
    const fixed = socket.authorized ? use : `${use ?? 'it is not trusted'} (${textOf(error)})`
    return new ShownCertificate(certificate, [], fixed, viewOf(certificate, null), trust)
  }

  /** A certificate that a balancer names, in DER: its chain is verified here. */
  static ofBytes(
    leaf: Buffer,
    between: readonly Buffer[],
    trust: ClientTrust,
    now: number,
  ): ShownCertificate {
    const certificate = readOrReason(leaf)
    if (typeof certificate === 'string') return unreadable(certificate, trust, leaf)
    const issuers = between.map(readOrReason)
    const broken = issuers.find((one) => typeof one === 'string')
    const whole = issuers.filter((one) => typeof one !== 'string')
    const fixed = broken === undefined ? clientUseProblem(certificate) : `of an issuer: ${broken}`
    const shown = new ShownCertificate(certificate, whole, fixed, viewOf(certificate, null), trust)
    shown.#chain = chainProblem(certificate, whole, trust.authorities, now)
    return shown
  }

  /** A certificate of which nothing is known but that it was sent. */
  static unreadable(reason: string, trust: ClientTrust): ShownCertificate {
    return unreadable(reason, trust, null)
  }

  /** It as policies see it at this time (seconds since 1970), by the trust in force. */
  at(trust: ClientTrust, now: number): ClientCertificate {
    const problem = this.#problem(trust, now)
    if (problem !== this.#view.problem) this.#view = { ...this.#view, problem }
    return this.#view
  }

  #problem(trust: ClientTrust, now: number): string | null {
    const certificate = this.#certificate
    if (this.#fixed !== null || certificate === null) return this.#fixed
    if (trust !== this.#trust) {
      // Of a handshake under other authorities, only what the new ones issued themselves can still be verified.
      if (trust.authoritiesDigest !== this.#trust.authoritiesDigest)
        this.#chain = chainProblem(certificate, this.#between, trust.authorities, now)
      this.#trust = trust
    }
    return this.#chain ?? timeProblem(certificate.fields, now) ?? trust.listProblem(certificate, now)
  }
}

function unreadable(reason: string, trust: ClientTrust, raw: Buffer | null): ShownCertificate {
  const digest = raw === null ? Buffer.alloc(0) : digestOf(raw)
  const view: ClientCertificate = {
    ...nothing,
    problem: reason,
    thumbprint: digest.toString('base64url'),
    fingerprint: digest.toString('hex'),
  }
  return new ShownCertificate(null, [], reason, view, trust)
}

const nothing: ClientCertificate = {
  problem: null,
  thumbprint: '',
  fingerprint: '',
  subject: '',
  commonName: null,
  dnsNames: [],
  uris: [],
  emails: [],
  serial: '',
  issuer: '',
  notBefore: 0,
  notAfter: 0,
}

function viewOf({ fields, digest }: Certificate, problem: string | null): ClientCertificate {
  const { subject, issuer, dnsNames, uris, emails, serial, notBefore, notAfter } = fields
  const [commonName, ...others] = subject.commonNames
  return {
    problem,
    thumbprint: digest.toString('base64url'),
    fingerprint: digest.toString('hex'),
    subject: subject.text,
    commonName: commonName === undefined || others.length > 0 ? null : commonName,
    dnsNames,
    uris,
    emails,
    serial,
    issuer: issuer.text,
    notBefore,
    notAfter,
  }
}

function readOrReason(source: Buffer | X509Certificate): Certificate | string {
  try {
    return readCertificate(source)
  } catch (error) {
    if (error instanceof DerError) return `it cannot be read: ${error.message}`
    throw error
  }
}

/** Node gives OpenSSL's name of the problem, such as `CERT_HAS_EXPIRED`, though it is typed as an error. */
function textOf(error: Error | string | null | undefined): string {
  return error instanceof Error ? error.message : (error ?? 'unknown')
}
