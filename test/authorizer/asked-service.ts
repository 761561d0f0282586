import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A question as it came. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An authorizer on loopback that answers what the test says, and keeps what it was asked. */
export class AskedService {
  readonly address: string
  readonly asked: Asked[] = []
  answer: (response: ServerResponse, asked: Asked) => void = (response) => void response.end()

  private constructor(port: number) {
    this.address = `http://127.0.0.1:${port}`
  }

  static async start(context: TestContext): Promise<AskedService> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const made = new AskedService((server.address() as AddressInfo).port)
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        const asked: Asked = { method, url, headers, body }
        made.asked.push(asked)
        made.answer(response, asked)
      })
    })
    context.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return made
  }
}
