import { constants } from 'node:crypto'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TlsSpec } from '../config/spec.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import { type Certificate, chooseCertificate, profileOptions, underTrust } from '../http/certificates.ts'
import { ShownCertificate } from '../http/shown-certificate.ts'

/** TLS of the admin listener. */
export interface AdminTls {
  readonly profile: TlsSpec['profile']
  /** At least one. */
  readonly certificates: readonly Certificate[]
  /** What certificates of administrators are verified by; null where nobody is asked for one. */
  readonly trust: ClientTrust | null
  /** Whether connections without a trusted certificate are ended. */
  readonly required: boolean
}

const handshakeTimeoutMs = 5000
/**
 * A resumed session has what was found out about its certificate when it began. Administrators are few: everybody
 * shakes hands in full, and nothing can be resumed.
 */
const withoutTickets = { secureOptions: constants.SSL_OP_NO_TICKET }

/** The TLS side of the admin listener: handshakes, and the certificates that clients showed in them. */
export class SecureDoor {
  readonly server: Server
  #tls: AdminTls
  /** Sockets in their handshake, by the peer's address and port. */
  readonly #handshaking = new Map<string, Socket>()
  readonly #shown = new Map<Socket, ShownCertificate>()

  constructor(tls: AdminTls, options: ServerOptions) {
    this.#tls = tls
    this.server = createServer({
      ...options,
      ...tls.certificates[0]!.options,
      ...profileOptions(tls.profile),
      ...withoutTickets,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: tls.trust !== null,
      // Where a certificate is not demanded, a token may prove its caller: the guard decides.
      rejectUnauthorized: tls.required,
      SNICallback: (name, done) => done(null, chooseCertificate(this.#tls.certificates, name).context),
    })
    this.server.on('connection', (socket: Socket) => this.#begin(socket))
    this.server.on('secureConnection', (socket: TLSSocket) => this.#shaken(socket))
    // Node would hand it to what answers malformed HTTP; clear text gets no answer here.
    this.server.removeAllListeners('tlsClientError')
    this.server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  /** What certificates of administrators are verified by. */
  get trust(): ClientTrust | null {
    return this.#tls.trust
  }

  /** Whether a connection without a trusted certificate is ended. */
  get required(): boolean {
    return this.#tls.required
  }

  /** Whether one of the certificates is for this host. */
  covers(host: string): boolean {
    return this.#tls.certificates.some((certificate) => certificate.covers(host))
  }

  /** The certificate that the client of a connection showed, judged now; null when it showed none. */
  certificateOf(socket: Socket): ClientCertificate | null {
    const { trust } = this.#tls
    return trust === null ? null : (this.#shown.get(socket)?.at(trust, Date.now() / 1000) ?? null)
  }

  /**
   * Puts other certificates, authorities and revocation lists into force; the port stays open. Connections whose
   * certificate is not trusted now are ended, whatever they are in the middle of. So are handshakes, which began under
   * the old ones.
   */
  renew(tls: AdminTls): void {
    const before = this.#tls
    this.#tls = tls
    this.server.setSecureContext({ ...tls.certificates[0]!.options, ...withoutTickets })
    if (tls.trust === null || tls.trust.digest === before.trust?.digest) return
    this.endHandshakes()
    for (const socket of this.#shown.keys())
      if (this.certificateOf(socket)?.problem !== null) socket.destroy()
  }

  /** The same with the certificates that are in force. */
  renewTrust(trust: ClientTrust): void {
    if (trust === this.#tls.trust) return
    const certificates = this.#tls.certificates.map((one) => underTrust(one, trust))
    this.renew({ ...this.#tls, trust, certificates })
  }

  endHandshakes(): void {
    for (const socket of this.#handshaking.values()) socket.destroy()
  }

  #begin(socket: Socket): void {
    const peer = peerOf(socket)
    this.#handshaking.set(peer, socket)
    socket.once('close', () => {
      if (this.#handshaking.get(peer) === socket) this.#handshaking.delete(peer)
    })
  }

  #shaken(socket: TLSSocket): void {
    const isKnown = this.#handshaking.delete(peerOf(socket))
    const { trust, required } = this.#tls
    if (!isKnown) return void socket.destroy()
    if (trust === null) return
    const shown = ShownCertificate.ofSocket(socket, trust)
    if (shown !== null) {
      this.#shown.set(socket, shown)
      socket.once('close', () => this.#shown.delete(socket))
    }
    // A certificate that is demanded holds by more than its chain, which OpenSSL has verified: use, revocation.
    if (required && this.certificateOf(socket)?.problem !== null) socket.destroy()
  }
}

/** Tells a TLS socket and the socket below it that they are one connection. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
