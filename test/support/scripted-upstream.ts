import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** What a scripted upstream does with the bytes of one connection. `text` is all that this connection received. */
export type Script = (socket: Socket, text: string, connection: number) => void

/** An upstream on a bare socket that does whatever its script says, as hostile or broken services do. */
export class ScriptedUpstream {
  readonly port: number
  /** Connections so far. */
  connections = 0
  /** Everything that each connection received. */
  readonly received: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, script: Script, onOpen: (socket: Socket, connection: number) => void) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket: Socket) => {
      const connection = this.connections++
      this.received.push('')
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
      onOpen(socket, connection)
      socket.on('data', (chunk: Buffer) => {
        this.received[connection] += chunk.toString('latin1')
        script(socket, this.received[connection]!, connection)
      })
    })
  }

  static async start(
    script: Script,
    onOpen: (socket: Socket, connection: number) => void = () => undefined,
  ): Promise<ScriptedUpstream> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new ScriptedUpstream(server, script, onOpen)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
