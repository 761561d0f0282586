import { hkdfSync } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { codes } from '../codes.ts'
import type { ListenerSpec } from '../config/spec.ts'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'
import type { ClientTrust } from '../engines/x509/client-trust.ts'
import { gauges } from '../observe/counters.ts'
import type { Admission } from './admission.ts'
import { type Certificate, chooseCertificate, profileOptions, underTrust } from './certificates.ts'
import type { Gate } from './gate.ts'
import { ConnectionContext, ListenerSettings } from './listener-context.ts'
import { ServerConnection } from './server-connection.ts'

/** What a listener is opened with. */
export interface ListenerOptions {
  readonly spec: ListenerSpec
  /** Empty for clear text. */
  readonly certificates: readonly Certificate[]
  /** For `redirect`: the certificates of the listener it redirects to; empty when that is not ours. */
  readonly redirectCertificates: readonly Certificate[]
  /** Null where clients are not asked for certificates. */
  readonly trust: ClientTrust | null
  readonly ticketKeys: Buffer
  /** Several threads listen on one port and the system balances between them. */
  readonly reusePort: boolean
}

interface Handshake {
  readonly socket: Socket
  /** What the client's certificate is verified by. */
  readonly trust: ClientTrust | null
}

/** One listening socket of one data thread, with its connections. */
export class Listener {
  readonly #gate: Gate
  readonly #admission: Admission
  readonly #connections = new Map<ServerConnection, ConnectionContext>()
  /** Sockets in their handshake, by the peer's address and port. */
  readonly #handshaking = new Map<string, Handshake>()
  #draining = false
  readonly #server: Server
  #options: ListenerOptions
  #settings: ListenerSettings

  constructor(options: ListenerOptions, gate: Gate, admission: Admission) {
    this.#options = options
    this.#gate = gate
    this.#admission = admission
    this.#settings = settingsOf(options)
    this.#server = options.spec.tls === null ? this.#createPlain() : this.#createTls()
  }

  get spec(): ListenerSpec {
    return this.#options.spec
  }
  get settings(): ListenerSettings {
    return this.#settings
  }

  /** Resolves when the socket listens; rejects as `net.Server` does. */
  listen(): Promise<void> {
    const { address } = this.spec
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      const host = address.host === '' ? {} : { host: address.host }
      this.#server.listen(
        { port: address.port, ...host, backlog: 4096, reusePort: this.#options.reusePort },
        () => {
          this.#server.off('error', reject)
          this.#server.on('error', () => {
            // Accepting failed once (out of descriptors): the next try may succeed, and ending the thread would not help.
          })
          resolve()
        },
      )
    })
  }

  /** Puts new settings and certificates into force without closing the socket. */
  update(options: ListenerOptions): void {
    const before = this.#options.trust
    this.#options = options
    this.#settings = settingsOf(options)
    if (options.spec.tls !== null) {
      const server = this.#server as TlsServer
      server.setSecureContext(options.certificates[0]!.options)
      server.setTicketKeys(ticketKeysOf(options))
    }
    if (options.trust !== null && before !== null && options.trust.digest !== before.digest)
      this.#judgeAgain(options.trust.authoritiesDigest !== before.authoritiesDigest)
  }

  setTicketKeys(ticketKeys: Buffer): void {
    this.#options = { ...this.#options, ticketKeys }
    if (this.spec.tls !== null) (this.#server as TlsServer).setTicketKeys(ticketKeysOf(this.#options))
  }

  /** Puts other authorities and revocation lists of clients into force. */
  renewTrust(trust: ClientTrust): void {
    if (trust === this.#options.trust) return
    const certificates = this.#options.certificates.map((certificate) => underTrust(certificate, trust))
    this.update({ ...this.#options, trust, certificates })
  }

  /**
   * Authorities or revocation lists have changed: connections whose certificate is not trusted now are ended, with what
   * they are in the middle of. Under other authorities all others shake hands anew, after the request they are in.
   */
  #judgeAgain(otherAuthorities: boolean): void {
    const now = Date.now()
    for (const [connection, context] of this.#connections) {
      const certificate = context.ownCertificate(now)
      if (certificate === null) continue
      if (certificate.problem === null && !otherAuthorities) continue
      connection.drain()
      if (certificate.problem !== null) connection.cut(codes.CERTIFICATE_REFUSED)
    }
  }

  /** Stops accepting and closes each connection after the request it is in. */
  drain(): void {
    this.#draining = true
    this.#server.close()
    for (const connection of this.#connections.keys()) connection.drain()
  }

  /** Connections that are not finished yet. */
  get open(): number {
    let open = this.#handshaking.size
    for (const connection of this.#connections.keys()) if (!connection.finished) open++
    return open
  }

  /** Ends what is still in flight; returns how many requests that cut. */
  cut(): number {
    let cut = 0
    for (const connection of [...this.#connections.keys()]) {
      if (!connection.idle) cut++
      connection.cut()
    }
    for (const { socket } of this.#handshaking.values()) socket.destroy()
    return cut
  }

  #createPlain(): Server {
    return createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: false, highWaterMark: 65_536 },
      (socket) => {
        const address = this.#admit(socket)
        if (address !== null) this.#serve(socket, new ConnectionContext(this, null, null, null), address)
      },
    )
  }

  #createTls(): TlsServer {
    const first = this.#options.certificates[0]!
    const server = createTlsServer({
      ...first.options,
      ...profileOptions(this.spec.tls!.profile),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: this.#gate.limits.handshakeTimeoutMs,
      ticketKeys: ticketKeysOf(this.#options),
      requestCert: this.#options.trust !== null,
      // Where a certificate is not demanded, a request without one may prove its caller otherwise: policies decide.
      rejectUnauthorized: this.spec.clientCertificates?.required === true,
      allowHalfOpen: true,
      noDelay: true,
      SNICallback: (name, done) => done(null, chooseCertificate(this.#options.certificates, name).context),
    })
    server.on('connection', (socket: Socket) => this.#handshake(socket))
    server.on('secureConnection', (socket: TLSSocket) => {
      const peer = peerOf(socket)
      const trust = this.#handshaking.get(peer)?.trust ?? null
      this.#shaken(peer)
      const address = addressOf(socket)
      if (address === null) return socket.destroy()
      const certificate = chooseCertificate(this.#options.certificates, socket.servername)
      const context = new ConnectionContext(this, certificate, socket, trust)
      if (!this.#admits(context)) {
        this.#gate.counters.add(gauges.handshakesFailed, 1)
        return socket.destroy()
      }
      this.#serve(socket, context, address)
      return undefined
    })
    server.on('tlsClientError', (_error, socket) => {
      this.#gate.counters.add(gauges.handshakesFailed, 1)
      socket.destroy()
    })
    return server
  }

  /** Before TLS: the connection is admitted, and half-open handshakes are bounded in number and in time. */
  #handshake(socket: Socket): void {
    if (this.#admit(socket) === null) return
    if (this.#handshaking.size >= this.#gate.limits.handshakes) this.#makeRoom(socket)
    this.#gate.counters.add(gauges.handshakes, 1)
    const peer = peerOf(socket)
    this.#handshaking.set(peer, { socket, trust: this.#options.trust })
    socket.once('close', () => {
      if (this.#handshaking.get(peer)?.socket === socket) this.#shaken(peer)
    })
  }

  /**
   * The table is full. Refusing the newcomer would let one address, with handshakes that it never ends, keep everybody
   * out: the oldest handshake of the newcomer's own address goes, or else the oldest of all.
   */
  #makeRoom({ remoteAddress }: Socket): void {
    const own = `${remoteAddress} `
    let oldest: string | null = null
    for (const peer of this.#handshaking.keys()) {
      oldest ??= peer
      if (!peer.startsWith(own)) continue
      oldest = peer
      break
    }
    if (oldest === null) return
    const { socket } = this.#handshaking.get(oldest)!
    this.#shaken(oldest)
    this.#gate.counters.add(gauges.connectionsRefused, 1)
    socket.destroy()
  }

  #shaken(peer: string): void {
    if (this.#handshaking.delete(peer)) this.#gate.counters.add(gauges.handshakes, -1)
  }

  #admit(socket: Socket): string | null {
    const address = addressOf(socket)
    if (address === null || this.#gate.draining || !this.#admission.enter(address)) {
      this.#gate.counters.add(gauges.connectionsRefused, 1)
      socket.destroy()
      return null
    }
    socket.once('close', () => this.#admission.leave(address))
    return address
  }

  /** A certificate that is demanded holds by more than its chain, which OpenSSL has verified: use, revocation. */
  #admits(context: ConnectionContext): boolean {
    return (
      this.spec.clientCertificates?.required !== true || context.ownCertificate(Date.now())?.problem === null
    )
  }

  #serve(socket: Socket, context: ConnectionContext, address: string): void {
    const connection = new ServerConnection(socket, this.#gate, context, address)
    this.#connections.set(connection, context)
    connection.onGone = () => this.#connections.delete(connection)
    if (this.#draining) connection.drain()
  }
}

function settingsOf({ spec, redirectCertificates, trust }: ListenerOptions): ListenerSettings {
  return new ListenerSettings(spec, redirectCertificates, trust)
}

/**
 * A resumed session keeps what was found out about its certificate when it began. So tickets are sealed with keys of
 * their own for each listener and each state of its authorities and lists: a ticket from another listener, or from
 * before a revocation, opens nothing, on any thread.
 */
function ticketKeysOf({ spec, trust, ticketKeys }: ListenerOptions): Buffer {
  if (trust === null) return ticketKeys
  const purpose = `tickets of ${spec.name} under ${trust.digest}`
  return Buffer.from(hkdfSync('sha256', ticketKeys, '', purpose, ticketKeys.length))
}

/** Tells a TLS socket and the socket below it that they are one connection. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** The peer's address in canonical text; null when the socket is gone already. */
function addressOf(socket: Socket): string | null {
  const address = socket.remoteAddress === undefined ? null : parseAddress(socket.remoteAddress)
  return address === null ? null : formatAddress(address)
}
