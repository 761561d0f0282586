import type { ListenerSpec } from '../config/spec.ts'
import { NetworkSet } from '../engines/networks/network-set.ts'
import { asciiJson } from '../observe/ascii-json.ts'
import type { Certificate } from './certificates.ts'

/** A listener as its connections see it. */
export interface ListenerContext {
  readonly spec: ListenerSpec
  /** JSON text of its name, ready for the record. */
  readonly nameJson: string
  /** Balancers that may speak clear text; null on TLS and redirect listeners. */
  readonly balancers: NetworkSet | null
  /** Whether a certificate of the listener covers a host. Always true where no certificate is in play. */
  covers(host: string): boolean
}

/** The settings of a listener that are in force now. A reload replaces them as a whole. */
export class ListenerSettings {
  readonly spec: ListenerSpec
  readonly nameJson: string
  readonly balancers: NetworkSet | null
  /** For `redirect`: the certificates of the listener it redirects to. */
  readonly redirectCertificates: readonly Certificate[]

  constructor(spec: ListenerSpec, redirectCertificates: readonly Certificate[]) {
    this.spec = spec
    this.nameJson = asciiJson(spec.name)
    this.balancers = spec.kind === 'gateway' && spec.tls === null ? new NetworkSet(spec.clearTextFrom) : null
    this.redirectCertificates = redirectCertificates
  }
}

/**
 * What one connection asks of its listener. The settings are looked up anew for each request, so that a balancer taken
 * off the list is refused on the connections it still holds; the certificate is the one of the handshake.
 */
export class ConnectionContext implements ListenerContext {
  readonly #listener: { readonly settings: ListenerSettings }
  readonly #certificate: Certificate | null

  constructor(listener: { readonly settings: ListenerSettings }, certificate: Certificate | null) {
    this.#listener = listener
    this.#certificate = certificate
  }

  get spec(): ListenerSpec {
    return this.#listener.settings.spec
  }
  get nameJson(): string {
    return this.#listener.settings.nameJson
  }
  get balancers(): NetworkSet | null {
    return this.#listener.settings.balancers
  }

  covers(host: string): boolean {
    if (this.#certificate !== null) {
      return host === '' || this.spec.misdirected === 'serve' || this.#certificate.covers(host)
    }
    const { redirectCertificates } = this.#listener.settings
    return (
      redirectCertificates.length === 0 ||
      redirectCertificates.some((certificate) => certificate.covers(host))
    )
  }
}
