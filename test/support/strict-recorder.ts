import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { readStrictRequest, type StrictRequest } from './strict-request.ts'

/** What reached the upstream in one stretch of time. */
export interface Recorded {
  /** Requests that came whole, in order; each was answered with its number in the body and in `x-recorded`. */
  readonly requests: readonly (StrictRequest & { readonly number: number; readonly connection: number })[]
  /** Everything about them that has a second reading. */
  readonly flags: readonly string[]
  /** Beginnings of requests whose connection was cut before they were whole: no server acts upon these. */
  readonly brokenOff: readonly string[]
}

/** An upstream on a bare socket that reads every byte by `strict-request.ts` and answers each whole request. */
export class StrictRecorder {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #connections = 0
  #number = 0
  #requests: (StrictRequest & { number: number; connection: number })[] = []
  #flags: string[] = []
  #brokenOff: string[] = []

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket: Socket) => this.#serve(socket))
  }

  static async start(): Promise<StrictRecorder> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new StrictRecorder(server)
  }

  /** What came since the last call. */
  take(): Recorded {
    const recorded = { requests: this.#requests, flags: this.#flags, brokenOff: this.#brokenOff }
    this.#requests = []
    this.#flags = []
    this.#brokenOff = []
    return recorded
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    const connection = ++this.#connections
    this.#sockets.add(socket)
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (pending !== '') this.#brokenOff.push(pending)
    })
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1')
      for (;;) {
        const reading = readStrictRequest(pending, 0)
        if (reading.kind === 'more') return
        if (reading.kind === 'lost') {
          this.#flags.push(...reading.flags)
          pending = ''
          socket.destroy()
          return
        }
        pending = pending.slice(reading.next)
        const number = ++this.#number
        this.#requests.push({ ...reading.request, number, connection })
        this.#flags.push(...reading.request.flags)
        const body = reading.request.method === 'HEAD' ? '' : `request ${number}`
        socket.write(
          `HTTP/1.1 200 OK\r\nx-recorded: ${number}\r\ncontent-length: ${`request ${number}`.length}\r\n\r\n${body}`,
        )
      }
    })
  }
}
