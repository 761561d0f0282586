import type { TLSSocket } from 'node:tls'
import type { ListenerSpec } from '../config/spec.ts'
import type { Fields } from '../engines/http1/fields.ts'
import { NetworkSet } from '../engines/networks/network-set.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import { asciiJson } from '../observe/ascii-json.ts'
import type { Certificate } from './certificates.ts'
import { ForwardedCertificates } from './forwarded-certificates.ts'
import { ShownCertificate } from './shown-certificate.ts'

/** A listener as its connections see it. */
export interface ListenerContext {
  readonly spec: ListenerSpec
  /** JSON text of its name, ready for the record. */
  readonly nameJson: string
  /** Balancers that may speak clear text; null on TLS and redirect listeners. */
  readonly balancers: NetworkSet | null
  /** Whether a certificate of the listener covers a host. Always true where no certificate is in play. */
  covers(host: string): boolean
  /**
   * The certificate of a request's client, judged at this time (milliseconds since 1970); null when it showed none.
   * Asked only where the listener has `clientCertificates`, and behind balancers only of requests that came from one.
   */
  certificate(fields: Fields, now: number): ClientCertificate | null
}

/** The settings of a listener that are in force now. A reload replaces them as a whole. */
export class ListenerSettings {
  readonly spec: ListenerSpec
  readonly nameJson: string
  readonly balancers: NetworkSet | null
  /** For `redirect`: the certificates of the listener it redirects to. */
  readonly redirectCertificates: readonly Certificate[]
  /** Null where clients are not asked for certificates. */
  readonly trust: ClientTrust | null
  /** Null where balancers do not name certificates. */
  readonly forwarded: ForwardedCertificates | null

  constructor(spec: ListenerSpec, redirectCertificates: readonly Certificate[], trust: ClientTrust | null) {
    this.spec = spec
    this.nameJson = asciiJson(spec.name)
    this.balancers = spec.kind === 'gateway' && spec.tls === null ? new NetworkSet(spec.clearTextFrom) : null
    this.redirectCertificates = redirectCertificates
    this.trust = trust
    const header = spec.clientCertificates?.header ?? null
    this.forwarded = header === null || trust === null ? null : new ForwardedCertificates(header, trust)
  }
}

/**
 * What one connection asks of its listener. The settings are looked up anew for each request, so that a balancer taken
 * off the list is refused on the connections it still holds; the certificate is the one of the handshake.
 */
export class ConnectionContext implements ListenerContext {
  readonly #listener: { readonly settings: ListenerSettings }
  readonly #certificate: Certificate | null
  readonly #socket: TLSSocket | null
  /** The trust that its handshake began under, which may have changed before it ended or before the first request. */
  readonly #trust: ClientTrust | null
  /** Undefined until it is asked for. */
  #shown: ShownCertificate | null | undefined

  constructor(
    listener: { readonly settings: ListenerSettings },
    certificate: Certificate | null,
    socket: TLSSocket | null,
    trust: ClientTrust | null,
  ) {
    this.#listener = listener
    this.#certificate = certificate
    this.#socket = socket
    this.#trust = trust
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
  certificate(fields: Fields, now: number): ClientCertificate | null {
    const { forwarded } = this.#listener.settings
    return forwarded === null ? this.ownCertificate(now) : forwarded.of(fields, now)
  }

  /** The certificate of the handshake. */
  ownCertificate(now: number): ClientCertificate | null {
    const { trust } = this.#listener.settings
    if (trust === null || this.#trust === null || this.#socket === null) return null
    if (this.#shown === undefined) this.#shown = ShownCertificate.ofSocket(this.#socket, this.#trust)
    return this.#shown?.at(trust, now / 1000) ?? null
  }
}
