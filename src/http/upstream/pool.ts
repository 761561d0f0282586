import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import { type Code, codes } from '../../codes.ts'
import type { ServiceSpec, TargetSpec } from '../../config/spec.ts'
import { smallPart } from '../../gateway/streams.ts'
import { type Counters, gauges } from '../../observe/counters.ts'
import type { Deadlined, Deadlines } from '../deadlines.ts'
import type { Addresses } from './addresses.ts'
import { UpstreamConnection } from './upstream-connection.ts'

/** Who waits for a connection. */
export interface PoolWaiter {
  /** False once the exchange is over: a connection is then not wasted on it. */
  readonly waiting: boolean
  connected(connection: UpstreamConnection, reused: boolean): void
  refused(code: Code, reason: string): void
}

/** Kept back from the idle time a target announces, so that a request does not meet its closing. */
const keepAliveMarginMs = 1000

/** Connections to one target: idle ones reused last in first out, new ones up to a limit, then a bounded queue. */
export class Pool {
  readonly target: TargetSpec
  readonly authority: string
  readonly #service: ServiceSpec
  readonly #addresses: Addresses
  readonly #context: SecureContext | null
  readonly #deadlines: Deadlines
  readonly #counters: Counters
  readonly #idle: UpstreamConnection[] = []
  readonly #queue: Queued[] = []
  #open = 0
  #closed = false

  constructor(
    service: ServiceSpec,
    target: TargetSpec,
    addresses: Addresses,
    context: SecureContext | null,
    deadlines: Deadlines,
    counters: Counters,
  ) {
    this.#service = service
    this.target = target
    this.#addresses = addresses
    this.#context = context
    this.#deadlines = deadlines
    this.#counters = counters
    const standard = target.secure ? 443 : 80
    const host = target.host.includes(':') ? `[${target.host}]` : target.host
    this.authority = target.port === standard ? host : `${host}:${target.port}`
  }

  /** Gives the waiter a connection, now or later. `fresh` asks for one that carried nothing before. */
  acquire(waiter: PoolWaiter, fresh: boolean): void {
    const now = performance.now()
    while (!fresh && this.#idle.length > 0) {
      const connection = this.#idle.pop()!
      if (connection.usable && connection.idleUntil > now && this.#addresses.has(connection.address)) {
        connection.deadline = 0
        return waiter.connected(connection, true)
      }
      connection.socket.destroy()
    }
    if (this.#open < this.#service.connections) return this.#connect(waiter)
    if (this.#queue.length >= this.#service.queue)
      return waiter.refused(codes.UPSTREAM_BUSY, `${this.#queue.length} requests wait already`)
    // Connections that all stream give nobody a turn: who waits has as long as the head of one answer may take.
    const { connectMs, responseMs } = this.#service.timeouts
    const queued = new Queued(waiter, this.#deadlines.after(connectMs + responseMs), () => {
      this.leave(waiter)
      waiter.refused(codes.UPSTREAM_BUSY, 'no connection became free in time')
    })
    this.#deadlines.add(queued)
    this.#queue.push(queued)
  }

  /** The waiter's exchange is over. In the queue it would take the place of one that can still be served. */
  leave(waiter: PoolWaiter): void {
    const at = this.#queue.findIndex((queued) => queued.waiter === waiter)
    if (at >= 0) for (const gone of this.#queue.splice(at, 1)) this.#deadlines.delete(gone)
  }

  /** Closes what is idle; connections in use close when their exchange ends. */
  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) connection.socket.destroy()
  }

  #connect(waiter: PoolWaiter): void {
    this.#open++
    const addresses = this.#addresses.current
    if (addresses.length > 0) return this.#tryAddresses(waiter, addresses, 0)
    void this.#addresses.refresh().then(() => {
      const found = this.#addresses.current
      if (found.length > 0) return this.#tryAddresses(waiter, found, 0)
      this.#open--
      waiter.refused(codes.UPSTREAM_UNREACHABLE, `${this.target.host} does not resolve`)
      this.#serveQueue()
    })
  }

  #tryAddresses(waiter: PoolWaiter, addresses: readonly string[], at: number): void {
    if (!waiter.waiting) {
      this.#open--
      return this.#serveQueue()
    }
    const address = addresses[at]!
    const reading: Reading = { connection: null }
    new Connecting(
      this.#dial(address, reading),
      this.target.secure,
      this.#service.timeouts.connectMs,
      this.#deadlines,
      (failure, socket) => {
        if (failure === null) return this.#established(waiter, socket, address, reading)
        // Nothing was sent yet, so every request may go to the next address.
        if (at + 1 < addresses.length && failure.code !== codes.UPSTREAM_TLS)
          return this.#tryAddresses(waiter, addresses, at + 1)
        this.#open--
        waiter.refused(failure.code, `${address}: ${failure.reason}`)
        this.#serveQueue()
      },
    )
  }

  #dial(address: string, reading: Reading): Socket {
    const { target } = this
    if (!target.secure) {
      const onread = { buffer: readBuffer, callback: (bytes: number): boolean => deliver(reading, bytes) }
      return connectTcp({
        host: address,
        port: target.port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        onread,
      })
    }
    return connectTls({
      host: address,
      port: target.port,
      servername: this.#service.tls.serverName ?? (/^[0-9.]+$|:/.test(target.host) ? '' : target.host),
      ...(this.#context === null ? {} : { secureContext: this.#context }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // Said, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would otherwise switch verifying off.
      rejectUnauthorized: true,
    })
  }

  #established(waiter: PoolWaiter, socket: Socket, address: string, reading: Reading): void {
    this.#counters.add(gauges.upstreamConnections, 1)
    this.#counters.add(gauges.upstreamConnectionsTotal, 1)
    const connection = new UpstreamConnection(
      socket,
      address,
      this.target.port,
      (idle) => this.#returned(idle),
      (closed) => this.#gone(closed),
    )
    reading.connection = connection
    if (this.target.secure) socket.on('data', (chunk: Buffer) => connection.receive(chunk))
    this.#deadlines.add(connection)
    if (waiter.waiting) waiter.connected(connection, false)
    else this.#returned(connection)
  }

  #returned(connection: UpstreamConnection): void {
    if (this.#closed || !connection.usable) {
      connection.socket.destroy()
      return
    }
    const next = this.#next()
    if (next !== undefined) return next.connected(connection, connection.uses > 0)
    const announced = connection.announcedKeepAliveMs
    const keep =
      announced === null
        ? this.#service.keepAliveMs
        : Math.min(this.#service.keepAliveMs, announced - keepAliveMarginMs)
    if (keep <= 0) {
      connection.socket.destroy()
      return
    }
    connection.idleUntil = performance.now() + keep
    connection.deadline = this.#deadlines.after(keep)
    this.#idle.push(connection)
  }

  #gone(connection: UpstreamConnection): void {
    this.#deadlines.delete(connection)
    this.#counters.add(gauges.upstreamConnections, -1)
    this.#open--
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#serveQueue()
  }

  #serveQueue(): void {
    while (this.#open < this.#service.connections) {
      const next = this.#next()
      if (next === undefined) return
      this.#connect(next)
    }
  }

  /** Takes the first of the queue. */
  #next(): PoolWaiter | undefined {
    const queued = this.#queue.shift()
    if (queued === undefined) return undefined
    this.#deadlines.delete(queued)
    return queued.waiter
  }
}

/** A place in the queue, with its deadline. */
class Queued implements Deadlined {
  readonly waiter: PoolWaiter
  deadline: number
  readonly expire: () => void

  constructor(waiter: PoolWaiter, deadline: number, expire: () => void) {
    this.waiter = waiter
    this.deadline = deadline
    this.expire = expire
  }
}

/** Which connection the bytes of a socket belong to, once it is made. */
interface Reading {
  connection: UpstreamConnection | null
}

/** All clear-text connections of a thread read into one buffer: no memory is claimed and freed for each read. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)

function deliver({ connection }: Reading, bytes: number): boolean {
  if (connection === null) return true
  connection.receive(
    bytes > smallPart ? Buffer.copyBytesFrom(readBuffer, 0, bytes) : readBuffer.subarray(0, bytes),
  )
  return !connection.socket.isPaused()
}

interface Failure {
  readonly code: Code
  readonly reason: string
}

/** A connection being made, with its deadline: TCP and TLS together. */
class Connecting implements Deadlined {
  deadline: number
  readonly #socket: Socket
  readonly #deadlines: Deadlines
  readonly #done: (failure: Failure | null, socket: Socket) => void
  readonly #secure: boolean
  #settled = false
  #tcp = false

  constructor(
    socket: Socket,
    secure: boolean,
    timeoutMs: number,
    deadlines: Deadlines,
    done: (failure: Failure | null, socket: Socket) => void,
  ) {
    this.#socket = socket
    this.#secure = secure
    this.#deadlines = deadlines
    this.#done = done
    this.deadline = deadlines.after(timeoutMs)
    deadlines.add(this)
    socket.once('connect', this.#onTcp)
    socket.once(secure ? 'secureConnect' : 'connect', this.#onReady)
    socket.on('error', this.#onError)
    socket.once('close', this.#onClose)
  }

  expire(): void {
    this.#fail(codes.UPSTREAM_CONNECT_TIMEOUT, 'no connection in time')
  }

  readonly #onTcp = (): void => {
    this.#tcp = true
  }

  readonly #onReady = (): void => {
    if (this.#settled) return
    this.#settled = true
    this.#deadlines.delete(this)
    this.#socket.off('error', this.#onError)
    this.#socket.off('close', this.#onClose)
    this.#done(null, this.#socket)
  }

  readonly #onError = (error: Error): void => {
    this.#fail(this.#secure && this.#tcp ? codes.UPSTREAM_TLS : codes.UPSTREAM_UNREACHABLE, error.message)
  }

  readonly #onClose = (): void => {
    this.#fail(
      this.#secure && this.#tcp ? codes.UPSTREAM_TLS : codes.UPSTREAM_UNREACHABLE,
      'closed while connecting',
    )
  }

  #fail(code: Code, reason: string): void {
    if (this.#settled) return
    this.#settled = true
    this.#deadlines.delete(this)
    this.#socket.destroy()
    this.#done({ code, reason }, this.#socket)
  }
}
