import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { SigningKey } from './token-maker.ts'

/** A provider on loopback whose metadata and keys a test changes. */
export class KeyServer {
  keys: readonly SigningKey[]
  /** Milliseconds until it answers. */
  delay = 0
  /** Answers in place of the keys, where set. */
  instead: ((response: ServerResponse) => void) | null = null
  /** Answers in place of the metadata, where set. */
  metadata: (() => object) | null = null
  /** When each request for keys came, in milliseconds of `performance.now()`. */
  readonly fetches: number[] = []
  readonly port: number
  readonly #server: Server

  private constructor(server: Server, keys: readonly SigningKey[]) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    this.keys = keys
    server.on('request', (request, response) => {
      const isMetadata = (request.url ?? '').includes('/.well-known/')
      if (!isMetadata) this.fetches.push(performance.now())
      setTimeout(() => this.#answer(isMetadata, response), this.delay)
    })
  }

  static async start(context: TestContext, keys: readonly SigningKey[], port = 0): Promise<KeyServer> {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    const made = new KeyServer(server, keys)
    context.after(() => made.stop())
    return made
  }

  /** Address and issuer. */
  get issuer(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The outage: nobody listens any more. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #answer(isMetadata: boolean, response: ServerResponse): void {
    response.setHeader('content-type', 'application/json')
    if (!isMetadata && this.instead !== null) return this.instead(response)
    const usual = { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` }
    const body = isMetadata ? (this.metadata?.() ?? usual) : { keys: this.keys.map(({ jwk }) => jwk) }
    response.end(JSON.stringify(body))
  }
}
