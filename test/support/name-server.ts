import { createSocket, type Socket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** What the name server says of a name. */
export interface NameRecord {
  readonly addresses: readonly string[]
  /** Seconds. */
  readonly ttl: number
}

/** A name server on loopback (RFC 1035 §4.1), for IPv4 addresses alone. */
export class NameServer {
  /** Null answers with a server failure, undefined not at all. */
  record: NameRecord | null | undefined
  /** Questions for IPv4 addresses so far. */
  asked = 0
  readonly #socket: Socket

  private constructor(socket: Socket, record: NameRecord) {
    this.#socket = socket
    this.record = record
    socket.on('message', (message, from) => {
      const answer = this.#answer(message)
      if (answer !== null) socket.send(answer, from.port, from.address)
    })
  }

  static async start(record: NameRecord): Promise<NameServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new NameServer(socket, record)
  }

  /** A resolver that asks this server and gives up soon. */
  resolver(): Resolver {
    const resolver = new Resolver({ timeout: 200, tries: 1 })
    resolver.setServers([`127.0.0.1:${(this.#socket.address() as AddressInfo).port}`])
    return resolver
  }

  stop(): void {
    this.#socket.close()
  }

  #answer(message: Buffer): Buffer | null {
    let end = 12
    while (message[end] !== 0) end += message[end]! + 1
    const question = message.subarray(12, end + 5)
    const isIPv4 = message.readUInt16BE(end + 1) === 1
    if (isIPv4) this.asked++
    const { record } = this
    if (record === undefined) return null
    const records =
      isIPv4 && record !== null ? record.addresses.map((address) => entry(address, record.ttl)) : []
    const head = Buffer.alloc(12)
    message.copy(head, 0, 0, 2)
    head.writeUInt16BE(record === null ? 0x8182 : 0x8180, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(records.length, 6)
    return Buffer.concat([head, question, ...records])
  }
}

/** An A record whose name is that of the question. */
function entry(address: string, ttl: number): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16BE(0xc00c, 0)
  bytes.writeUInt16BE(1, 2)
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt32BE(ttl, 6)
  bytes.writeUInt16BE(4, 10)
  for (const [index, part] of address.split('.').entries()) bytes[12 + index] = Number(part)
  return bytes
}
