import { hash } from 'node:crypto'
import type { CertificateHeader } from '../config/spec.ts'
import type { Fields } from '../engines/http1/fields.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import { readCertificateHeader } from './certificate-header.ts'
import { ShownCertificate } from './shown-certificate.ts'

/** Verifying costs some 200 µs: a client of many requests is verified once in a while. */
const keptMs = 60_000
const mostKept = 1000

interface Kept {
  readonly shown: ShownCertificate
  readonly until: number
}

/** Certificates that balancers name in a header of each request, for one listener and the trust in force. */
export class ForwardedCertificates {
  readonly #header: CertificateHeader
  readonly #trust: ClientTrust
  readonly #kept = new Map<string, Kept>()

  constructor(header: CertificateHeader, trust: ClientTrust) {
    this.#header = header
    this.#trust = trust
  }

  /** The certificate of a request that came from a listed balancer at this time (milliseconds since 1970). */
  of(fields: Fields, now: number): ClientCertificate | null {
    const value = fields.get(this.#header)
    if (value === undefined) return null
    const chain = fields.get('client-cert-chain') ?? ''
    // The header may be long, and the number of them is the client's choice: only its hash is kept.
    const key = hash('sha256', `${fields.lines(this.#header)} ${value} ${chain}`, 'base64')
    const kept = this.#kept.get(key)
    if (kept !== undefined && now < kept.until) return kept.shown.at(this.#trust, now / 1000)
    const shown = this.#read(fields, now)
    this.#kept.delete(key)
    if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    this.#kept.set(key, { shown, until: now + keptMs })
    return shown.at(this.#trust, now / 1000)
  }

  #read(fields: Fields, now: number): ShownCertificate {
    const sent = readCertificateHeader(this.#header, fields)
    if (sent === null || typeof sent === 'string')
      return ShownCertificate.unreadable(sent ?? 'there is none', this.#trust)
    return ShownCertificate.ofBytes(sent.leaf, sent.between, this.#trust, now / 1000)
  }
}
